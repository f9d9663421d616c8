import { LONGEST_INVENTORY_MILLISECONDS } from './keep-run-inventory';
import { isFinal, type KeyRun, LONGEST_WAIT_MILLISECONDS, newRun } from './key-run';
import type { HubAccounts, KeyRuns } from './ports';
import { memberIds, membershipOf } from '../../../organization/domain/member-accounts';

export interface StartingPorts {
  readonly runs: KeyRuns;
  accounts(): Promise<HubAccounts>;
  /** Has each of the accounts looked at. */
  ask(runId: string, accountIds: readonly string[]): Promise<void>;
}

/** The same event of the schedule, delivered or tried again, is the same run. */
export interface RunToStart {
  readonly id: string;
  readonly hubAccountId: string;
}

/**
 * Begins a run, and has all accounts looked at. Undefined where the one before is still waiting for
 * answers, or for rows.
 */
export async function startKeyRun(
  { id, hubAccountId }: RunToStart,
  { runs, accounts, ask }: StartingPorts,
  now: Date,
): Promise<KeyRun | undefined> {
  const before = await runs.current();
  if (before?.id === id) return askAgain(before, { runs, ask });
  if (before && isWaiting(before, now)) return undefined;
  const run = newRun(id, accountsToAsk(await accounts(), hubAccountId), now);
  await runs.write(run);
  await ask(id, run.asked);
  return run;
}

/** It may have failed before everyone was asked. */
async function askAgain(
  run: KeyRun,
  { runs, ask }: Pick<StartingPorts, 'runs' | 'ask'>,
): Promise<KeyRun> {
  if (run.closedAt) return run;
  const answered = new Set(
    (await runs.answers(run.id)).filter(isFinal).map(({ accountId }) => accountId),
  );
  await ask(
    run.id,
    run.asked.filter((accountId) => !answered.has(accountId)),
  );
  return run;
}

/** For answers, or for the last rows of its inventory. */
function isWaiting(run: KeyRun, now: Date): boolean {
  const { closedAt, startedAt, doneAt, awaitsInventory } = run;
  if (!closedAt) return now.getTime() - startedAt.getTime() < LONGEST_WAIT_MILLISECONDS;
  if (!doneAt || !awaitsInventory) return false;
  return now.getTime() - doneAt.getTime() < LONGEST_INVENTORY_MILLISECONDS;
}

/** IAM is global: once an account. The hub's own is always one of them. */
function accountsToAsk(
  { selection, list }: HubAccounts,
  hubAccountId: string,
): Pick<KeyRun, 'asked' | 'suspended'> {
  if (selection.kind === 'organization' && !list) {
    throw new Error(
      'The hub has not read the list of accounts yet, so no one knows whose keys to look at: the function that names what is not covered does so every 15 minutes.',
    );
  }
  const members = memberIds(selection, list).filter((accountId) => accountId !== hubAccountId);
  const isSuspended = (accountId: string) =>
    membershipOf(accountId, selection, list).kind === 'suspended';
  return {
    asked: [hubAccountId, ...members.filter((accountId) => !isSuspended(accountId))],
    suspended: members.filter(isSuspended),
  };
}
