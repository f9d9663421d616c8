import type { AccessKey, AccessKeyWithUse } from './access-key';
import { dependsOnLastUse } from './deactivation-reasons';
import {
  afterSeen,
  type DueStep,
  type KeyRecord,
  nextStep,
  type ReasonedStep,
  type StepKind,
  type UntoldStep,
} from './key-actions';
import { dateText } from './key-report';
import type { KeyStep, StepReport } from './key-step';
import type { ChangeAnswer } from './ports';
import { remember, type Retired, type Retirement } from './retirement';
import {
  doneOf,
  doneReport,
  goneStep,
  held,
  pendingStep,
  reasoned,
  wasDeactivatedAt,
} from './step-records';
import type { Unknown } from './survey';
import { reasonOf } from '../../shared/domain/failure/failure';

/**
 * A last fresh look; then the intent is stored, so that a step that was taken is told even if this
 * run dies before.
 */
export async function takeStep(
  planned: AccessKeyWithUse,
  before: KeyRecord,
  due: DueStep,
  retirement: Retirement,
): Promise<Retired> {
  const { rules, now, approved } = retirement;
  const { step } = due;
  const look = await lookAgain(planned, due, retirement);
  if ('unknown' in look) {
    const { reason } = look.unknown;
    return {
      steps: [pendingStep(before, { kind: 'failed', ...reasoned(due), reason })],
      unknowns: [look.unknown],
    };
  }
  if (!look.key) return { steps: [goneStep(planned, step)], unknowns: [] };
  // What was seen has to be remembered: if that fails, so does the run.
  const record = await remember(look.key, before, retirement);
  const next = nextStep(look.key, record, rules, now, approved);
  if (next.kind !== 'due' || next.step !== step) {
    return held(record, due, `${whatChanged(planned, look.key)}: the next run looks again`);
  }
  return takeNow(planned, record, reasoned(next), retirement);
}

/** With the intent stored first. */
async function takeNow(
  { id: keyId, userName, owner }: AccessKeyWithUse,
  record: KeyRecord,
  taken: ReasonedStep,
  retirement: Retirement,
): Promise<Retired> {
  const { records, changer, now } = retirement;
  const untold = { ...taken, at: now, ...(owner?.kind === 'known' && { owner }) };
  await records.write({ ...record, untold });
  try {
    const answer = await (taken.step === 'deactivate'
      ? changer.deactivate(userName, keyId)
      : changer.delete(userName, keyId));
    const told =
      answer.kind === 'done' || isOurDeletion(taken.step, answer)
        ? await takenStep(record, untold, retirement)
        : await untakenStep(record, taken, answer, retirement);
    return { steps: [told], unknowns: [] };
  } catch (error) {
    // Whether it was done is not known: the next run looks, and tells.
    const reason = reasonOf(error);
    return {
      steps: [{ keyId, userName, report: { kind: 'failed', ...taken, reason } }],
      unknowns: [{ what: `what became of ${keyId} of ${userName}`, reason }],
    };
  }
}

async function takenStep(
  record: KeyRecord,
  untold: UntoldStep,
  { records, approved }: Retirement,
): Promise<KeyStep> {
  const { keyId, userName } = record;
  const done = doneOf(record, untold.step, untold.at);
  const report: StepReport = {
    ...doneReport(done, untold, untold.at),
    ...(approved && { requestId: approved.requestId }),
  };
  // The approval is used up, even if no one can be told of it now.
  if (done.approval !== record.approval) {
    await records.write({ ...done, untold });
  }
  return { keyId, userName, report, afterTold: () => done };
}

/** It was not done, for certain: so there is nothing untold. */
async function untakenStep(
  record: KeyRecord,
  taken: ReasonedStep,
  answer: ChangeAnswer,
  { records, approved }: Retirement,
): Promise<KeyStep> {
  await records.write(record);
  const { keyId: id, userName } = record;
  if (answer.kind !== 'refused') return goneStep({ id, userName }, taken.step);
  const requestId = approved?.requestId;
  return pendingStep(record, { kind: 'failed', ...taken, reason: answer.reason, requestId });
}

/**
 * An earlier attempt of the call has deleted it: its answer was lost, and the client sent it again.
 */
function isOurDeletion(step: StepKind, answer: ChangeAnswer): boolean {
  return step === 'delete' && answer.kind === 'gone' && (answer.attempts ?? 1) > 1;
}

function whatChanged({ lastUse: before }: AccessKeyWithUse, { lastUse }: AccessKeyWithUse): string {
  const isUsedSince = lastUse.kind === 'used' && (before.kind !== 'used' || lastUse.at > before.at);
  return isUsedSince
    ? `it was used meanwhile, on ${dateText(lastUse.at)}`
    : 'it changed since the survey';
}

type Look = { readonly key: AccessKeyWithUse | undefined } | { readonly unknown: Unknown };

async function lookAgain(
  planned: AccessKeyWithUse,
  due: DueStep,
  retirement: Retirement,
): Promise<Look> {
  try {
    return { key: await freshLook(planned, due, retirement) };
  } catch (error) {
    return {
      unknown: {
        what: `${planned.id} of ${planned.userName}, on a last look`,
        reason: reasonOf(error),
      },
    };
  }
}

async function freshLook(
  planned: AccessKeyWithUse,
  due: DueStep,
  { source }: Retirement,
): Promise<AccessKeyWithUse | undefined> {
  const key = (await source.keysOf(planned.userName))?.find(({ id }) => id === planned.id);
  if (!key) return undefined;
  // Where its use cannot change the step, the question would only be one more that can fail.
  if (!dependsOnUse(due, key)) return { ...key, lastUse: planned.lastUse };
  const lastUse = await source.lastUseOf(key.id);
  return lastUse && { ...key, lastUse };
}

/** An active key is never deleted, and an inactive one never deactivated. */
function dependsOnUse({ step, reasons = [] }: ReasonedStep, { status }: AccessKey): boolean {
  return step === 'delete'
    ? status === 'Inactive'
    : status === 'Active' && dependsOnLastUse(reasons);
}

/**
 * A step that an earlier run took, or was about to take, and could not tell. What is there now says
 * which.
 */
export async function untoldStep(record: KeyRecord, { source, now }: Retirement): Promise<Retired> {
  const { untold, ...told } = record;
  if (!untold) return { steps: [], unknowns: [] };
  const { keyId, userName } = record;
  try {
    const key = (await source.keysOf(userName))?.find(({ id }) => id === keyId);
    const isDone =
      untold.step === 'deactivate'
        ? key?.status !== 'Active' || wasDeactivatedAt(told, untold.at)
        : key === undefined;
    const after = isDone ? doneOf(told, untold.step, untold.at) : told;
    const report: StepReport = isDone
      ? doneReport(after, untold, untold.at)
      : {
          kind: 'failed',
          ...reasoned(untold),
          reason: 'an earlier run was about to take this step, and the key does not show it',
        };
    return {
      steps: [
        {
          ...{ keyId, userName, report, owner: untold.owner },
          afterTold: () => (key ? afterSeen(key, after, now) : after),
        },
      ],
      unknowns: [],
    };
  } catch (error) {
    // It stays untold, and the next run asks again.
    return {
      steps: [],
      unknowns: [{ what: `what became of ${keyId} of ${userName}`, reason: reasonOf(error) }],
    };
  }
}
