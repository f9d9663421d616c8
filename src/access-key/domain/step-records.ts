import type { AccessKey } from './access-key';
import {
  type KeyRecord,
  livingNotice,
  type NoticeKind,
  type NoticeTimes,
  type ReasonedStep,
  type StepKind,
  withoutNoticesOfUse,
} from './key-actions';
import type { KeyStep, StepReport } from './key-step';
import type { Owner } from './owner';
import type { Retired } from './retirement';

/** A step that is still to come: that it was told keeps its notice alive. */
export function pendingStep(record: KeyRecord, report: StepReport): KeyStep {
  const { keyId, userName } = record;
  return {
    keyId,
    userName,
    report,
    afterTold: (acceptedAt) => toldOf(record, report, acceptedAt),
  };
}

/**
 * It was told that the step is to come. That keeps notices alive, and brings none back that has
 * lapsed: such as for a key that is held, and whose user was excluded until today.
 */
function toldOf(record: KeyRecord, step: ReasonedStep, acceptedAt: Date): KeyRecord {
  const living = noticesOf(step).filter((kind) => livingNotice(kind, record, acceptedAt));
  return { ...record, toldAt: { ...record.toldAt, ...timesOf(living, acceptedAt) } };
}

/** The notices were given that were not given before. */
export function noticedOf(record: KeyRecord, step: ReasonedStep, acceptedAt: Date): KeyRecord {
  const { reasons } = step;
  const begun = noticesOf({ ...step, reasons: reasons?.filter(({ noticeAt }) => !noticeAt) });
  return {
    ...record,
    noticeAt: { ...record.noticeAt, ...timesOf(begun, acceptedAt) },
    toldAt: { ...record.toldAt, ...timesOf(noticesOf(step), acceptedAt) },
  };
}

function noticesOf({ step, reasons }: ReasonedStep): NoticeKind[] {
  if (step === 'delete') return ['delete'];
  // Earlier versions reported no reason, and knew only one.
  return reasons ? reasons.map(({ kind }) => kind) : ['too-old'];
}

function timesOf(kinds: readonly NoticeKind[], at: Date): NoticeTimes {
  return Object.fromEntries(kinds.map((kind) => [kind, at]));
}

/**
 * An approval is used up by what was done upon it, and so are notices that the key is not used:
 * should someone activate it again, it has the time that a new one gives. What is written twice
 * counts once.
 */
export function doneOf(record: KeyRecord, step: StepKind, at: Date): KeyRecord {
  if (step !== 'deactivate') return record;
  const { approval, deactivated = { times: 0, lastAt: undefined } } = record;
  const isCounted = deactivated.lastAt?.getTime() === at.getTime();
  return {
    ...withoutNoticesOfUse(record),
    deactivated: { times: deactivated.times + (isCounted ? 0 : 1), lastAt: at },
    ...(approval && { approval: { ...approval, deactivatedAt: at } }),
  };
}

/** A key that the sentry deactivates again, someone has activated in between. */
export function doneReport(done: KeyRecord, taken: ReasonedStep, at: Date): StepReport {
  const { step, reasons } = taken;
  const reactivations = (done.deactivated?.times ?? 1) - 1;
  const isAgain = step === 'deactivate' && reactivations > 0;
  return {
    kind: 'done',
    step,
    at,
    ...(reasons && { reasons }),
    ...(isAgain && { reactivations }),
  };
}

/** Whether it is certain that it was deactivated then, no matter who activated it since. */
export function wasDeactivatedAt({ deactivated }: KeyRecord, at: Date): boolean {
  return deactivated?.lastAt.getTime() === at.getTime();
}

export function held(record: KeyRecord, step: ReasonedStep, reason: string): Retired {
  return {
    steps: [pendingStep(record, { kind: 'held', ...reasoned(step), reason })],
    unknowns: [],
  };
}

/** Of what is more than that. */
export function reasoned({ step, reasons }: ReasonedStep): ReasonedStep {
  return { step, ...(reasons && { reasons }) };
}

/** Nothing of it has to be remembered any more. */
export function goneStep(
  { id: keyId, userName }: Pick<AccessKey, 'id' | 'userName'>,
  step: StepKind,
): KeyStep {
  return { keyId, userName, report: { kind: 'gone', step } };
}

/**
 * The record to keep once a step was reported some time after it was planned or taken: others may
 * have written to the record since.
 */
export function afterReported(record: KeyRecord, report: StepReport, acceptedAt: Date): KeyRecord {
  const { step } = report;
  switch (report.kind) {
    case 'notice':
      return noticedOf(record, report, acceptedAt);
    case 'done':
      return doneOf(withoutUntold(record, step), step, report.at);
    case 'failed':
      return toldOf(withoutUntold(record, step), report, acceptedAt);
    case 'would':
    case 'gone':
      return record;
    case 'wait':
    case 'asked':
    case 'held':
      return toldOf(record, report, acceptedAt);
  }
}

/**
 * The record to keep where the step was reported, and this owner could not be told: both stay news
 * to the next run. What is certain by now is not left to be guessed from the key, and what failed
 * is still due.
 */
export function afterUnheard(
  record: KeyRecord,
  report: StepReport,
  reportedAt: Date,
  owner: Owner | undefined,
): KeyRecord {
  const { untold } = record;
  if (untold?.step !== report.step) return record;
  if (report.kind === 'failed') return withoutUntold(record, report.step);
  if (report.kind !== 'done' || report.at.getTime() !== untold.at.getTime()) return record;
  return {
    ...doneOf(record, report.step, report.at),
    untold: { ...untold, reportedAt, ...(owner?.kind === 'known' && { owner }) },
  };
}

function withoutUntold(record: KeyRecord, step: StepKind): KeyRecord {
  const { untold, ...rest } = record;
  return untold?.step === step ? rest : record;
}
