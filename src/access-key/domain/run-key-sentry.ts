import { exclusionsIn } from './exclusion';
import type { ActionMode, KeyActionRules } from './key-actions';
import type { ApprovedKey } from './key-approval';
import type { KeyPlace } from './key-question';
import {
  isComplete,
  isWorthTelling,
  keyReport,
  type KeyReport,
  type PlacedKey,
  type ReportedKey,
} from './key-report';
import type { Part } from './key-report-text';
import { addressOf } from './owner';
import { groupByOwner, reportByOwner } from './owner-groups';
import { directMessageCounts, messagedOwners } from './owner-message';
import type { KeyAsker, KeyChanger, KeyRecords, ReportMemory } from './ports';
import { compareReports } from './report-changes';
import { afterQuietRun, afterReport, isTimeToTell, type ReportTiming } from './report-timing';
import { observeKeys, retireKeys } from './retire-keys';
import type { Retired } from './retirement';
import { afterUnheard } from './step-records';
import { type AccessKeySource, type Survey, surveyAccount, type SurveyRules } from './survey';

/** SNS takes 256 KB a message; a key takes three of them at the most, its owner included. */
export const KEYS_PER_MESSAGE = 80;

export interface KeySentryConfiguration {
  readonly rules: SurveyRules;
  readonly actions?: KeyActionRules & { readonly mode: ActionMode };
  readonly tellsWhenNothingFound: boolean;
  /** Undefined: each run is reported, and what is new is not marked. */
  readonly reports?: ReportTiming;
  /** Whether owners get direct messages. */
  readonly messagesOwners?: boolean;
}

export interface KeySentryPorts extends KeyPlace {
  readonly source: AccessKeySource;
  readonly changer: KeyChanger;
  readonly records: KeyRecords;
  readonly asker: KeyAsker;
  /** The approved key, where an approval by people is carried out. */
  readonly approved?: ApprovedKey;
  /** Why no key of the account may be changed. */
  readonly barredBy?: string;
  /** With `reports`. */
  readonly memory?: ReportMemory;
  /** Comes back once the message was accepted, with the time of it. */
  tell(report: KeyReport, keys: readonly ReportedKey[], part: Part): Promise<Date>;
  /**
   * Has each owner hear of the keys in a report that was told. Gives the keys of those who could
   * not be told.
   */
  tellOwners(report: KeyReport): Promise<readonly PlacedKey[]>;
  announce(report: KeyReport): Promise<void>;
}

/** What a look at an account takes, with all steps that are due. */
export type RetiringPorts = Omit<KeySentryPorts, 'tell' | 'tellOwners' | 'announce' | 'memory'>;

/** One run: look, act where it is due, tell, and only then remember what was told. */
export async function runKeySentry(
  configuration: KeySentryConfiguration,
  ports: KeySentryPorts,
  now: Date,
): Promise<KeyReport> {
  const whole = await lookAndRetire(configuration, ports, now);
  const report = ports.approved
    ? { ...whole, decidedKeyId: ports.approved.keyId }
    : withDirectMessages(whole, configuration, ports);
  const { reports: timing } = configuration;
  const { memory } = ports;
  if (timing && memory && !ports.approved) {
    const marked = await tellOfChanges(report, configuration, { ...ports, timing, memory });
    await ports.announce(marked);
    return marked;
  }
  if (isToBeTold(report, configuration, ports)) {
    const unheard = configuration.messagesOwners ? undecidedKeys(report, ports.account) : [];
    await tellInParts(report, {
      ...ports,
      tellOwners: async (told) => [...(await ports.tellOwners(told)), ...unheard],
    });
  }
  await ports.announce(report);
  return report;
}

/** With how many owners hear by direct message, which the report itself says. */
function withDirectMessages(
  report: KeyReport,
  { messagesOwners }: KeySentryConfiguration,
  { account: accountId }: KeySentryPorts,
): KeyReport {
  if (!messagesOwners) return report;
  const groups = groupByOwner(report.keys.map((key) => ({ ...key, accountId })));
  return {
    ...report,
    directMessages: directMessageCounts(messagedOwners(groups, report.survey.at)),
  };
}

/**
 * No one gets a direct message about a decision. What the owners of other keys are to hear of, such
 * as a step of a run that died, is left to the next run.
 */
function undecidedKeys({ keys, decidedKeyId }: KeyReport, accountId: string): PlacedKey[] {
  if (decidedKeyId === undefined) return [];
  return keys
    .filter(({ step }) => step?.keyId !== decidedKeyId)
    .map((key) => ({ ...key, accountId }));
}

interface ChangePorts extends KeySentryPorts {
  readonly timing: ReportTiming;
  readonly memory: ReportMemory;
}

/**
 * What was told is remembered last: a crash before repeats marks and events, and loses none.
 * Nothing is, where an owner could not be told: it might be no news to the next run.
 */
async function tellOfChanges(
  report: KeyReport,
  { tellsWhenNothingFound }: KeySentryConfiguration,
  ports: ChangePorts,
): Promise<KeyReport> {
  const { timing, memory, account } = ports;
  const { at } = report.survey;
  const last = await memory.read();
  const compared = compareReports(
    { accounts: [{ accountId: account, report }], unread: [] },
    last,
    at,
  );
  const run = {
    ...compared,
    ...{ last, at, hasUnread: false, tellsWhenNothingFound },
    isWorthTelling: isWorthTelling(report),
  };
  const marked = { ...(compared.accounts[0]?.report ?? report), changes: compared.changes };
  if (!isTimeToTell(timing, run)) {
    const quiet = afterQuietRun(timing, run);
    if (quiet) await memory.write(quiet);
    return marked;
  }
  const { acceptedAt, unheard } = await tellInParts(marked, ports);
  if (unheard.length > 0) return marked;
  await memory.write(afterReport(timing, run, { keys: compared.toRemember, acceptedAt }));
  return marked;
}

