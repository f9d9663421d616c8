import type { AccessKey, AccessKeyWithUse } from './access-key';
import {
  afterSeen,
  type KeyActionRules,
  type KeyRecord,
  nextStep,
  type NextStep,
  type StepKind,
} from './key-actions';
import type { ApprovalStanding, ApprovedKey, KeyApproval } from './key-approval';
import { askAbout, type KeyPlace } from './key-question';
import { dateText } from './key-report';
import type { KeyStep, StepReport } from './key-step';
import type { ChangeAnswer, KeyAsker, KeyChanger, KeyRecords } from './ports';
import type { AccessKeySource, Survey, Unknown } from './survey';
import { reasonOf } from '../../shared/domain/failure/failure';

export interface Retirement extends KeyPlace {
  readonly source: Pick<AccessKeySource, 'keysOf' | 'lastUseOf'>;
  readonly records: KeyRecords;
  readonly changer: KeyChanger;
  readonly asker: KeyAsker;
  readonly rules: KeyActionRules;
  readonly now: Date;
  /** The approved key, where an approval by people is carried out. */
  readonly approved?: ApprovedKey;
}

/** The steps that a run took and will take, and whatever could not be looked up on the way. */
export interface Retired {
  readonly steps: readonly KeyStep[];
  readonly unknowns: readonly Unknown[];
}

/** Takes the steps that are due, and says for every key what comes next. */
export async function retireKeys(survey: Survey, retirement: Retirement): Promise<Retired> {
  const records = new Map((await retirement.records.all()).map((record) => [record.keyId, record]));
  for (const key of survey.seen.filter(
    ({ id, status }) => status !== 'Inactive' && records.get(id)?.inactiveSince,
  )) {
    records.set(key.id, await remember(key, records.get(key.id), retirement));
  }
  const untold = await Promise.all(
    [...records.values()]
      .filter((record) => record.untold)
      .map((record) => untoldStep(record, retirement)),
  );
  const unknowns = [...survey.unknowns, ...untold.flatMap((result) => result.unknowns)];
  const steps: KeyStep[] = [];
  let taken = 0;
  const { approved } = retirement;
  // Where one key is carried out, the others of its user are none of its business.
  const keys = survey.keys
    .filter(({ id }) => !records.get(id)?.untold && (!approved || approved.keyId === id))
    .sort((one, other) => one.createdAt.getTime() - other.createdAt.getTime());
  for (const key of keys) {
    const record = await remember(key, records.get(key.id), retirement);
    const next = nextStep(key, record, retirement.rules, retirement.now, retirement.approved);
    const result = await stepFor(
      key,
      record,
      next,
      holdingReason(unknowns, taken, records, retirement.rules),
      retirement,
    );
    taken += result.steps.filter(({ report }) =>
      next.kind === 'unapproved' ? next.standing.kind === 'to-ask' : report.kind === 'done',
    ).length;
    steps.push(...result.steps);
    unknowns.push(...result.unknowns);
  }
  return {
    steps: [...untold.flatMap((result) => result.steps), ...steps],
    unknowns: unknowns.slice(survey.unknowns.length),
  };
}

/**
 * The steps that OBSERVE reports. It remembers nothing, so that its messages never count as
 * notices.
 */
export function observeKeys(survey: Survey, rules: KeyActionRules, now: Date): KeyStep[] {
  return survey.keys.flatMap((key): KeyStep[] => {
    const next = nextStep(key, afterSeen(key, undefined, now), rules, now);
    return next.kind === 'notice'
      ? [{ keyId: key.id, userName: key.userName, report: { ...next, kind: 'would' } }]
      : [];
  });
}

/**
 * Nothing is done while anything is unknown, or while an earlier step is not told: retries would go
 * on and on behind everyone's back.
 */
function holdingReason(
  unknowns: readonly Unknown[],
  taken: number,
  records: ReadonlyMap<string, KeyRecord>,
  { maxActionsPerRun }: KeyActionRules,
): string | undefined {
  if (unknowns.length > 0) {
    return 'the run is incomplete: nothing is done while anything is unknown';
  }
  if ([...records.values()].some(({ untold }) => untold)) {
    return 'an earlier step was not reported yet: it is left to the next run';
  }
  return taken >= maxActionsPerRun
    ? `${maxActionsPerRun} steps were taken in this run: it is left to the next`
    : undefined;
}

async function remember(
  key: AccessKey,
  before: KeyRecord | undefined,
  { records, now }: Retirement,
): Promise<KeyRecord> {
  const record = afterSeen(key, before, now);
  if (record.inactiveSince?.getTime() !== before?.inactiveSince?.getTime()) {
    await records.write(record);
  }
  return record;
}

