import type { SignedClick } from './click';

/** What someone who is consulted says. It is no vote. */
export interface Opinion {
  readonly isStillNeeded: boolean;
  readonly at: Date;
}

/** A click in a direct message about a request, as Slack signed it. */
export interface OpinionClick extends SignedClick {
  readonly opinion: OpinionValue;
}

/** The button carries the request, and a digest of exactly what is asked. */
export interface OpinionValue {
  readonly requestId: string;
  readonly digest: string;
  readonly isStillNeeded: boolean;
}

const VERSION = 'v1';
const VALUE = /^v1\.(still-needed|not-needed)\.([\w-]{1,64})\.([0-9a-f]{64})$/;

export function opinionButtonText({ requestId, digest, isStillNeeded }: OpinionValue): string {
  return [VERSION, isStillNeeded ? 'still-needed' : 'not-needed', requestId, digest].join('.');
}

/** Undefined for what no such button of ours carries. */
export function parseOpinionButton(text: string): OpinionValue | undefined {
  const [, answer, requestId, digest] = VALUE.exec(text) ?? [];
  if (requestId === undefined || digest === undefined) return undefined;
  return { requestId, digest, isStillNeeded: answer === 'still-needed' };
}

/** What has become of asking the person whom a question names. */
export type Consultation =
  | {
      readonly kind: 'asked';
      readonly userId: string;
      /** How often they have answered: they may change it. */
      readonly answers: number;
      readonly opinion?: Opinion;
    }
  | { readonly kind: 'not-asked'; readonly reason: string };
