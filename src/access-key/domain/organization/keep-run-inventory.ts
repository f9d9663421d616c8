import type { AccountAnswer, KeyRun } from './key-run';
import { organizationReport, type OrganizationReport } from './organization-report';
import type { KeyRuns } from './ports';
import type { InventoryKey } from '../key-inventory';

/** As long as a function may take: rows of an account that come at all have come by then. */
export const LONGEST_INVENTORY_MILLISECONDS = 15 * 60_000;

/** By account. */
type Rows = ReadonlyMap<string, InventoryKey[]>;

/** Where the file of a run goes. */
export interface RunInventory {
  /** What fails in it is reported and counted, and never thrown. */
  attempt(at: Date, work: () => Promise<void>): Promise<void>;
  write(report: OrganizationReport, rows: Rows): Promise<void>;
}

/**
 * Keeps the inventory of a run that is done, once the rows of all accounts are there, or can come
 * no more. Should the function die of it, no retry tells anything again.
 */
export async function keepRunInventory(
  run: KeyRun,
  { runs, inventory }: { readonly runs: KeyRuns; readonly inventory?: RunInventory },
  now: Date,
): Promise<void> {
  if (!inventory || !run.awaitsInventory) return;
  await inventory.attempt(run.startedAt, async () => {
    const answers = await runs.answers(run.id);
    const report = organizationReport(run, answers);
    const rows = areRowsOver(answers, now)
      ? await lastRows(run, runs)
      : await allRows(run, report, runs);
    if (rows) await inventory.write(report, rows);
  });
}

/** Those that have come. Should the function die of reading them, no later try reads them again. */
async function lastRows(run: KeyRun, runs: KeyRuns): Promise<Rows> {
  await awaitNoMore(run, runs);
  return runs.inventories(run.id);
}

/** Undefined while an account's rows may still come. */
async function allRows(
  run: KeyRun,
  { accounts }: OrganizationReport,
  runs: KeyRuns,
): Promise<Rows | undefined> {
  const rows = await runs.inventories(run.id);
  if (accounts.some(({ accountId }) => !rows.has(accountId))) return undefined;
  await awaitNoMore(run, runs);
  return rows;
}

async function awaitNoMore(run: KeyRun, runs: KeyRuns): Promise<void> {
  await runs.write({ ...run, awaitsInventory: undefined });
}

/** An account's rows come after its answer. */
function areRowsOver(answers: readonly AccountAnswer[], now: Date): boolean {
  const last = answers
    .filter(({ kind }) => kind === 'looked')
    .reduce((time, { answeredAt }) => Math.max(time, answeredAt.getTime()), 0);
  return now.getTime() - last >= LONGEST_INVENTORY_MILLISECONDS;
}
