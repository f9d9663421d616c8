import type { ToldOutcome } from './outcome';
import type { Severity } from '../../../shared/domain/notification/severity';

/** One message in words and as JSON, ready to be sent; kept as it is until it was. */
export interface Announcement {
  readonly subject: string;
  readonly json: string;
  readonly text: string;
  readonly severity: Severity;
  readonly type: string;
  /**
   * The same was told a short while ago, or is told later with other things: no message goes to
   * people, only an event to machines.
   */
  readonly isRepeat: boolean;
  /** Absent where it tells of no rules. */
  readonly outcome?: ToldOutcome;
  /** Questions to people that go with it. */
  readonly asks?: readonly PreparedAsk[];
}

/** A question on its way to a workflow, ready to be sent. */
export interface PreparedAsk {
  readonly workflow: string;
  readonly message: string;
}
