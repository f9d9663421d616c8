import type { AccessKeyWithUse } from './access-key';
import type { KeyRecord, StepKind } from './key-actions';
import type { KeyStep, StepReport } from './key-step';
import type { Retired } from './retirement';

/** A step that is still to come: that it was told keeps its notice alive. */
export function pendingStep(record: KeyRecord, report: StepReport): KeyStep {
  const { keyId, userName } = record;
  return {
    keyId,
    userName,
    report,
    afterTold: (acceptedAt) => toldOf(record, report.step, acceptedAt, record.noticeAt),
  };
}

export function toldOf(
  record: KeyRecord,
  step: StepKind,
  acceptedAt: Date,
  noticeAt: KeyRecord['noticeAt'],
): KeyRecord {
  return { ...record, noticeAt, toldAt: { ...record.toldAt, [step]: acceptedAt } };
}

/** An approval is used up by what was done upon it. What is written twice counts once. */
export function doneOf(record: KeyRecord, step: StepKind, at: Date): KeyRecord {
  if (step !== 'deactivate') return record;
  const { approval, deactivated = { times: 0, lastAt: undefined } } = record;
  const isCounted = deactivated.lastAt?.getTime() === at.getTime();
  return {
    ...record,
    deactivated: { times: deactivated.times + (isCounted ? 0 : 1), lastAt: at },
    ...(approval && { approval: { ...approval, deactivatedAt: at } }),
  };
}

/** A key that the sentry deactivates again, someone has activated in between. */
export function doneReport(done: KeyRecord, step: StepKind, at: Date): StepReport {
  const reactivations = (done.deactivated?.times ?? 1) - 1;
  const isAgain = step === 'deactivate' && reactivations > 0;
  return { kind: 'done', step, at, ...(isAgain && { reactivations }) };
}

/** Whether it is certain that it was deactivated then, no matter who activated it since. */
export function isUsedUp({ approval }: KeyRecord, at: Date): boolean {
  return approval?.deactivatedAt?.getTime() === at.getTime();
}

export function held(record: KeyRecord, step: StepKind, reason: string): Retired {
  return { steps: [pendingStep(record, { kind: 'held', step, reason })], unknowns: [] };
}

/** Nothing of it has to be remembered any more. */
export function goneStep({ id: keyId, userName }: AccessKeyWithUse, step: StepKind): KeyStep {
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
      return toldOf(record, step, acceptedAt, { ...record.noticeAt, [step]: acceptedAt });
    case 'done':
      return doneOf(withoutUntold(record, step), step, report.at);
    case 'failed':
      return toldOf(withoutUntold(record, step), step, acceptedAt, record.noticeAt);
    case 'would':
    case 'gone':
      return record;
    case 'wait':
    case 'asked':
    case 'held':
      return toldOf(record, step, acceptedAt, record.noticeAt);
  }
}

function withoutUntold(record: KeyRecord, step: StepKind): KeyRecord {
  const { untold, ...rest } = record;
  return untold?.step === step ? rest : record;
}
