import type { GroupRecord } from './ledger';
import { type Ledger, LedgerConflictError } from './ledger-store';

const MOST_TRIES = 5;

/** Where someone else has written in between, it is done again, from what is there by then. */
export async function againOnConflict<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof LedgerConflictError) || tried >= MOST_TRIES) throw error;
    }
  }
}

/** Changes the record as it is now. Undefined: there is nothing to change in it. */
export async function rewriteRecord(
  groupId: string,
  ledger: Pick<Ledger, 'record' | 'writeRecord'>,
  change: (record: GroupRecord) => GroupRecord | undefined,
): Promise<void> {
  await againOnConflict(async () => {
    const record = await ledger.record(groupId);
    const changed = record && change(record);
    if (changed) await ledger.writeRecord(changed);
  });
}