async function stepFor(
  key: AccessKeyWithUse,
  record: KeyRecord,
  next: NextStep,
  holding: string | undefined,
  retirement: Retirement,
): Promise<Retired> {
  switch (next.kind) {
    case 'due':
      return holding
        ? held(record, next.step, holding)
        : takeStep(key, record, next.step, retirement);
    case 'unapproved':
      return unapprovedStep(key, record, next.standing, holding, retirement);
    default:
      return { steps: plannedStep(key, record, next), unknowns: [] };
  }
}

function held(record: KeyRecord, step: StepKind, reason: string): Retired {
  return { steps: [pendingStep(record, { kind: 'held', step, reason })], unknowns: [] };
}

async function unapprovedStep(
  key: AccessKeyWithUse,
  record: KeyRecord,
  standing: ApprovalStanding,
  holding: string | undefined,
  retirement: Retirement,
): Promise<Retired> {
  switch (standing.kind) {
    case 'denied':
      return held(
        record,
        'deactivate',
        `people denied it on ${dateText(standing.at)}, and are asked again from ${dateText(standing.askedAgainAt)} on`,
      );
    case 'unfinished':
      return held(
        record,
        'deactivate',
        `people approved it on ${dateText(standing.at)}, and it could not be carried out yet: Slack shows why. They are asked again from ${dateText(standing.askedAgainAt)} on`,
      );
    // Once more, should it have been lost: what has arrived already is asked once.
    case 'asked':
      return { steps: [await askPeople(record, standing.approval, retirement)], unknowns: [] };
    case 'to-ask':
      return holding
        ? held(record, 'deactivate', holding)
        : {
            steps: [await askAgain(key, record, standing.askAgainAfter, retirement)],
            unknowns: [],
          };
  }
}

/** First it is remembered what is asked: a decision about anything else counts for nothing. */
async function askAgain(
  key: AccessKeyWithUse,
  before: KeyRecord,
  askAgainAfter: number,
  retirement: Retirement,
): Promise<KeyStep> {
  const { rules, now } = retirement;
  const approval = askAbout(key, { ...rules, askAgainAfter }, retirement, now);
  const record = { ...before, approval };
  await retirement.records.write(record);
  return askPeople(record, approval, retirement);
}

async function askPeople(
  record: KeyRecord,
  approval: KeyApproval,
  { asker }: Retirement,
): Promise<KeyStep> {
  const { requestId, askedAt: at } = approval;
  try {
    await asker.ask(record.keyId, approval);
    return pendingStep(record, { kind: 'asked', step: 'deactivate', at, requestId });
  } catch (error) {
    return pendingStep(record, {
      kind: 'failed',
      step: 'deactivate',
      reason: `people could not be asked: ${reasonOf(error)}`,
    });
  }
}

function plannedStep(
  { id, userName }: AccessKeyWithUse,
  record: KeyRecord,
  next: Exclude<NextStep, { kind: 'due' | 'unapproved' }>,
): KeyStep[] {
  if (next.kind === 'none') return [];
  if (next.kind !== 'notice') return [pendingStep(record, next)];
  const afterTold = (acceptedAt: Date): KeyRecord =>
    toldOf(record, next.step, acceptedAt, { ...record.noticeAt, [next.step]: acceptedAt });
  return [{ keyId: id, userName, report: next, afterTold }];
}

/** A step that is still to come: that it was told keeps its notice alive. */
function pendingStep(record: KeyRecord, report: StepReport): KeyStep {
  const { keyId, userName } = record;
  return {
    keyId,
    userName,
    report,
    afterTold: (acceptedAt) => toldOf(record, report.step, acceptedAt, record.noticeAt),
  };
}

function toldOf(
  record: KeyRecord,
  step: StepKind,
  acceptedAt: Date,
  noticeAt: KeyRecord['noticeAt'],
): KeyRecord {
  return { ...record, noticeAt, toldAt: { ...record.toldAt, [step]: acceptedAt } };
}

