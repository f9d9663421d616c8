/** A click on a button of ours, as Slack signed it. */
export interface SignedClick {
  /** Of what Slack sent: a second delivery has the same. */
  readonly id: string;
  readonly userId: string;
  /** Where the user is at home: a shared channel has outsiders. */
  readonly userTeamId: string;
  readonly teamId: string;
  readonly appId: string;
  readonly channelId: string;
  readonly messageTs: string;
  /** When it was received; of a modal's submission, when the click was that opened the modal. */
  readonly at: Date;
  /** When a modal's submission was received. */
  readonly submittedAt?: Date;
  /** With a denial: what its modal asked for; empty where it was left out. */
  readonly reason?: string;
}

/** A click on a button of a request's message. */
export interface Click extends SignedClick {
  readonly button: ButtonValue;
}

export type ButtonAction =
  | { readonly kind: 'approve'; readonly seconds?: number }
  | { readonly kind: 'deny' }
  | { readonly kind: 'retry' }
  /** An approval is to end so much later. The number is that of the request's extension. */
  | { readonly kind: 'extend'; readonly seconds: number; readonly number: number }
  | { readonly kind: 'show-all' };

/** Whether it may decide a request. */
export function isDeciding({ kind }: ButtonAction): boolean {
  return kind === 'approve' || kind === 'deny';
}

/** The button carries the request, and a digest of exactly what was shown with it. */
export interface ButtonValue {
  readonly requestId: string;
  readonly digest: string;
  readonly action: ButtonAction;
}

const VERSION = 'v1';
const VALUE = /^v1\.(approve|deny|retry|show-all)\.(\d{0,9})\.([\w-]{1,64})\.([0-9a-f]{64})$/;
const EXTEND = /^v1\.extend\.(\d{1,9})-(\d{1,9})\.([\w-]{1,64})\.([0-9a-f]{64})$/;

export function buttonText({ requestId, digest, action }: ButtonValue): string {
  return [VERSION, action.kind, valuesOf(action), requestId, digest].join('.');
}

function valuesOf(action: ButtonAction): string {
  if (action.kind === 'extend') return `${action.seconds}-${action.number}`;
  return action.kind === 'approve' ? `${action.seconds ?? ''}` : '';
}

/** Undefined for what no button of ours carries. */
export function parseButton(text: string): ButtonValue | undefined {
  const [, kind, seconds, requestId, digest] = VALUE.exec(text) ?? [];
  if (requestId === undefined || digest === undefined) return parseExtendButton(text);
  const action = actionOf(kind, seconds ? Number(seconds) : undefined);
  return action && { requestId, digest, action };
}

function parseExtendButton(text: string): ButtonValue | undefined {
  const [, seconds, number, requestId, digest] = EXTEND.exec(text) ?? [];
  if (requestId === undefined || digest === undefined) return undefined;
  const action = { kind: 'extend', seconds: Number(seconds), number: Number(number) } as const;
  return { requestId, digest, action };
}

function actionOf(kind: string | undefined, seconds: number | undefined): ButtonAction | undefined {
  if (kind === 'approve') return { kind, ...(seconds !== undefined && { seconds }) };
  if (seconds !== undefined) return undefined;
  return kind === 'deny' || kind === 'retry' || kind === 'show-all' ? { kind } : undefined;
}
