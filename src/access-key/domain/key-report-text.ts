import { goneLines, listedLines } from './changes-text';
import { isOfUse, type StandingReason } from './deactivation-reasons';
import type { ReasonedStep, StepKind } from './key-actions';
import {
  CLASS_TEXT,
  countByClass,
  dateText,
  dueText,
  isComplete,
  type KeyReport,
  lastUseText,
  type ReportedKey,
  reportSeverity,
  undoCommand,
} from './key-report';
import type { FindingClass } from './key-rules';
import type { KeyStep, StepReport } from './key-step';
import { directMessageLines, keyLinesByOwner, ownerCountLines } from './owner-text';
import type { Survey, TagUse, Unknown } from './survey';
import { plainText, subjectLine } from '../../shared/domain/notification/plain-text';

/** Which part of a report that was split for its size. */
export interface Part {
  readonly number: number;
  readonly of: number;
}

const MOST_UNKNOWNS = 20;
const MOST_TAG_USES = 100;

export function keyReportSubject(report: KeyReport, { number, of }: Part): string {
  const part = of > 1 ? ` (${number} of ${of})` : '';
  return subjectLine(`[${reportSeverity(report).toUpperCase()}] ${summary(report)}${part}`);
}

/** "3 access keys: 2 too old, 1 unused". */
export function summary(report: KeyReport): string {
  const { length } = report.keys;
  const counts = Object.entries(countByClass(report))
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${count} ${CLASS_TEXT[name as FindingClass]}`);
  const what =
    length === 0 ? 'No access key to list' : `${length} access ${length === 1 ? 'key' : 'keys'}`;
  const scope = report.decidedKeyId ? `Decided about ${report.decidedKeyId}: ` : '';
  return `${scope}${what}${counts.length > 0 ? `: ${counts.join(', ')}` : ''}${isComplete(report) ? '' : ' - INCOMPLETE'}`;
}

export function keyReportText(
  report: KeyReport,
  keys: readonly ReportedKey[],
  part: Part,
  sentry: string,
  account: string,
): string {
  return [
    `${summary(report)}, in account ${account} on ${dateText(report.survey.at)}.${part.of > 1 ? ` Part ${part.number} of ${part.of}.` : ''}`,
    '',
    ...unknownLines(report.survey),
    ...(part.number === 1 ? ownerCountLines(report.owners) : []),
    ...(part.number === 1 ? directMessageLines(report.directMessages) : []),
    ...keyLinesByOwner(keys, (key) => keyLines(key, report.maxKeyAge)),
    ...goneLines(report.changes),
    ...tagLines(report.survey.tagUses),
    ...(keys.length > 0 ? ADVICE : []),
    NOT_SEEN,
    `Sent by the sentry ${sentry}.`,
  ].join('\n');
}

/** In full: docs/iam-key-sentry.md. */
export const NOT_SEEN =
  'Only access keys are looked at. Passwords, SSH keys, certificates and service-specific credentials are not: see "What is not seen" in docs/iam-key-sentry.md.';

export const ADVICE = [
  'To replace a key without an outage, in this order: make a second key, switch everything over to it, deactivate the old one, watch for some days',
  'that nothing fails and that it is not used any more, then delete it.',
  '',
];

export function keyLines(key: ReportedKey, maxKeyAge: number): string[] {
  return [`- ${keyTitle(key)}`, ...keyDetails(key, maxKeyAge).map((line) => `  ${line}`), ''];
}

export function keyTitle(key: Pick<ReportedKey, 'keyId' | 'userName' | 'finding'>): string {
  return isOfRoot(key)
    ? 'a key of the ROOT USER (its id is not available: look under Security credentials, signed in as root)'
    : `${key.keyId} of ${plainText(key.userName)}`;
}

function isOfRoot({ keyId, finding }: Pick<ReportedKey, 'keyId' | 'finding'>): boolean {
  return finding !== undefined && keyId === undefined;
}

export function keyDetails(key: ReportedKey, maxKeyAge: number): string[] {
  const { finding, step, listed } = key;
  return [
    ...(finding
      ? [
          `${statusText(finding.status, step)}, ${finding.ageInDays} days old: ${isOfRoot(key) ? 'created or last changed' : 'created'} ${dateText(finding.createdAt)}, last used ${plainText(lastUseText(finding.lastUse, finding.createdAt))}`,
          `Why: ${finding.classes.map((each) => reasonText(each, maxKeyAge)).join('; ')}.`,
        ]
      : []),
    ...listedLines(listed),
    ...(step ? stepLines(step) : []),
  ];
}

/** A run looks at keys before it takes its steps, and may tell of one that an earlier run took. */
function statusText(seen: string, step: ReportedKey['step']): string {
  return step?.report.kind === 'done' ? `${seen} when the run began` : seen;
}

function reasonText(each: FindingClass, maxKeyAge: number): string {
  switch (each) {
    case 'too-old':
      return `older than ${maxKeyAge} days`;
    case 'soon-too-old':
      return `will soon be older than ${maxKeyAge} days`;
    case 'unused':
      return 'not used for too long';
    case 'never-used':
      return 'never used';
  }
}

function stepLines(step: KeyStep): string[] {
  const undo = step.report.kind === 'done' ? undoCommand(step, step.report.step) : undefined;
  return [stepText(step.report), ...(undo ? [`To undo it: ${plainText(undo)}`] : [])];
}

function unlessText({ step, reasons = [] }: ReasonedStep): string {
  if (step === 'delete') return 'unless it is activated before, should it still be needed';
  return reasons.length > 0 && reasons.every(({ kind }) => isOfUse(kind))
    ? 'unless it is used before'
    : 'unless it is replaced before';
}

/** It was there when the run began. */
export const GONE_TEXT = 'someone else has deleted it meanwhile';

const STEP_DONE: Readonly<Record<StepKind, string>> = {
  deactivate: 'deactivated',
  delete: 'deleted',
};

function stepText(report: StepReport): string {
  const done = STEP_DONE[report.step];
  switch (report.kind) {
    case 'notice':
      return `NOTICE: ${futureText(report)}, ${unlessText(report)}.`;
    case 'wait':
      return `${capitalized(futureText(report))}.`;
    case 'asked':
      return `People are asked since ${dateText(report.at)} whether it may be deactivated${becauseText(report)}: request ${report.requestId}.`;
    case 'done':
      return `It was ${done} on ${dateText(report.at)}${becauseText(report)}${reactivationText(report)}${report.requestId ? `, as people approved: request ${report.requestId}` : ''}.`;
    case 'would':
      return `OBSERVE: it would get its notice now: ${futureText(report)}.`;
    case 'gone':
      return `The sentry has not ${done} it: ${GONE_TEXT}.`;
    case 'held':
      return `It was NOT ${done}: ${sentence(report.reason)}`;
    case 'failed':
      return `It could NOT be ${done}: ${sentence(report.reason)} ${retryText(report)}`;
  }
}

function reactivationText({
  reactivations = 0,
}: Extract<StepReport, { readonly kind: 'done' }>): string {
  if (reactivations === 0) return '';
  return `, after ${reactivations} ${reactivations === 1 ? 'reactivation' : 'reactivations'}`;
}

function sentence(reason: string): string {
  return `${plainText(reason).replace(/\.$/, '')}.`;
}

function retryText({ requestId }: Extract<StepReport, { readonly kind: 'failed' }>): string {
  if (requestId === undefined) return 'It is tried again in the next run.';
  return `People have approved it, and can have it tried again in Slack: request ${requestId}.`;
}

function futureText(report: Extract<StepReport, { readonly dueAt: Date }>): string {
  const { step, dueAt, asksFirst } = report;
  const when = `on ${dueText(dueAt)} or soon after`;
  const what = asksFirst
    ? `people will be asked ${when} whether it may be deactivated`
    : `it will be ${STEP_DONE[step]} ${when}`;
  return `${what}${becauseText(report)}`;
}

function becauseText({ reasons = [] }: ReasonedStep): string {
  if (reasons.length === 0) return '';
  return ` because ${reasons.map(standingReasonText).join(' and ')}`;
}

function standingReasonText({ kind, days }: StandingReason): string {
  const time = days === 1 ? '1 day' : `${days} days`;
  switch (kind) {
    case 'too-old':
      return `it is ${time} old`;
    case 'unused':
      return `it was not used for ${time}`;
    case 'never-used':
      return `no use of it is known in its ${time}`;
  }
}

function capitalized(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

function unknownLines({ unknowns }: Survey): string[] {
  if (unknowns.length === 0) return [];
  const line = ({ what, reason }: Unknown) => `- ${plainText(what)}: ${plainText(reason)}`;
  const more =
    unknowns.length > MOST_UNKNOWNS ? [`… and ${unknowns.length - MOST_UNKNOWNS} more`] : [];
  return [
    `This report is INCOMPLETE: ${unknowns.length} look-ups failed, so keys may be missing here, and no further key was deactivated or deleted.`,
    ...unknowns.slice(0, MOST_UNKNOWNS).map(line),
    ...more,
    '',
  ];
}

/** Anyone who may tag users may hide them: so every report names them. */
export function tagLines(tagUses: readonly TagUse[]): string[] {
  if (tagUses.length === 0) return [];
  return [
    'Users with a tag that excludes them:',
    ...tagUses
      .slice(0, MOST_TAG_USES)
      .map(
        ({ userName, tagKey, value, reason, ignoredBecause }) =>
          `- ${plainText(userName)}, ${plainText(tagKey)} = ${plainText(value)}: ${ignoredBecause ? `NOT excluded, ${ignoredBecause}` : `excluded until then${reason === undefined ? '' : ` (${plainText(reason)})`}`}`,
      ),
    ...(tagUses.length > MOST_TAG_USES ? [`… and ${tagUses.length - MOST_TAG_USES} more`] : []),
    '',
  ];
}
