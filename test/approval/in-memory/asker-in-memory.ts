import {
  type ApprovalRequest,
  type CarryingOutcome,
  idOfAsker,
} from '../../../src/approval/domain/approval-request';
import type { Attempt } from '../../../src/approval/domain/attempt';

/** What an asker was told of a request. */
export interface Told extends Attempt {
  readonly requestId: string;
  readonly decision: string;
  readonly until?: Date;
  readonly isClickWaiting?: boolean;
  readonly isRouteLost?: boolean;
  readonly isLate?: boolean;
  readonly isExtension?: boolean;
}

/** A model of an asker's queue, and of the asker behind it. */
export class AskerInMemory {
  readonly told: Told[] = [];
  /** What it says has become of each attempt; nothing, while it is undefined. */
  answers?: (told: Told) => CarryingOutcome['kind'];

  hear(request: ApprovalRequest): Told {
    const { id, decision, carrying, extension } = request;
    if (!decision || !carrying) {
      throw new Error(`The asker is told of ${id}, which no one has decided.`);
    }
    const told = {
      requestId: idOfAsker(request),
      decision: decision.kind,
      until: (carrying.phase === 'decision' && extension?.approval?.until) || decision.until,
      isClickWaiting: decision.isClickWaiting,
      isRouteLost: decision.isRouteLost,
      isLate: decision.isLate,
      isExtension: carrying.phase === 'decision' && extension?.approval !== undefined,
      phase: carrying.phase,
      attempt: carrying.attempt,
    };
    this.told.push(told);
    return told;
  }

  /** "decision phase attempt" of all that it was told. */
  words(): string[] {
    return this.told.map(({ decision, phase, attempt }) => `${decision} ${phase} ${attempt}`);
  }
}
