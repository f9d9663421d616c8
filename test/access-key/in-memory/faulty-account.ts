import {
  AccountInMemory,
  DAY,
  type KeyInMemory,
  rowOf,
  type UserInMemory,
} from './account-in-memory';
import { KeyPeopleInMemory } from './key-people-in-memory';
import type { AccessKey } from '../../../src/access-key/domain/access-key';
import type { DeactivationReason } from '../../../src/access-key/domain/deactivation-reasons';
import type { KeyRecord, StepKind } from '../../../src/access-key/domain/key-actions';
import type { KeyApproval } from '../../../src/access-key/domain/key-approval';
import type { KeyReport, PlacedKey, ReportedKey } from '../../../src/access-key/domain/key-report';
import type {
  ChangeAnswer,
  KeyAsker,
  KeyChanger,
  KeyRecords,
  ReportMemory,
} from '../../../src/access-key/domain/ports';
import type { KeySentryPorts } from '../../../src/access-key/domain/run-key-sentry';
import type { AskResult } from '../../../src/approval/domain/ask-result';

/**
 * What happens to one call of a port. After a lost answer the client sends the call again, and
 * hears what is said to the second one.
 */
export type Fate =
  'works' | 'fails' | 'fails after it has worked' | 'loses its answer' | 'toggled before';

/** What someone does with a key of their own. */
export type OwnersDeed = 'toggle' | 'use' | 'remove';

/** A step that was taken, with what had been seen and told by then. */
export interface Step {
  readonly keyId: string;
  readonly kind: StepKind;
  readonly run: number;
  readonly at: Date;
  readonly key: KeyInMemory;
  readonly notices: readonly Notice[];
  /** Of the run that has seen it inactive first, without one since that has seen it active. */
  readonly seenInactiveSince?: Date;
  /** Of the request that stood then. */
  readonly requestId?: string;
  /** When the sentry has deactivated it last, before this. */
  readonly deactivatedAt?: Date;
}

/** That SNS accepted, about this step of the key. */
export interface Notice {
  readonly at: Date;
  /** Of a deactivation: why it is to come. */
  readonly reasons: readonly DeactivationReason[];
}

interface Told {
  readonly at: Date;
  readonly keys: readonly ReportedKey[];
}

/** How late the last use of a key shows. */
const LAG = 4 * 3_600_000;
const CALL_MILLISECONDS = 7_000;

/**
 * An account with owners, a topic and a table, where time passes, where every call can fail before
 * or after it has worked, and where owners do as they like. It writes down what truly happened, for
 * the test to judge.
 */
export class FaultyAccount implements KeySentryPorts, KeyChanger, KeyRecords {
  readonly steps: Step[] = [];
  /** Of which owners heard. */
  readonly toldOwners: KeyReport[] = [];
  endsBeforeOwnersHear = false;
  /** Whose messages SQS refuses. */
  readonly refusedOwners = new Set<string>();
  readonly told: Told[] = [];
  readonly model: AccountInMemory;
  readonly source: KeySentryPorts['source'];
  readonly changer: KeyChanger = this;
  readonly records: KeyRecords = this;
  readonly asker: KeyAsker = {
    ask: async (keyId, approval) =>
      this.call(async () => this.people.ask(keyId, approval, this.now())),
  };
  readonly account = '111111111111';
  readonly region = 'eu-west-1';
  readonly people = new KeyPeopleInMemory();
  /** Where what was last reported is remembered. */
  memory?: ReportMemory;
  /** What was remembered as asked, and the run that did. */
  readonly asks: { readonly requestId: string; readonly run: number }[] = [];
  run = 0;
  /** Why IAM deactivates no key; undefined where it does. */
  refusal?: string;
  private readonly table = new Map<string, KeyRecord>();
  private readonly uses = new Map<string, Date[]>();
  private readonly seenInactive = new Map<string, Date>();
  private seenActiveInRun = new Map<string, 'and last' | 'and inactive later'>();
  private runStartedAt: Date;
  private fates: Fate[] = [];

