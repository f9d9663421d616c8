import { RESPONSE_LEASE_SECONDS } from '../../../src/security-group/contracts/respond-to-changes.environment';
import { isAbout, type Judgement } from '../../../src/security-group/domain/judging/judgement';
import {
  type Grant,
  type GroupLedger,
  type GroupRecord,
  type LedgerEntry,
  livingGrants,
  type Repeat,
} from '../../../src/security-group/domain/ledger/ledger';
import {
  type Claim,
  type EventKey,
  type EventLog,
  type Ledger,
  type LedgerChange,
  type Lease,
  LeaseLostError,
  LedgerConflictError,
} from '../../../src/security-group/domain/ledger/ledger-store';
import type { PlaceRecord, Sighting } from '../../../src/security-group/domain/ledger/place-record';
import type { Announcement } from '../../../src/security-group/domain/reporting/announcement';
import type { ToldOutcome } from '../../../src/security-group/domain/reporting/outcome';
import { type Rule, ruleKey, withoutTags } from '../../../src/security-group/domain/rules/rule';

const LEASE_MILLISECONDS = RESPONSE_LEASE_SECONDS * 1_000;

interface StoredEvent {
  readonly state: 'acting' | 'acted' | 'told';
  readonly leaseUntil: number;
  readonly claimId: string;
  readonly intent: readonly Judgement[];
  readonly announcement?: Announcement;
  readonly outcome?: ToldOutcome;
  readonly repeats: readonly Repeat[];
}

/**
 * A model of the table behind the domain's own ports: items that are written one by one, each only
 * as it was read.
 */
export class LedgerInMemory implements Ledger, EventLog {
  readonly groups = new Map<
    string,
    { record?: GroupRecord; entries: Map<string, LedgerEntry>; repeats: readonly Repeat[] }
  >();
  readonly events = new Map<string, StoredEvent>();
  /** What others do before a write, by its number from 1. */
  readonly beforeWrite = new Map<number, () => void>();
  writes = 0;
  private claims = 0;
  place?: PlaceRecord;
  readonly sightings = new Map<string, Sighting>();
  /** What others do before the record of a group is written. */
  beforeRecord?: (groupId: string) => void;

  /** The group was adopted, with these rules. */
  adopt(groupId: string, rules: readonly Rule[], record: Partial<GroupRecord> = {}): void {
    const adoptedAt = new Date('2025-12-01T00:00:00Z');
    this.group(groupId).record = {
      groupId,
      name: 'web',
      vpcId: 'vpc-1',
      adoptedAt,
      adoptedWhile: 'ENFORCE',
      policies: 'p',
      selection: 's',
      ...record,
    };
    for (const rule of rules) {
      this.grant(groupId, rule, { cause: 'adopted', by: 'App/Sentry', since: adoptedAt });
    }
  }

  /** Any grant, with whatever else the ledger shall hold of the rule. */
  grant(groupId: string, rule: Rule, grant: Grant, values: Partial<LedgerEntry> = {}): void {
    const { entries } = this.group(groupId);
    const entry = entries.get(ruleKey(rule));
    entries.set(ruleKey(rule), {
      ...entry,
      rule,
      grants: [...(entry?.grants ?? []), grant],
      revision: (entry?.revision ?? 0) + 1,
      ...values,
    });
  }

  /** An entry without a grant. */
  note(groupId: string, rule: Rule, values: Partial<LedgerEntry>): void {
    const { entries } = this.group(groupId);
    entries.set(ruleKey(rule), {
      rule,
      grants: [],
      ...entries.get(ruleKey(rule)),
      revision: 1,
      ...values,
    });
  }

  forget(groupId: string, rule: Rule): void {
    this.group(groupId).entries.delete(ruleKey(rule));
  }

  entryOf(groupId: string, rule: Rule): LedgerEntry | undefined {
    return this.group(groupId).entries.get(ruleKey(rule));
  }

  grantsOf(groupId: string, rule: Rule, now = new Date('2026-01-01T00:00:00Z')): readonly Grant[] {
    return livingGrants(this.entryOf(groupId, rule), now);
  }

  /** Keys of the rules that something speaks for. */
  grantedKeys(groupId: string, now: Date): string[] {
    return [...this.group(groupId).entries]
      .filter(([, entry]) => livingGrants(entry, now).length > 0)
      .map(([key]) => key);
  }

  async read(groupId: string): Promise<GroupLedger> {
    const { record, entries, repeats } = this.group(groupId);
    return { record, entries: new Map(entries), repeats };
  }

  async readWithoutTags(groupId: string): Promise<GroupLedger> {
    const { entries, ...rest } = await this.read(groupId);
    const untagged = [...entries].map(
      ([key, entry]) => [key, { ...entry, rule: withoutTags(entry.rule) }] as const,
    );
    return { ...rest, entries: new Map(untagged) };
  }

