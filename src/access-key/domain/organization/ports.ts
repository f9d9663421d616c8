import type { AccountAnswer, KeyRun } from './key-run';
import type { AccountWarnings } from '../../../organization/domain/described-place';
import type { AccountList, AccountSelection } from '../../../organization/domain/member-accounts';
import type { InventoryKey } from '../key-inventory';

/** Runs, and the answers of accounts in them. */
export interface KeyRuns {
  /** The run that was begun last. */
  current(): Promise<KeyRun | undefined>;
  write(run: KeyRun): Promise<void>;
  answers(runId: string): Promise<AccountAnswer[]>;
  /** Undefined: the account has not answered. */
  answer(runId: string, accountId: string): Promise<AccountAnswer | undefined>;
  writeAnswer(runId: string, answer: AccountAnswer): Promise<void>;
  writeInventory(runId: string, inventory: TakenInventory): Promise<void>;
  /** By account, without those that are not there as a whole. */
  inventories(runId: string): Promise<Map<string, InventoryKey[]>>;
}

/** All keys of one account, as a run found them. */
export interface TakenInventory {
  readonly accountId: string;
  readonly takenAt: Date;
  readonly keys: readonly InventoryKey[];
}

/** All that the hub knows of its accounts. */
export interface HubAccounts {
  readonly selection: AccountSelection;
  /** Undefined: it was never read. */
  readonly list: AccountList | undefined;
  readonly warnings: AccountWarnings;
}
