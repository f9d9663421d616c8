import { GroupsInMemory } from './groups-in-memory';
import type { Change } from '../../../src/security-group/domain/changes/change';
import type { Policy } from '../../../src/security-group/domain/policies/policy';
import type { SentryConfiguration } from '../../../src/security-group/domain/policies/sentry-configuration';
import type {
  HistoryPage,
  HistoryRecord,
  HistoryWindow,
  PagedHistory,
} from '../../../src/security-group/domain/rehearsing/read-history';
import type { Rehearsal } from '../../../src/security-group/domain/rehearsing/rehearsal';
import { rehearse } from '../../../src/security-group/domain/rehearsing/rehearse';
import type { Rule } from '../../../src/security-group/domain/rules/rule';
import { REHEARSED_CALLS } from '../../../src/shared/contracts/watched-calls';
import { configurationOf } from '../samples/changes';

const MINUTE = 60_000;

/** Event history that answers in pages, the newest first, until its time is over. */
export class PagedHistoryInMemory implements PagedHistory {
  readonly records: (HistoryRecord & { readonly eventName: string })[] = [];
  pages = 0;
  mostPages = Infinity;
  private readonly sorted = new Map<string, { of: number; records: readonly HistoryRecord[] }>();

  constructor(private readonly pageSize = 50) {}

  add(...changes: Change[]): void {
    this.records.push(
      ...changes.map((change) => ({
        eventId: change.eventId,
        eventName: change.eventName,
        time: change.time,
        length: 1_000,
        change,
      })),
    );
  }

  async page(
    eventName: string,
    { from, to }: HistoryWindow,
    next: string | undefined,
  ): Promise<HistoryPage | undefined> {
    if (this.pages >= this.mostPages) return undefined;
    this.pages += 1;
    const found = this.newestFirst(eventName).filter(({ time }) => time >= from && time <= to);
    const start = Number(next ?? 0);
    const records = found.slice(start, start + this.pageSize);
    const oldest = records.at(-1)?.time;
    return {
      records,
      ...(oldest && { oldest }),
      ...(start + this.pageSize < found.length && { next: String(start + this.pageSize) }),
    };
  }

  private newestFirst(eventName: string): readonly HistoryRecord[] {
    const known = this.sorted.get(eventName);
    if (known?.of === this.records.length) return known.records;
    const records = this.records
      .filter((one) => one.eventName === eventName)
      .sort((one, other) => other.time.getTime() - one.time.getTime());
    this.sorted.set(eventName, { of: this.records.length, records });
    return records;
  }
}

export const WEEK: HistoryWindow = {
  from: new Date('2026-01-01T00:00:00Z'),
  to: new Date('2026-01-08T00:00:00Z'),
};

/** The changes one after the other, each a call of its own. */
export function inTurn(...changes: Change[]): Change[] {
  return changes.map((change, index) => ({
    ...change,
    eventId: `event-${index}`,
    time: new Date(WEEK.from.getTime() + index * MINUTE),
  }));
}

/** A rehearsal of policies over `sg-1` with models behind its ports. */
export class RehearsalInMemory {
  readonly history = new PagedHistoryInMemory();
  readonly groups: GroupsInMemory;
  ownRoleArns: readonly string[] = [];
  private readonly configuration: SentryConfiguration;

  constructor(
    policies: readonly Policy[],
    standing: readonly Rule[] = [],
    values: Partial<SentryConfiguration> = {},
  ) {
    this.configuration = configurationOf(policies, values);
    this.groups = GroupsInMemory.of('sg-1', ...standing);
  }

  async of(...changes: Change[]): Promise<Rehearsal> {
    this.history.add(...changes);
    return this.next(WEEK, 1);
  }

  async next(window: HistoryWindow, part: number): Promise<Rehearsal> {
    return rehearse(
      { asked: WEEK, window, part, eventNames: REHEARSED_CALLS, ownRoleArns: this.ownRoleArns },
      this.configuration,
      {
        groups: this.groups,
        rulesOfAll: async (ids) =>
          new Map(ids.map((id) => [id, { rules: this.groups.rulesIn(id), unreadableRuleIds: [] }])),
        history: this.history,
        clock: this.groups,
      },
    );
  }
}

/** "added revert", for each rule of each change. */
export function verdictsIn({ changes }: Rehearsal): string[] {
  return changes.flatMap(({ rules }) => rules.map(({ change, verdict }) => `${change} ${verdict}`));
}

export function doubtsIn({ notJudged }: Rehearsal): string[] {
  return notJudged.map(({ doubt }) => doubt);
}
