import { AnnouncerInMemory } from './announcer-in-memory';
import { AskerInMemory } from './asker-in-memory';
import { Faults } from './faults';
import { GroupsInMemory } from './groups-in-memory';
import { HistoryInMemory } from './history-in-memory';
import { LedgerInMemory } from './ledger-in-memory';
import { type AskResult, isConcluded, isOvertaken } from '../../../src/approval/domain/ask-result';
import type { DescribedPlace } from '../../../src/organization/domain/described-place';
import type { AskedChange } from '../../../src/security-group/domain/asking/asked-change';
import type { StoredAsk } from '../../../src/security-group/domain/asking/change-asker';
import type { Change } from '../../../src/security-group/domain/changes/change';
import {
  carryOutOnce,
  joinedResult,
} from '../../../src/security-group/domain/deciding/carry-out-once';
import type { ChangeDecision } from '../../../src/security-group/domain/deciding/change-decision';
import type { GroupRecord } from '../../../src/security-group/domain/ledger/ledger';
import type { Policy } from '../../../src/security-group/domain/policies/policy';
import type { SentryConfiguration } from '../../../src/security-group/domain/policies/sentry-configuration';
import { reconcileGroups } from '../../../src/security-group/domain/reconciling/reconcile-groups';
import type { ReconcileReport } from '../../../src/security-group/domain/reconciling/reconcile-report';
import type { ChangeReport } from '../../../src/security-group/domain/reporting/change-report';
import type { Ports } from '../../../src/security-group/domain/responding/ports';
import { respondToChange } from '../../../src/security-group/domain/responding/respond-to-change';
import { respondToDifferences } from '../../../src/security-group/domain/responding/respond-to-differences';
import type { Responses } from '../../../src/security-group/domain/responding/responses';
import type { Sentry } from '../../../src/security-group/domain/responding/sentry';
import { type Rule, withoutTags } from '../../../src/security-group/domain/rules/rule';
import { configurationOf, OWN } from '../samples/changes';

export const PLACE = { accountId: '111111111111', region: 'eu-west-1' };

/** A sentry with models behind all its ports. */
export class SentryInMemory {
  /** One that watches `sg-1`, and has adopted it with these rules in it. */
  static watching(policies: readonly Policy[], ...rules: Rule[]): SentryInMemory {
    const sentry = new SentryInMemory(
      configurationOf(policies),
      GroupsInMemory.of('sg-1', ...rules),
    );
    sentry.ledger.adopt('sg-1', rules);
    return sentry;
  }

  /** One that watches `sg-1`, and has never seen it. */
  static newTo(policies: readonly Policy[], ...rules: Rule[]): SentryInMemory {
    return new SentryInMemory(configurationOf(policies), GroupsInMemory.of('sg-1', ...rules));
  }

  readonly ledger = new LedgerInMemory();
  readonly history = new HistoryInMemory();
  readonly announcer = new AnnouncerInMemory();
  readonly asker = new AskerInMemory();
  readonly reconciled: ReconcileReport[] = [];
  readonly pointedTo: string[] = [];
  private readonly toldEnds = new Set<string>();
  readonly pointedToLater: { groupIds: readonly string[]; milliseconds: number }[] = [];
  faults = new Faults();
  /** The configuration as a warm function has read it for an earlier event. */
  lastKnown?: SentryConfiguration;
  configurationIsRead = Promise.resolve();
  /** In a hub. */
  place?: DescribedPlace;
  /** In a hub, where this is its own place. */
  everywhere?: SentryConfiguration;
  /** From this try on, what fails does so for good. */
  hopelessFrom = Infinity;
  /** A look at the rules of several groups at once fails where one of these is among them. */
  readonly unreadGroupIds = new Set<string>();

  constructor(
    public configuration: SentryConfiguration,
    readonly groups: GroupsInMemory,
  ) {}

  /** With whatever went wrong thrown. */
  async respond(change: Change, tries = 1): Promise<readonly ChangeReport[]> {
    return reportsOf(await this.responsesTo(change, tries));
  }

  async responsesTo(change: Change, tries = 1): Promise<Responses> {
    const { configuration, lastKnown, configurationIsRead } = this;
    return respondToChange(
      change,
      {
        current: async () => configurationIsRead.then(() => configuration),
        ...(lastKnown && { last: lastKnown }),
      },
      this.ports(tries),
    );
  }

  async respondToDifferences(groupId = 'sg-1', tries = 1): Promise<readonly ChangeReport[]> {
    return reportsOf(await respondToDifferences(groupId, PLACE, this.sentry(tries)));
  }

  private sentry(tries: number): Sentry {
    return { configuration: this.configuration, ports: this.ports(tries) };
  }

