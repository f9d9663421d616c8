import type { AccessKey } from './access-key';
import { afterSeen, type KeyActionRules, type KeyRecord } from './key-actions';
import type { ApprovedKey } from './key-approval';
import type { KeyPlace } from './key-question';
import type { KeyStep } from './key-step';
import type { KeyAsker, KeyChanger, KeyRecords } from './ports';
import type { AccessKeySource, Unknown } from './survey';

export interface Retirement extends KeyPlace {
  readonly source: Pick<AccessKeySource, 'keysOf' | 'lastUseOf'>;
  readonly records: KeyRecords;
  readonly changer: KeyChanger;
  readonly asker: KeyAsker;
  readonly rules: KeyActionRules;
  readonly now: Date;
  /** The approved key, where an approval by people is carried out. */
  readonly approved?: ApprovedKey;
  /** Why no key of the account may be changed: then no notice begins, and no one is asked. */
  readonly barredBy?: string;
}

/** The steps that a run took and will take, and whatever could not be looked up on the way. */
export interface Retired {
  readonly steps: readonly KeyStep[];
  readonly unknowns: readonly Unknown[];
}

export async function remember(
  key: AccessKey,
  before: KeyRecord | undefined,
  { records, now }: Retirement,
): Promise<KeyRecord> {
  const record = afterSeen(key, before, now);
  if (record.inactiveSince?.getTime() !== before?.inactiveSince?.getTime()) {
    await records.write(record);
  }
  return record;
}