/** Looks, and acts where it is due; what comes of it is still to be told. */
export async function lookAndRetire(
  { rules, actions }: Pick<KeySentryConfiguration, 'rules' | 'actions'>,
  ports: RetiringPorts,
  now: Date,
): Promise<KeyReport> {
  const excluding = exclusionsIn(ports.account, rules.excluding);
  const survey = await surveyAccount(ports.source, { ...rules, excluding }, now);
  const { steps, unknowns } = await stepsOf(survey, actions, ports, now);
  const report = keyReport(
    { ...survey, unknowns: [...survey.unknowns, ...unknowns] },
    steps,
    rules.keys.maxKeyAge,
  );
  return rules.owners ? reportByOwner(report) : report;
}

async function stepsOf(
  survey: Survey,
  actions: KeySentryConfiguration['actions'],
  ports: RetiringPorts,
  now: Date,
): Promise<Retired> {
  if (!actions) return { steps: [], unknowns: [] };
  if (actions.mode === 'observe') return { steps: observeKeys(survey, actions, now), unknowns: [] };
  return retireKeys(survey, { ...ports, rules: actions, now });
}

/**
 * A decision that cannot be carried out yet is tried again and again: only what has come of it is
 * told.
 */
function isToBeTold(
  report: KeyReport,
  { tellsWhenNothingFound }: KeySentryConfiguration,
  { approved }: KeySentryPorts,
): boolean {
  if (!approved) return isWorthTelling(report) || tellsWhenNothingFound;
  const kinds = report.keys.map(({ step }) => step?.report.kind);
  return kinds.includes('done') || (isComplete(report) && kinds.includes('failed'));
}

type TellingPorts = Pick<KeySentryPorts, 'tell' | 'tellOwners' | 'records'>;

/** Those of one message. */
interface ToldKeys {
  readonly keys: readonly ReportedKey[];
  readonly acceptedAt: Date;
}

interface ToldReport {
  /** The last of its messages. */
  readonly acceptedAt: Date;
  /** The keys whose owners could not be told. */
  readonly unheard: readonly PlacedKey[];
}

/**
 * Owners hear before anything is remembered: what is remembered is news to no later run, so they
 * would never hear of a step that was taken, or of a notice as such. Of a report that broke off
 * they hear when all of it is told.
 */
async function tellInParts(report: KeyReport, ports: TellingPorts): Promise<ToldReport> {
  const { tell, tellOwners, records } = ports;
  const of = Math.max(1, Math.ceil(report.keys.length / KEYS_PER_MESSAGE));
  const told: ToldKeys[] = [];
  try {
    for (let number = 1; number <= of; number += 1) {
      const keys = report.keys.slice((number - 1) * KEYS_PER_MESSAGE, number * KEYS_PER_MESSAGE);
      told.push({ keys, acceptedAt: await tell(report, keys, { number, of }) });
    }
  } catch (error) {
    await rememberTold(
      told.map((each) => withoutUnheard(each, report)),
      records,
    );
    throw error;
  }
  const unheard = await tellOwners(report);
  await rememberHeard(told, unheard, records);
  return { acceptedAt: told.at(-1)!.acceptedAt, unheard };
}

/**
 * Of a report that broke off: steps that were taken are in no later report that would be told to
 * their owners, and who gets a direct message has not got it. The next try tells them.
 */
function withoutUnheard({ keys, acceptedAt }: ToldKeys, { directMessages }: KeyReport): ToldKeys {
  const isHeard = ({ step, owner }: ReportedKey) =>
    step?.report.kind !== 'done' && !(directMessages && addressOf(owner));
  return { keys: keys.filter(isHeard), acceptedAt };
}

/** What an owner could not be told stays news to the next run. */
async function rememberHeard(
  told: readonly ToldKeys[],
  unheard: readonly PlacedKey[],
  records: KeyRecords,
): Promise<void> {
  const ids = new Set(unheard.map(({ keyId }) => keyId));
  const isUnheard = ({ keyId }: ReportedKey) => ids.has(keyId);
  for (const { keys, acceptedAt } of told) {
    const heard = keys.filter((key) => !isUnheard(key));
    await rememberTold([{ keys: heard, acceptedAt }], records);
    await rememberUnheard({ keys: keys.filter(isUnheard), acceptedAt }, records);
  }
}

async function rememberUnheard({ keys, acceptedAt }: ToldKeys, records: KeyRecords): Promise<void> {
  for (const { step, owner } of keys) {
    if (!step?.afterTold) continue;
    const record = await records.read(step.keyId);
    if (record) await records.write(afterUnheard(record, step.report, acceptedAt, owner));
  }
}

/** A notice counts from the moment when SNS accepted it. */
async function rememberTold(told: readonly ToldKeys[], records: KeyRecords): Promise<void> {
  for (const { keys, acceptedAt } of told) {
    const toBe = keys.flatMap(({ step }) => step?.afterTold?.(acceptedAt) ?? []);
    await Promise.all(toBe.map(async (record) => records.write(record)));
  }
}
