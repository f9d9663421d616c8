import { keepRunInventory, type RunInventory } from './keep-run-inventory';
import { isOver, type KeyRun } from './key-run';
import {
  isOrganizationWorthTelling,
  type OrganizationPart,
  organizationReport,
  type OrganizationReport,
  partsOf,
  withDirectMessages,
} from './organization-report';
import type { KeyRuns } from './ports';
import type { PlacedKey } from '../key-report';
import type { KeyRecords, ReportMemory } from '../ports';
import { compareReports } from '../report-changes';
import { afterQuietRun, afterReport, isTimeToTell, type ReportTiming } from '../report-timing';
import { afterReported, afterUnheard } from '../step-records';

export interface ReportingPorts {
  readonly runs: KeyRuns;
  readonly tellsWhenNothingFound: boolean;
  /** Whether owners get direct messages. */
  readonly messagesOwners?: boolean;
  /** Undefined: each run is reported, and what is new is not marked. */
  readonly remembering?: { readonly timing: ReportTiming; readonly memory: ReportMemory };
  /** Where an inventory is kept. Nothing waits for it. */
  readonly inventory?: RunInventory;
  /** Comes back once the message was accepted, with the time of it. */
  tell(report: OrganizationReport, part: OrganizationPart): Promise<Date>;
  /**
   * Has each owner hear of the keys in a report that was told. Gives the keys of those who could
   * not be told.
   */
  tellOwners(report: OrganizationReport): Promise<readonly PlacedKey[]>;
  /** Gives the records of an account, while no one else works with them. */
  withRecords(accountId: string, work: (records: KeyRecords) => Promise<void>): Promise<void>;
}

/**
 * Reports the current run once everyone has answered, or the wait is over. Undefined where there is
 * nothing to report yet, or any more. Tried again, it goes on where it ended.
 */
export async function reportKeyRun(
  ports: ReportingPorts,
  now: Date,
): Promise<OrganizationReport | undefined> {
  const { runs } = ports;
  const current = await runs.current();
  if (!current) return undefined;
  if (current.doneAt) {
    await keepRunInventory(current, ports, now);
    return undefined;
  }
  const run = await closed(current, runs, now);
  if (!run) return undefined;
  const whole = organizationReport(run, await runs.answers(run.id));
  const found = ports.messagesOwners ? withDirectMessages(whole) : whole;
  const { report, isToTell, remember } = await compared(found, ports);
  const told = isToTell ? await tellParts(run, report, ports) : run;
  const unheard = isToTell ? await ports.tellOwners(report) : [];
  const after = isToTell ? await rememberParts(told, report, unheard, ports) : run;
  // What is remembered might be no news to the next run.
  if (unheard.length === 0) await remember(now);
  const done = { ...after, doneAt: now, ...(ports.inventory && { awaitsInventory: true }) };
  await runs.write(done);
  await keepRunInventory(done, ports, now);
  return report;
}

interface ReportToTell {
  readonly report: OrganizationReport;
  readonly isToTell: boolean;
  /** Once SNS has accepted all of it, where it is told. */
  remember(acceptedAt: Date): Promise<void>;
}

/** Tried again, it comes to the same: it goes by the time of the run. */
async function compared(
  found: OrganizationReport,
  { remembering, tellsWhenNothingFound }: ReportingPorts,
): Promise<ReportToTell> {
  if (!remembering) {
    const isToTell = isOrganizationWorthTelling(found) || tellsWhenNothingFound;
    return { report: found, isToTell, remember: async () => undefined };
  }
  const { timing, memory } = remembering;
  const { at, accounts, unread } = found;
  const last = await memory.read();
  const comparison = compareReports(found, last, at);
  const hasUnread = unread.some(({ cause }) => cause !== 'SUSPENDED');
  const runToTell = {
    ...comparison,
    ...{ last, at, hasUnread, tellsWhenNothingFound },
    isWorthTelling: isOrganizationWorthTelling(found),
  };
  const isToTell = isTimeToTell(timing, runToTell);
  const reports = new Map(comparison.accounts.map(({ accountId, report }) => [accountId, report]));
  return {
    report: {
      ...found,
      changes: comparison.changes,
      accounts: accounts.map((account) => ({
        ...account,
        report: reports.get(account.accountId) ?? account.report,
      })),
    },
    isToTell,
    remember: async (acceptedAt) => {
      const toStore = isToTell
        ? afterReport(timing, runToTell, { keys: comparison.toRemember, acceptedAt })
        : afterQuietRun(timing, runToTell);
      if (toStore) await memory.write(toStore);
    },
  };
}

/** Undefined while answers are still awaited. */
async function closed(run: KeyRun, runs: KeyRuns, now: Date): Promise<KeyRun | undefined> {
  if (run.closedAt) return run;
  if (!isOver(run, await runs.answers(run.id), now)) return undefined;
  const over = { ...run, closedAt: now };
  await runs.write(over);
  return over;
}

/**
 * That a part was accepted is written down before anything else: whatever fails then, it is not
 * told twice.
 */
async function tellParts(
  before: KeyRun,
  report: OrganizationReport,
  ports: ReportingPorts,
): Promise<KeyRun> {
  let run = before;
  for (const part of partsOf(report).slice(run.partsTold)) {
    const lastToldAt = await ports.tell(report, part);
    run = { ...run, partsTold: part.number, lastToldAt };
    await ports.runs.write(run);
  }
  return run;
}

/**
 * Owners hear before. A notice counts from the last part on, also of an earlier one: that is never
 * before it was accepted.
 */
async function rememberParts(
  before: KeyRun,
  report: OrganizationReport,
  unheard: readonly PlacedKey[],
  ports: ReportingPorts,
): Promise<KeyRun> {
  const { lastToldAt } = before;
  if (!lastToldAt) return before;
  let run = before;
  for (const part of partsOf(report).slice(run.partsRemembered)) {
    await rememberPart(part, lastToldAt, unheard, ports);
    run = { ...run, partsRemembered: part.number };
    await ports.runs.write(run);
  }
  return run;
}

async function rememberPart(
  { accounts }: OrganizationPart,
  acceptedAt: Date,
  unheard: readonly PlacedKey[],
  { withRecords }: ReportingPorts,
): Promise<void> {
  const owners = new Map(unheard.map((key) => [`${key.accountId}/${key.keyId}`, key.owner]));
  for (const { accountId, keys, toRemember } of accounts) {
    const toBe = new Set(toRemember);
    const steps = keys.flatMap(({ step }) => (step && toBe.has(step.keyId) ? step : []));
    if (steps.length === 0) continue;
    await withRecords(accountId, async (records) => {
      for (const { keyId, userName, report: told } of steps) {
        const record = (await records.read(keyId)) ?? {
          keyId,
          userName,
          noticeAt: {},
          toldAt: {},
        };
        const id = `${accountId}/${keyId}`;
        const after = owners.has(id)
          ? afterUnheard(record, told, acceptedAt, owners.get(id))
          : afterReported(record, told, acceptedAt);
        await records.write(after);
      }
    });
  }
}
