import type { DescribedPlace } from '../../../organization/domain/described-place';
import type { Clock } from '../../../shared/domain/clock';
import type { ChangeAsker } from '../asking/change-asker';
import type { OwnIdentity } from '../changes/actor';
import type { SecurityGroups } from '../groups/security-groups';
import type { EventHistory } from '../learning/event-history';
import type { EventLog, Ledger } from '../ledger/ledger-store';
import type { Announcement } from '../reporting/announcement';
import type { ChangeReport } from '../reporting/change-report';

/** Delivers a report to people and machines. */
export interface Announcer {
  render(report: ChangeReport): Announcement;
  tell(announcement: Announcement): Promise<void>;
}

export interface Ports {
  readonly groups: SecurityGroups;
  readonly ledger: Ledger;
  readonly events: EventLog;
  readonly history: EventHistory;
  readonly announcer: Announcer;
  readonly asker: ChangeAsker;
  readonly clock: Clock;
  readonly own: OwnIdentity;
  /** Where all of this is, as people are told of it; absent without a hub. */
  readonly place?: DescribedPlace;
  /** Which try at the event this is, from 1. */
  readonly tries: number;
  /**
   * Whether what failed so fails again, however often it is tried: then what is not what counts is
   * left out.
   */
  isToBeLeftOut(error: unknown): boolean;
}
