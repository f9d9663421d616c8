import { AnnouncerInMemory } from './announcer-in-memory';
import { configurationOf, OWN } from './changes';
import { Faults } from './faults';
import { GroupsInMemory } from './groups-in-memory';
import { HistoryInMemory } from './history-in-memory';
import { LedgerInMemory } from './ledger-in-memory';
import type { Change } from '../../../src/domain/security-group/change';
import type { ChangeReport } from '../../../src/domain/security-group/change-report';
import type { GroupRecord } from '../../../src/domain/security-group/ledger';
import type { Policy } from '../../../src/domain/security-group/policy';
import { reconcileGroups, type ReconcileReport } from '../../../src/domain/security-group/reconcile-groups';
import type { Surroundings } from '../../../src/domain/security-group/respond-in-group';
import { type Responses, respondToChange } from '../../../src/domain/security-group/respond-to-change';
import { respondToFinding } from '../../../src/domain/security-group/respond-to-finding';
import type { Rule } from '../../../src/domain/security-group/rule';
import type { SentryConfiguration } from '../../../src/domain/security-group/sentry-configuration';

export const PLACE = { accountId: '111111111111', region: 'eu-west-1' };

/** A sentry with models behind all its ports. */
export class SentryInMemory {
  /** One that watches `sg-1`, and has adopted it with these rules in it. */
  static watching(policies: readonly Policy[], ...rules: Rule[]): SentryInMemory {
    const sentry = new SentryInMemory(configurationOf(policies), GroupsInMemory.of('sg-1', ...rules));
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
  readonly reconciled: ReconcileReport[] = [];
  readonly pointedTo: string[] = [];
  faults = new Faults();

  constructor(public configuration: SentryConfiguration, readonly groups: GroupsInMemory) {}

  /** With whatever went wrong thrown. */
  async respond(change: Change, tries = 1): Promise<readonly ChangeReport[]> {
    return reportsOf(await this.responsesTo(change, tries));
  }

  async responsesTo(change: Change, tries = 1): Promise<Responses> {
    return respondToChange(change, () => Promise.resolve(this.configuration), this.surroundings(tries));
  }

  async respondToFinding(groupId = 'sg-1', tries = 1): Promise<readonly ChangeReport[]> {
    return reportsOf(await respondToFinding(groupId, PLACE, this.configuration, this.surroundings(tries)));
  }

  /** One run of reconcile, which only points; and then what it points to. */
  async reconcile(): Promise<readonly ChangeReport[]> {
    await this.survey();
    const reports: ChangeReport[] = [];
    for (const groupId of this.pointedTo) reports.push(...await this.respondToFinding(groupId));
    return reports;
  }

  async survey(): Promise<ReconcileReport> {
    const { groups, ledger, history } = this;
    this.pointedTo.length = 0;
    return reconcileGroups(this.configuration, {
      groups,
      ledger,
      history,
      clock: groups,
      sentry: 'App/Sentry',
      rulesOfAll: async (ids) => new Map(ids.flatMap((id) => (groups.all.has(id) ? [[id, groups.all.get(id)!] as const] : []))),
      tell: async (report) => void this.reconciled.push(report),
      pointTo: async (ids) => void this.pointedTo.push(...ids),
    });
  }

  async pass(milliseconds: number): Promise<void> {
    await this.groups.pause(milliseconds);
  }

  recordOf(groupId: string): GroupRecord | undefined {
    return this.ledger.groups.get(groupId)?.record;
  }

  surroundings(tries: number): Surroundings {
    const { faults } = this;
    const ledger = faults.in(this.ledger);
    return {
      groups: faults.in(this.groups, ['now', 'pause']),
      ledger,
      events: ledger,
      history: faults.in(this.history),
      announcer: faults.in(this.announcer, ['render']),
      clock: this.groups,
      own: OWN,
      tries,
    };
  }
}

function reportsOf({ reports, failures }: Responses): readonly ChangeReport[] {
  if (failures.length > 0) throw failures[0];
  return reports;
}
