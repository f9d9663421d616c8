import { type AccountAnswer, isFinal, type KeyRun, type UnreadAccount } from './key-run';
import type { KeyRuns, TakenInventory } from './ports';
import type { Refusal } from '../../../organization/domain/gaps/look-at-member';
import { reasonOf } from '../../../shared/domain/failure/failure';
import type { InventoryKey } from '../key-inventory';
import type { KeyReport } from '../key-report';

/** The keys of one account, looked at and retired, and not told yet. */
export interface LookedAccount {
  readonly report: KeyReport;
  readonly barredBy?: string;
  /** Where an inventory is kept. Nothing is decided by it: it is called once all else is done. */
  readonly takeInventory?: () => Promise<InventoryKey[]>;
}

/** The inventory of an account that has answered, still to be taken. */
export interface InventoryToTake extends Pick<TakenInventory, 'accountId' | 'takenAt'> {
  take(): Promise<InventoryKey[]>;
}

export interface AnsweringPorts {
  readonly runs: KeyRuns;
  /** Throws for what may be over at the next try. */
  look(accountId: string): Promise<LookedAccount | Refusal>;
  /** No one else works with the keys of the account meanwhile. */
  exclusively<T>(accountId: string, work: () => Promise<T>): Promise<T>;
  announce(accountId: string, report: KeyReport): Promise<void>;
  /** Takes and keeps it. What fails there is reported, and never thrown. */
  keepInventory(runId: string, inventory: InventoryToTake): Promise<void>;
  now(): Date;
}

export interface AccountToLookAt {
  readonly runId: string;
  readonly accountId: string;
}

/** Undefined where there is nothing to answer any more. What throws is to be tried again. */
export async function answerForAccount(
  account: AccountToLookAt,
  ports: AnsweringPorts,
): Promise<AccountAnswer | undefined> {
  const given = await givenAnswer(account, ports);
  if (!given) return undefined;
  const { answer, take } = given;
  const { accountId, answeredAt: takenAt } = answer;
  if (take) await ports.keepInventory(account.runId, { accountId, takenAt, take });
  return answer;
}

interface GivenAnswer {
  readonly answer: AccountAnswer;
  readonly take?: InventoryToTake['take'];
}

async function givenAnswer(
  { runId, accountId }: AccountToLookAt,
  ports: AnsweringPorts,
): Promise<GivenAnswer | undefined> {
  try {
    return await ports.exclusively(accountId, async () => {
      if (!(await isAwaited(runId, accountId, ports.runs))) return undefined;
      const looked = await ports.look(accountId);
      const answer = answerOf(accountId, looked, ports.now());
      await ports.runs.writeAnswer(runId, answer);
      if (!('report' in looked)) return { answer };
      await ports.announce(accountId, looked.report);
      return { answer, take: looked.takeInventory };
    });
  } catch (error) {
    await rememberFailure({ runId, accountId }, error, ports);
    throw error;
  }
}

/** A message may come twice, or after its run. */
async function isAwaited(runId: string, accountId: string, runs: KeyRuns): Promise<boolean> {
  const run = await runs.current();
  if (!run || run.id !== runId || !isAsked(run, accountId)) return false;
  const answer = await runs.answer(runId, accountId);
  return !answer || !isFinal(answer);
}

function isAsked({ asked, closedAt }: KeyRun, accountId: string): boolean {
  return !closedAt && asked.includes(accountId);
}

function answerOf(
  accountId: string,
  looked: LookedAccount | Refusal,
  answeredAt: Date,
): AccountAnswer {
  if ('refusedBy' in looked) {
    return { kind: 'unread', answeredAt, ...refusedAccount(accountId, looked) };
  }
  const { report, barredBy } = looked;
  const steps = report.keys.flatMap(({ step }) => step ?? []);
  return {
    kind: 'looked',
    accountId,
    answeredAt,
    report,
    toRemember: steps.filter(({ afterTold }) => afterTold).map(({ keyId }) => keyId),
    ...(barredBy !== undefined && { barredBy }),
  };
}

function refusedAccount(accountId: string, { refusedBy, reason }: Refusal): UnreadAccount {
  const cause = refusedBy === 'service-control-policy' ? 'SCP_DENIES' : 'ROLE_REFUSES';
  return { accountId, cause, reason };
}

/** Should no later try succeed, the report says why. */
async function rememberFailure(
  { runId, accountId }: AccountToLookAt,
  error: unknown,
  { runs, now }: AnsweringPorts,
): Promise<void> {
  try {
    if (!(await isAwaited(runId, accountId, runs))) return;
    await runs.writeAnswer(runId, {
      kind: 'unread',
      accountId,
      cause: 'FAILED',
      reason: reasonOf(error),
      answeredAt: now(),
      isTriedAgain: true,
    });
  } catch {
    // Then it is an account that has not answered.
  }
}