  async write(groupId: string, changes: readonly LedgerChange[]): Promise<void> {
    this.writes += 1;
    this.beforeWrite.get(this.writes)?.();
    const results = changes.map((change) => this.writeOne(groupId, change));
    if (results.includes('conflict')) throw new LedgerConflictError(groupId);
  }

  async records(): Promise<GroupRecord[]> {
    return [...this.groups.values()].flatMap(({ record }) => record ?? []);
  }

  async placeRecord(): Promise<PlaceRecord | undefined> {
    return this.place;
  }

  async writePlaceRecord({ revision = 0, ...record }: PlaceRecord): Promise<void> {
    if ((this.place?.revision ?? 0) !== revision) throw new LedgerConflictError('all groups');
    this.place = { ...record, revision: revision + 1 };
  }

  async record(groupId: string): Promise<GroupRecord | undefined> {
    return this.group(groupId).record;
  }

  async writeRecord({ revision = 0, ...record }: GroupRecord): Promise<void> {
    this.beforeRecord?.(record.groupId);
    const group = this.group(record.groupId);
    if ((group.record?.revision ?? 0) !== revision) throw new LedgerConflictError(record.groupId);
    group.record = { ...record, revision: revision + 1 };
  }

  async sighting(groupId: string): Promise<Sighting | undefined> {
    return this.sightings.get(groupId);
  }

  async writeSighting(groupId: string, sighting: Sighting): Promise<void> {
    this.sightings.set(groupId, sighting);
  }

  async claim(key: EventKey, intent: readonly Judgement[], now: Date): Promise<Claim> {
    const before = this.events.get(eventKey(key));
    if (before?.state === 'told') {
      return { kind: 'told', ...(before.outcome && { outcome: before.outcome }) };
    }
    if (before && before.leaseUntil > now.getTime()) return { kind: 'held' };
    if (before?.state === 'acted') {
      return { kind: 'acted', announcement: before.announcement!, repeats: before.repeats };
    }
    const earlier = before?.intent ?? [];
    const all = [
      ...earlier,
      ...intent.filter((one) => !earlier.some((other) => isAbout(one, other))),
    ];
    this.claims += 1;
    const lease = { key, claimId: String(this.claims) };
    this.events.set(eventKey(key), {
      state: 'acting',
      claimId: lease.claimId,
      leaseUntil: now.getTime() + LEASE_MILLISECONDS,
      intent: all,
      repeats: [],
    });
    return { kind: 'claimed', lease, intent: earlier };
  }

  async intend(lease: Lease, intent: readonly Judgement[]): Promise<void> {
    if (!this.isHeld(lease)) throw new LeaseLostError(lease.key);
    this.update(lease.key, { intent });
  }

  async release(lease: Lease): Promise<void> {
    if (this.isHeld(lease)) this.update(lease.key, { leaseUntil: 0 });
  }

  async acted(lease: Lease, announcement: Announcement, repeats: readonly Repeat[]): Promise<void> {
    if (!this.isHeld(lease)) throw new LeaseLostError(lease.key);
    this.update(lease.key, { state: 'acted', announcement, repeats });
  }

  async told(key: EventKey, repeats: readonly Repeat[], outcome?: ToldOutcome): Promise<void> {
    this.update(key, { state: 'told', outcome });
    if (repeats.length > 0) this.group(key.groupId).repeats = repeats;
  }

  private isHeld({ key, claimId }: Lease): boolean {
    const event = this.events.get(eventKey(key));
    return event?.claimId === claimId && event.state !== 'told';
  }

  private group(groupId: string) {
    const group = this.groups.get(groupId) ?? {
      entries: new Map<string, LedgerEntry>(),
      repeats: [],
    };
    this.groups.set(groupId, group);
    return group;
  }

  private writeOne(groupId: string, { kind, entry }: LedgerChange): 'written' | 'conflict' {
    const { entries } = this.group(groupId);
    const key = ruleKey(entry.rule);
    if ((entries.get(key)?.revision ?? 0) !== entry.revision) return 'conflict';
    if (kind === 'remove') entries.delete(key);
    else entries.set(key, { ...entry, revision: entry.revision + 1 });
    return 'written';
  }

  private update(key: EventKey, values: Partial<StoredEvent>): void {
    const before = this.events.get(eventKey(key));
    if (!before) throw new Error(`The event ${eventKey(key)} was never claimed.`);
    this.events.set(eventKey(key), { ...before, ...values });
  }
}

function eventKey({ eventId, groupId }: EventKey): string {
  return `${eventId} ${groupId}`;
}
