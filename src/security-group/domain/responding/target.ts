import type { LeaseAhead } from './lease-ahead';
import type { GroupReading } from './read-group';
import type { Call } from '../changes/change';
import type { GroupDetails } from '../groups/group';
import type { Hints } from '../judging/situation';
import type { EventKey } from '../ledger/ledger-store';
import type { ChangeReport, Notice } from '../reporting/change-report';

/** A monitored group, and what is said of it. */
export interface Target {
  readonly groupId: string;
  /** The event, or whatever else the response is remembered by. */
  readonly eventId: string;
  readonly call: Call;
  readonly explainedBy: ChangeReport['explainedBy'];
  /** An event that points to the rules, and did not write them. */
  readonly pointedToBy?: Call;
  /** Whether CloudTrail's event history has it that this call gave the rules their values. */
  readonly isConfirmed?: boolean;
  readonly details?: GroupDetails;
  readonly reading: GroupReading;
  readonly hints: Hints;
  /** Rules that the event points to, beside those that its hints name. */
  readonly otherIds?: readonly string[];
  readonly notices: readonly Notice[];
  readonly ahead?: LeaseAhead;
}

/** The key by which the response is remembered. */
export function caseKey({ eventId, groupId }: Target): EventKey {
  return { eventId, groupId };
}
