import type { KeyReport } from '../key-report';

/** A run over the keys of all accounts. */
export interface KeyRun {
  readonly id: string;
  readonly startedAt: Date;
  /** Each was sent a message of its own. */
  readonly asked: readonly string[];
  /** AWS takes no calls there. */
  readonly suspended: readonly string[];
  /** Answers after that belong to no report. */
  readonly closedAt?: Date;
  /** How many parts SNS accepted. */
  readonly partsTold: number;
  /** When SNS accepted the last of those. */
  readonly lastToldAt?: Date;
  /** The parts of which all was remembered that follows from having told them. */
  readonly partsRemembered: number;
  /** Nothing of the run is left to be told or remembered. */
  readonly doneAt?: Date;
  /** Its inventory is still to be kept: rows of accounts may come after their answers. */
  readonly awaitsInventory?: boolean;
}

/** Why nothing is known of the keys of an account. */
export const UNREAD_CAUSES = [
  'ROLE_REFUSES',
  'SCP_DENIES',
  'FAILED',
  'NO_ANSWER',
  'SUSPENDED',
] as const;

export type UnreadCause = (typeof UNREAD_CAUSES)[number];

export interface UnreadAccount {
  readonly accountId: string;
  readonly cause: UnreadCause;
  /** In AWS's words or the sentry's, where there are any. */
  readonly reason?: string;
}

/** The keys of one account, as a run found and left them. */
export interface AccountKeys {
  readonly accountId: string;
  readonly report: KeyReport;
  /** Ids of the keys of which it is to be remembered that they were told. */
  readonly toRemember: readonly string[];
  /** Why no key of the account may be changed. */
  readonly barredBy?: string;
}

/** One account's answer in a run. */
export type AccountAnswer =
  | (AccountKeys & { readonly kind: 'looked'; readonly answeredAt: Date })
  | (UnreadAccount & {
      readonly kind: 'unread';
      readonly answeredAt: Date;
      /** It is tried again, and may still answer. */
      readonly isTriedAgain?: boolean;
    });

/** Longer than the accounts take in which nothing is amiss. */
export const LONGEST_WAIT_MILLISECONDS = 60 * 60_000;

export function newRun(
  id: string,
  accounts: Pick<KeyRun, 'asked' | 'suspended'>,
  now: Date,
): KeyRun {
  return { id, startedAt: now, ...accounts, partsTold: 0, partsRemembered: 0 };
}

/** Whether everyone has answered, or no one is waited for any longer. */
export function isOver(run: KeyRun, answers: readonly AccountAnswer[], now: Date): boolean {
  if (now.getTime() - run.startedAt.getTime() >= LONGEST_WAIT_MILLISECONDS) return true;
  const answered = new Set(answers.filter(isFinal).map(({ accountId }) => accountId));
  return run.asked.every((accountId) => answered.has(accountId));
}

export function isFinal(answer: AccountAnswer): boolean {
  return answer.kind === 'looked' || answer.isTriedAgain !== true;
}