/** An approval is used up by what was done upon it. What is written twice counts once. */
function doneOf(record: KeyRecord, step: StepKind, at: Date): KeyRecord {
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
function doneReport(done: KeyRecord, step: StepKind, at: Date): StepReport {
  const reactivations = (done.deactivated?.times ?? 1) - 1;
  const isAgain = step === 'deactivate' && reactivations > 0;
  return { kind: 'done', step, at, ...(isAgain && { reactivations }) };
}

/** Whether it is certain that it was deactivated then, no matter who activated it since. */
function isUsedUp({ approval }: KeyRecord, at: Date): boolean {
  return approval?.deactivatedAt?.getTime() === at.getTime();
}

/**
 * A last fresh look; then the intent is stored, so that a step that was taken is told even if this
 * run dies before.
 */
async function takeStep(
  planned: AccessKeyWithUse,
  before: KeyRecord,
  step: StepKind,
  retirement: Retirement,
): Promise<Retired> {
  const { id: keyId, userName } = planned;
  const { records, changer, rules, now, approved } = retirement;
  const look = await lookAgain(planned, step, retirement);
  if ('unknown' in look) {
    return {
      steps: [pendingStep(before, { kind: 'failed', step, reason: look.unknown.reason })],
      unknowns: [look.unknown],
    };
  }
  if (!look.key) return { steps: [goneStep(planned, step)], unknowns: [] };
  // What was seen has to be remembered: if that fails, so does the run.
  const record = await remember(look.key, before, retirement);
  const next = nextStep(look.key, record, rules, now, approved);
  if (next.kind !== 'due' || next.step !== step) {
    const reason = 'it changed since the survey: the next run looks again';
    return { steps: [pendingStep(record, { kind: 'held', step, reason })], unknowns: [] };
  }
  await records.write({ ...record, untold: { step, at: now } });
  try {
    const answer = await (step === 'deactivate'
      ? changer.deactivate(userName, keyId)
      : changer.delete(userName, keyId));
    if (answer.kind === 'done' || isOurDeletion(step, answer)) {
      const done = doneOf(record, step, now);
      const report: StepReport = {
        ...doneReport(done, step, now),
        ...(approved && { requestId: approved.requestId }),
      };
      // The approval is used up, even if no one can be told of it now.
      if (done.approval !== record.approval) {
        await records.write({ ...done, untold: { step, at: now } });
      }
      return { steps: [{ keyId, userName, report, afterTold: () => done }], unknowns: [] };
    }
    // It was not done, for certain: so there is nothing untold.
    await records.write(record);
    const untaken =
      answer.kind === 'refused'
        ? pendingStep(record, {
            kind: 'failed',
            step,
            reason: answer.reason,
            requestId: approved?.requestId,
          })
        : goneStep(planned, step);
    return { steps: [untaken], unknowns: [] };
  } catch (error) {
    // Whether it was done is not known: the next run looks, and tells.
    const reason = reasonOf(error);
    return {
      steps: [{ keyId, userName, report: { kind: 'failed', step, reason } }],
      unknowns: [{ what: `what became of ${keyId} of ${userName}`, reason }],
    };
  }
}

/**
 * An earlier attempt of the call has deleted it: its answer was lost, and the client sent it again.
 */
function isOurDeletion(step: StepKind, answer: ChangeAnswer): boolean {
  return step === 'delete' && answer.kind === 'gone' && (answer.attempts ?? 1) > 1;
}

/** Nothing of it has to be remembered any more. */
function goneStep({ id: keyId, userName }: AccessKeyWithUse, step: StepKind): KeyStep {
  return { keyId, userName, report: { kind: 'gone', step } };
}

type Look = { readonly key: AccessKeyWithUse | undefined } | { readonly unknown: Unknown };

async function lookAgain(
  planned: AccessKeyWithUse,
  step: StepKind,
  retirement: Retirement,
): Promise<Look> {
  try {
    return { key: await freshLook(planned, step, retirement) };
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
  step: StepKind,
  { source }: Retirement,
): Promise<AccessKeyWithUse | undefined> {
  const key = (await source.keysOf(planned.userName))?.find(({ id }) => id === planned.id);
  if (!key) return undefined;
  // An active key is never deleted, so that the question would only be one more that can fail.
  if (step === 'deactivate' || key.status !== 'Inactive') {
    return { ...key, lastUse: planned.lastUse };
  }
  const lastUse = await source.lastUseOf(key.id);
  return lastUse && { ...key, lastUse };
}

/**
 * A step that an earlier run took, or was about to take, and could not tell. What is there now says
 * which.
 */
async function untoldStep(record: KeyRecord, { source, now }: Retirement): Promise<Retired> {
  const { untold, ...told } = record;
  if (!untold) return { steps: [], unknowns: [] };
  const { keyId, userName } = record;
  try {
    const key = (await source.keysOf(userName))?.find(({ id }) => id === keyId);
    const isDone =
      untold.step === 'deactivate'
        ? key?.status !== 'Active' || isUsedUp(told, untold.at)
        : key === undefined;
    const after = isDone ? doneOf(told, untold.step, untold.at) : told;
    const report: StepReport = isDone
      ? doneReport(after, untold.step, untold.at)
      : {
          kind: 'failed',
          step: untold.step,
          reason: 'an earlier run was about to take this step, and the key does not show it',
        };
    return {
      steps: [
        { keyId, userName, report, afterTold: () => (key ? afterSeen(key, after, now) : after) },
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
