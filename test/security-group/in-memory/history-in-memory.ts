import type { Change } from '../../../src/security-group/domain/changes/change';
import type {
  EventHistory,
  RecentChanges,
} from '../../../src/security-group/domain/learning/event-history';

/**
 * A model of CloudTrail's event history: what really happened, and nothing that someone made up.
 */
export class HistoryInMemory implements EventHistory {
  readonly changes: Change[] = [];
  /** When the latest of the sentry's dry runs that it has was made. */
  lastHeartbeat?: Date;
  /** Where there are too many calls, those of single groups have to be asked for. */
  tellsAll = true;

  async eventOf(eventId: string): Promise<Change | undefined> {
    return this.changes.find((change) => change.eventId === eventId);
  }

  async changesOf(groupId: string, since: Date): Promise<readonly Change[]> {
    return this.changes.filter(
      ({ subject, time }) =>
        subject.kind === 'group' && subject.group.id === groupId && time >= since,
    );
  }

  async changesSince(since: Date): Promise<RecentChanges> {
    return { changes: this.changes.filter(({ time }) => time >= since), areAll: this.tellsAll };
  }
}