  /** What people were asked, in order, each request once. */
  get asked(): readonly AskedChange[] {
    const ids = new Set(
      this.announcer.asked.map(
        ({ message }) => (JSON.parse(message) as { requestId: string }).requestId,
      ),
    );
    return [...ids].flatMap((id) => this.asker.kept.get(id)?.asked ?? []);
  }

  get lastRequestId(): string {
    const last = this.asked.at(-1);
    if (!last) throw new Error('No one was asked.');
    return last.requestId;
  }

  /**
   * People decide, and it is carried out as the handler does it. What comes again once it is done
   * changes nothing.
   */
  async decide(
    kind: ChangeDecision['kind'],
    { requestId = this.lastRequestId, tries = 1, lookedAt, ...values }: DecisionValues = {},
  ): Promise<AskResult> {
    const phase = kind === 'ended' ? 'end' : 'decision';
    const decision: ChangeDecision = {
      requestId,
      kind,
      phase,
      attempt: 1,
      at: this.groups.now(),
      by: BY[kind],
      ...values,
    };
    const ports = this.ports(tries);
    const kept = lookedAt ?? (await ports.asker.read(requestId));
    if (!kept) throw new Error(`The sentry has not asked for ${requestId}.`);
    if (isOvertaken(decision, kept.result)) throw new Error(overtaken(requestId));
    if (isConcluded(decision, kept.result)) return kept.result;
    const joined = joinedResult(decision);
    if (joined) return joined;
    const conclusion = await carryOutOnce(decision, kept.asked, this.sentry(tries));
    if (!conclusion) throw new Error(overtaken(requestId));
    return conclusion.result;
  }

  /** One run of reconcile, which only points; and then what it points to. */
  async reconcile(): Promise<readonly ChangeReport[]> {
    await this.survey();
    const reports: ChangeReport[] = [];
    for (const groupId of this.pointedTo) {
      reports.push(...(await this.respondToDifferences(groupId)));
    }
    return reports;
  }

  async survey(when?: 'after a large call'): Promise<ReconcileReport> {
    const { groups, ledger, history } = this;
    this.pointedTo.length = 0;
    return reconcileGroups(this.configuration, {
      groups,
      ledger,
      history,
      lastHeartbeat: async () => history.lastHeartbeat,
      clock: groups,
      sentry: 'App/Sentry',
      ...(this.place && { place: this.place }),
      ...(this.everywhere && { everywhere: this.everywhere }),
      toldEnds: {
        has: async ({ of, until }) => this.toldEnds.has(`${of} ${until.getTime()}`),
        add: async ({ of, until }) => void this.toldEnds.add(`${of} ${until.getTime()}`),
      },
      rulesOfAll: async (ids) => {
        if (ids.some((id) => this.unreadGroupIds.has(id))) throw new Error('RequestLimitExceeded');
        return new Map(
          ids.flatMap((id) => {
            const group = groups.all.get(id);
            return group ? [[id, { ...group, rules: group.rules.map(withoutTags) }] as const] : [];
          }),
        );
      },
      tell: async (report) => void this.reconciled.push(report),
      pointTo: async (ids) => void this.pointedTo.push(...ids),
      ...(when && {
        pointToLater: async (groupIds, milliseconds) =>
          void this.pointedToLater.push({ groupIds, milliseconds }),
      }),
    });
  }

  async pass(milliseconds: number): Promise<void> {
    await this.groups.pause(milliseconds);
  }

  recordOf(groupId: string): GroupRecord | undefined {
    return this.ledger.groups.get(groupId)?.record;
  }

  ports(tries: number): Ports {
    const { faults } = this;
    const ledger = faults.in(this.ledger);
    return {
      groups: faults.in(this.groups, ['now', 'pause']),
      ledger,
      events: ledger,
      history: faults.in(this.history),
      announcer: faults.in(this.announcer, ['render']),
      asker: faults.in(this.asker, ['identify', 'render']),
      clock: this.groups,
      own: OWN,
      ...(this.place && { place: this.place }),
      tries,
      isToBeLeftOut: () => tries >= this.hopelessFrom,
    };
  }
}

export type DecisionValues = Partial<Omit<ChangeDecision, 'kind'>> & {
  readonly tries?: number;
  /** As this try has read it, which may be a while ago. */
  readonly lookedAt?: StoredAsk;
};

function overtaken(requestId: string): string {
  return `A later decision about ${requestId} was carried out already.`;
}

const BY: Readonly<Record<ChangeDecision['kind'], readonly string[]>> = {
  approved: ['U1'],
  denied: ['U1'],
  expired: [],
  'not-asked': [],
  unaskable: [],
  ended: ['U1'],
};

function reportsOf({ reports, failures }: Responses): readonly ChangeReport[] {
  if (failures.length > 0) throw failures[0];
  return reports;
}
