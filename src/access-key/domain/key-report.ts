import { DAY_MILLISECONDS, type LastUse } from './access-key';
import type { StepKind } from './key-actions';
import type { FindingClass } from './key-rules';
import type { KeyStep } from './key-step';
import type { Owner } from './owner';
import type { Finding, Survey, TagUse } from './survey';

/** One key as a report shows it: listed, or about to take a step, or both. */
export interface ReportedKey {
  readonly keyId?: string;
  readonly userName: string;
  readonly finding?: Finding;
  readonly step?: KeyStep;
  /** Where the last report is remembered: when one first listed it, and whether this one does. */
  readonly listed?: { readonly since: Date; readonly isNew: boolean };
  /** Absent where the sentry looks for none. */
  readonly owner?: Owner;
}

/** A key, and the account that it is in. */
export interface PlacedKey extends ReportedKey {
  readonly accountId: string;
}

/** A key that the last report listed. */
export interface GoneKey {
  readonly accountId: string;
  readonly keyId?: string;
  readonly userName: string;
  /** As far as it is known. */
  readonly why?: string;
}

/** How a report differs from the last one. */
export interface ReportChanges {
  readonly lastAt: Date;
  readonly gone: readonly GoneKey[];
}

/** What is gone is told in the first part alone. */
export function changesIn(
  changes: ReportChanges | undefined,
  { number }: { readonly number: number },
): ReportChanges | undefined {
  return changes && number > 1 ? { ...changes, gone: [] } : changes;
}

export interface AccountReport {
  readonly accountId: string;
  readonly report: KeyReport;
}

/** How many keys an owner has in a report; or no one known, or one that could not be read. */
export interface OwnerCount {
  readonly kind: Owner['kind'];
  /** Of an owner that is known. */
  readonly name?: string;
  readonly keys: number;
  readonly counts: Readonly<Record<FindingClass, number>>;
}

/** To how many owners a report goes by direct message, and to how many not. */
export interface DirectMessageCounts {
  readonly owners: number;
  /** Known owners whose name is no e-mail address. */
  readonly withoutAddress: number;
  /** Past the most of one report. */
  readonly pastLimit: number;
}

export interface KeyReport {
  readonly survey: Survey;
  readonly keys: readonly ReportedKey[];
  /** Days. */
  readonly maxKeyAge: number;
  /** Where people decided about this key: only those of its user were looked at. */
  readonly decidedKeyId?: string;
  /** Undefined where no last report is remembered. */
  readonly changes?: ReportChanges;
  /** In the order of their keys; absent where the sentry looks for none. */
  readonly owners?: readonly OwnerCount[];
  /** Absent where owners get no direct messages. */
  readonly directMessages?: DirectMessageCounts;
}

export function keyReport(survey: Survey, steps: readonly KeyStep[], maxKeyAge: number): KeyReport {
  const stepOf = new Map(steps.map((step) => [step.keyId, step]));
  const listed = survey.findings.map((finding): ReportedKey => {
    const { keyId, userName } = finding;
    return { keyId, userName, finding, step: keyId === undefined ? undefined : stepOf.get(keyId) };
  });
  const ids = new Set(listed.map(({ keyId }) => keyId));
  const others = steps
    .filter(({ keyId }) => !ids.has(keyId))
    .map((step): ReportedKey => ({ keyId: step.keyId, userName: step.userName, step }));
  return {
    survey: { ...survey, tagUses: excludingFirst(survey.tagUses) },
    keys: [...listed, ...others].sort(oldestFirst),
    maxKeyAge,
  };
}

/** A message names so many: tags that exclude no one must not push out those that do. */
function excludingFirst(tagUses: readonly TagUse[]): TagUse[] {
  const excludes = ({ ignoredBecause }: TagUse) => ignoredBecause === undefined;
  return [...tagUses.filter(excludes), ...tagUses.filter((use) => !excludes(use))];
}

function oldestFirst(a: ReportedKey, b: ReportedKey): number {
  return (
    (a.finding?.createdAt.getTime() ?? Infinity) - (b.finding?.createdAt.getTime() ?? Infinity) ||
    a.userName.localeCompare(b.userName)
  );
}

/** Whether there is anything to tell. */
export function isWorthTelling({ survey, keys }: KeyReport): boolean {
  return keys.length > 0 || survey.unknowns.length > 0;
}

export function isComplete({ survey }: KeyReport): boolean {
  return survey.unknowns.length === 0;
}

export const CLASS_TEXT: Readonly<Record<FindingClass, string>> = {
  'too-old': 'too old',
  'soon-too-old': 'soon too old',
  unused: 'unused',
  'never-used': 'never used',
};

export function countByClass({ keys }: Pick<KeyReport, 'keys'>): Record<FindingClass, number> {
  const count = (wanted: FindingClass) =>
    keys.filter(({ finding }) => finding?.classes.includes(wanted)).length;
  return {
    'too-old': count('too-old'),
    'soon-too-old': count('soon-too-old'),
    unused: count('unused'),
    'never-used': count('never-used'),
  };
}

/** The age of the oldest key that is listed, in days; 0 where none is. */
export function oldestAge({ keys }: KeyReport): number {
  return Math.max(0, ...keys.flatMap(({ finding }) => finding?.ageInDays ?? []));
}

/**
 * An incomplete report or a failed step is high, a key that is too old or a step done is medium,
 * all else is low.
 */
export function reportSeverity(report: KeyReport): 'high' | 'medium' | 'low' {
  if (!isComplete(report) || report.keys.some(({ step }) => step?.report.kind === 'failed')) {
    return 'high';
  }
  if (
    report.keys.some(
      ({ finding, step }) => finding?.classes.includes('too-old') || step?.report.kind === 'done',
    )
  ) {
    return 'medium';
  }
  return 'low';
}

/** Before, IAM kept no track of the use of keys. */
const TRACKED_SINCE = new Date('2015-04-22T00:00:00Z');

export function lastUseText(lastUse: LastUse, createdAt: Date): string {
  if (lastUse.kind === 'unknown') return `unknown (${lastUse.reason})`;
  if (lastUse.kind === 'never') {
    return createdAt < TRACKED_SINCE ? 'never, or before 22 April 2015' : 'never';
  }
  const where = [lastUse.service, lastUse.region]
    .filter((part) => part && part !== 'N/A')
    .join(', ');
  return `${dateText(lastUse.at)}${where ? ` (${where})` : ''}`;
}

export function dateText(time: Date): string {
  return time.toISOString().slice(0, 10);
}

/** The first day on which the step can have been taken. */
export function dueText(dueAt: Date): string {
  return dateText(new Date(dueAt.getTime() + DAY_MILLISECONDS - 1));
}

/**
 * The command that undoes a deactivation. Names can hold characters that mean something to a shell.
 */
export function undoCommand(
  { keyId, userName }: Pick<KeyStep, 'keyId' | 'userName'>,
  step: StepKind,
): string | undefined {
  if (step === 'delete') return undefined;
  return `aws iam update-access-key --user-name '${userName}' --access-key-id ${keyId} --status Active`;
}
