import type { AccessKey, KeyStatus, LastUse } from '../../../src/access-key/domain/access-key';
import type { KeySlot, ReportRow } from '../../../src/access-key/domain/credential-report';
import type { AccessKeySource } from '../../../src/access-key/domain/survey';

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
export const NOW = new Date('2026-06-01T03:00:00Z');

export function daysAgo(days: number, now = NOW): Date {
  return new Date(now.getTime() - days * DAY);
}

export interface KeyInMemory {
  readonly id: string;
  status: KeyStatus;
  readonly createdAt: Date;
  /** Created or last changed, as the credential report has it. */
  changedAt: Date;
  usedAt?: Date;
}

export interface UserInMemory {
  readonly name: string;
  readonly path: string;
  readonly createdAt: Date;
  readonly groups: readonly string[];
  readonly tags: ReadonlyMap<string, string>;
  keys: KeyInMemory[];
}

export function key(id: string, ageInDays: number, values: Partial<KeyInMemory> = {}): KeyInMemory {
  return {
    id,
    status: 'Active',
    createdAt: daysAgo(ageInDays),
    changedAt: daysAgo(ageInDays),
    usedAt: daysAgo(0),
    ...values,
  };
}

export function user(
  name: string,
  keys: KeyInMemory[],
  values: Partial<UserInMemory> = {},
): UserInMemory {
  return {
    name,
    path: '/',
    createdAt: daysAgo(1_000),
    groups: [],
    tags: new Map(),
    keys,
    ...values,
  };
}

export function rowOf({ name, path, createdAt, keys }: UserInMemory): ReportRow {
  const slots = [keys[0], keys[1]].map((one): KeySlot =>
    one
      ? { active: one.status === 'Active', lastChangedAt: one.changedAt, lastUsedAt: one.usedAt }
      : { active: false },
  );
  return { userName: name, arn: `arn:aws:iam::111111111111:user${path}${name}`, createdAt, slots };
}

/**
 * A model of IAM behind the domain's own port, for what the emulator cannot be made to do: fail at
 * any call, or change in between. Not a stand-in for IAM itself: the handler is tested against the
 * emulator.
 */
export class AccountInMemory implements AccessKeySource {
  readonly calls: string[] = [];
  /** Why calls fail, by their name and what they ask for. */
  readonly failing = new Map<string, string>();
  rows: ReportRow[];

  constructor(
    public users: UserInMemory[],
    rows?: ReportRow[],
  ) {
    this.rows = rows ?? users.map(rowOf);
  }

  async credentialReport(): Promise<ReportRow[]> {
    this.call('credentialReport', '');
    return this.rows;
  }

  async keysOf(userName: string): Promise<AccessKey[] | undefined> {
    this.call('keysOf', userName);
    return this.user(userName)?.keys.map(({ id, status, createdAt }) => ({
      id,
      userName,
      status,
      createdAt,
    }));
  }

  async lastUseOf(keyId: string): Promise<LastUse | undefined> {
    this.call('lastUseOf', keyId);
    const found = this.key(keyId);
    return found && (found.usedAt ? { kind: 'used', at: found.usedAt } : { kind: 'never' });
  }

  async membersOf(groupName: string): Promise<string[] | undefined> {
    this.call('membersOf', groupName);
    return this.users.filter(({ groups }) => groups.includes(groupName)).map(({ name }) => name);
  }

  async tagsOf(userName: string): Promise<ReadonlyMap<string, string> | undefined> {
    this.call('tagsOf', userName);
    return this.user(userName)?.tags;
  }

  user(userName: string): UserInMemory | undefined {
    return this.users.find(({ name }) => name === userName);
  }

  key(keyId: string): KeyInMemory | undefined {
    return this.users.flatMap(({ keys }) => keys).find(({ id }) => id === keyId);
  }

  private call(name: string, about: string): void {
    this.calls.push(`${name} ${about}`.trim());
    const reason = this.failing.get(`${name} ${about}`.trim());
    if (reason) throw new Error(reason);
  }
}