  constructor(
    users: UserInMemory[],
    private time: number,
  ) {
    this.runStartedAt = new Date(time);
    this.model = new AccountInMemory(users);
    this.source = {
      credentialReport: async () => this.call(async () => this.model.credentialReport()),
      keysOf: async (userName) =>
        this.note(
          await this.call(
            async () => this.model.keysOf(userName),
            () => this.toggleFirstOf(userName),
          ),
        ),
      lastUseOf: async (keyId) => this.call(async () => this.model.lastUseOf(keyId)),
      membersOf: async (groupName) => this.call(async () => this.model.membersOf(groupName)),
      tagsOf: async (userName) => this.call(async () => this.model.tagsOf(userName)),
    };
  }

  now(): Date {
    return new Date(this.time);
  }

  pass(days: number): void {
    this.time += days * DAY;
  }

  /** As a schedule has it: from the beginning of the last run. */
  passSinceRun(days: number): void {
    this.time = Math.max(this.time, this.runStartedAt.getTime() + days * DAY);
  }

  begin(fates: readonly Fate[]): Date {
    this.run += 1;
    this.fates = [...fates];
    this.seenActiveInRun = new Map();
    this.runStartedAt = this.now();
    this.showUses();
    this.model.rows = this.model.users.map(rowOf);
    return this.runStartedAt;
  }

  /** Of a run that came to its end, all that it has seen counts. */
  end(): void {
    for (const [keyId, when] of this.seenActiveInRun) {
      if (when === 'and last') this.seenInactive.delete(keyId);
      else this.seenInactive.set(keyId, this.runStartedAt);
    }
  }

  do(deed: OwnersDeed, number: number): void {
    const owners = this.model.users.flatMap((owner) => owner.keys.map((key) => ({ owner, key })));
    const found = owners[number % Math.max(1, owners.length)];
    if (!found) return;
    const { owner, key } = found;
    if (deed === 'remove') owner.keys = owner.keys.filter((one) => one !== key);
    if (deed === 'use' && key.status === 'Active') {
      this.uses.set(key.id, [...(this.uses.get(key.id) ?? []), this.now()]);
    }
    if (deed === 'toggle') this.toggle(key);
  }

  async all(): Promise<KeyRecord[]> {
    return this.call(async () => [...this.table.values()]);
  }

  async read(keyId: string): Promise<KeyRecord | undefined> {
    return this.call(async () => this.table.get(keyId));
  }

  /** What is remembered, looked at by the test. */
  remembered(keyId: string): KeyRecord | undefined {
    return this.table.get(keyId);
  }

  /** What someone else has written into the table. */
  forge(record: KeyRecord): void {
    this.table.set(record.keyId, record);
  }

  /** What was asked of people, as it stands in the table. */
  approvalOf(keyId: string): KeyApproval | undefined {
    return this.table.get(keyId)?.approval;
  }

  async write(record: KeyRecord): Promise<void> {
    await this.call(async () => {
      const requestId = record.approval?.requestId;
      if (requestId && requestId !== this.approvalOf(record.keyId)?.requestId) {
        this.asks.push({ requestId, run: this.run });
      }
      this.table.set(record.keyId, record);
    });
  }

  async deactivate(userName: string, keyId: string): Promise<ChangeAnswer> {
    return this.call(async () => {
      const key = this.keyOf(userName, keyId);
      if (!key) return { kind: 'gone' };
      if (this.refusal) return { kind: 'refused', reason: this.refusal };
      if (key.status !== 'Active') return { kind: 'done' };
      this.writeDown(key, 'deactivate');
      key.status = 'Inactive';
      key.changedAt = this.now();
      return { kind: 'done' };
    });
  }

  async delete(userName: string, keyId: string): Promise<ChangeAnswer> {
    let attempts = 0;
    return this.call(async () => {
      attempts += 1;
      const key = this.keyOf(userName, keyId);
      if (!key) return { kind: 'gone', attempts };
      this.writeDown(key, 'delete');
      const owner = this.model.user(userName)!;
      owner.keys = owner.keys.filter(({ id }) => id !== keyId);
      return { kind: 'done' };
    });
  }

