import type { AccountAnswer, KeyRun } from './key-run';
import type { AccountWarnings } from '../../../organization/domain/described-place';
import type { AccountList, AccountSelection } from '../../../organization/domain/member-accounts';

/** Runs, and the answers of accounts in them. */
export interface KeyRuns {
  /** The run that was begun last. */
  current(): Promise<KeyRun | undefined>;
  write(run: KeyRun): Promise<void>;
  answers(runId: string): Promise<AccountAnswer[]>;
  /** Undefined: the account has not answered. */
  answer(runId: string, accountId: string): Promise<AccountAnswer | undefined>;
  writeAnswer(runId: string, answer: AccountAnswer): Promise<void>;
}

/** All that the hub knows of its accounts. */
export interface HubAccounts {
  readonly selection: AccountSelection;
  /** Undefined: it was never read. */
  readonly list: AccountList | undefined;
  readonly warnings: AccountWarnings;
}