  /** The workflow is told what came of a decision. */
  async concluding(requestId: string, result: AskResult): Promise<void> {
    await this.call(async () => this.people.conclude(requestId, result));
  }

  readonly tell = async (_report: KeyReport, keys: readonly ReportedKey[]): Promise<Date> =>
    this.call(async () => {
      this.told.push({ at: this.now(), keys });
      return this.now();
    });

  /** As its adapter: what goes wrong there is told by another way. */
  readonly tellOwners = async (report: KeyReport): Promise<readonly PlacedKey[]> => {
    if (this.endsBeforeOwnersHear) throw new Error('the function has ended');
    this.toldOwners.push(report);
    return report.keys
      .filter(({ owner }) => owner?.kind === 'known' && this.refusedOwners.has(owner.name))
      .map((key) => ({ ...key, accountId: this.account }));
  };

  readonly announce = async (): Promise<void> => this.call(async () => undefined);

  isTold({ keyId, kind, at }: Step): boolean {
    return this.told.some(
      (message) =>
        message.at >= at &&
        message.keys.some(
          ({ step }) =>
            step?.keyId === keyId &&
            step.report.step === kind &&
            ['done', 'failed'].includes(step.report.kind),
        ),
    );
  }

  private async call<T>(work: () => Promise<T>, toggle?: () => void): Promise<T> {
    const fate = this.fates.shift() ?? 'works';
    this.time += CALL_MILLISECONDS;
    if (fate === 'toggled before') toggle?.();
    if (fate === 'fails') throw new Error('Throttling: Rate exceeded');
    const answer = await work();
    if (fate === 'loses its answer') return work();
    if (fate === 'fails after it has worked') throw new Error('TimeoutError: no answer');
    return answer;
  }

  /** What the sentry has seen; not what got lost on its way. */
  private note(keys: AccessKey[] | undefined): AccessKey[] | undefined {
    for (const { id, status } of keys ?? []) {
      if (status !== 'Inactive') this.seenActiveInRun.set(id, 'and last');
      else if (this.seenActiveInRun.has(id)) this.seenActiveInRun.set(id, 'and inactive later');
      else if (!this.seenInactive.has(id)) this.seenInactive.set(id, this.runStartedAt);
    }
    return keys;
  }

  private keyOf(userName: string, keyId: string): KeyInMemory | undefined {
    return this.model.user(userName)?.keys.find(({ id }) => id === keyId);
  }

  private toggleFirstOf(userName: string): void {
    const key = this.model.user(userName)?.keys[0];
    if (key) this.toggle(key);
  }

  private toggle(key: KeyInMemory): void {
    key.status = key.status === 'Active' ? 'Inactive' : 'Active';
    key.changedAt = this.now();
  }

  private showUses(): void {
    for (const [keyId, uses] of this.uses) {
      const shown = uses.filter((use) => use.getTime() <= this.time - LAG).at(-1);
      const key = this.model.key(keyId);
      if (key && shown) key.usedAt = shown;
    }
  }

  private writeDown(key: KeyInMemory, kind: StepKind): void {
    const notices = this.told.flatMap(({ at, keys }) =>
      keys.flatMap(({ step }): Notice[] => {
        if (step?.keyId !== key.id) return [];
        const { report } = step;
        if (report.kind !== 'notice' || report.step !== kind) return [];
        return [{ at, reasons: report.reasons?.map((reason) => reason.kind) ?? [] }];
      }),
    );
    const seenInactiveSince = this.seenInactive.get(key.id);
    const requestId = this.approvalOf(key.id)?.requestId;
    const deactivatedAt = this.steps
      .filter((step) => step.keyId === key.id && step.kind === 'deactivate')
      .at(-1)?.at;
    this.steps.push({
      keyId: key.id,
      kind,
      run: this.run,
      at: this.now(),
      key: { ...key },
      notices,
      seenInactiveSince,
      requestId,
      deactivatedAt,
    });
  }
}
