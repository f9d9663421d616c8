import type { AccessKey, AccessKeyWithUse } from './access-key';
import { unapprovedStep } from './ask-about-step';
import { REASONS_OF_USE } from './deactivation-reasons';
import {
  afterSeen,
  type KeyActionRules,
  type KeyRecord,
  nextStep,
  type NextStep,
} from './key-actions';
import type { ApprovedKey } from './key-approval';
import type { KeyStep } from './key-step';
import { isSameAddress } from './owner';
import { remember, type Retired, type Retirement } from './retirement';
import { held, noticedOf, pendingStep } from './step-records';
import type { Survey, Unknown } from './survey';
import { takeStep, untoldStep } from './take-step';

/** Takes the steps that are due, and says for every key what comes next. */
export async function retireKeys(survey: Survey, retirement: Retirement): Promise<Retired> {
  const records = new Map((await retirement.records.all()).map((record) => [record.keyId, record]));
  for (const key of survey.seen.filter((each) => isNews(each, records.get(each.id)))) {
    records.set(key.id, await remember(key, records.get(key.id), retirement));
  }
  const { approved } = retirement;
  const untold = await Promise.all(
    [...records.values()]
      .filter((record) => isToldHere(record, approved))
      .map((record) => untoldStep(record, retirement)),
  );
  const unknowns = [...survey.unknowns, ...untold.flatMap((result) => result.unknowns)];
  const steps: KeyStep[] = [];
  let taken = 0;
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
      holdingReason(key, unknowns, taken, records, retirement),
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

/** Active again, or inactive since it was told to be unused: whatever else is done with the key. */
function isNews({ status }: AccessKey, record: KeyRecord | undefined): boolean {
  if (status !== 'Inactive') return record?.inactiveSince !== undefined;
  return REASONS_OF_USE.some((kind) => record?.noticeAt[kind]);
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

/** No owner gets a direct message about a decision: what waits for one is left to a run. */
function isToldHere({ keyId, untold }: KeyRecord, approved: ApprovedKey | undefined): boolean {
  return untold !== undefined && !(approved && approved.keyId !== keyId && untold.reportedAt);
}

/**
 * Nothing is done while anything is unknown, or while an earlier step is not told: retries would go
 * on and on behind everyone's back. Where only its owner could not be told, other keys go on.
 */
function holdingReason(
  key: AccessKeyWithUse,
  unknowns: readonly Unknown[],
  taken: number,
  records: ReadonlyMap<string, KeyRecord>,
  { rules: { maxActionsPerRun }, approved }: Retirement,
): string | undefined {
  if (unknowns.length > 0) {
    return 'the run is incomplete: nothing is done while anything is unknown';
  }
  const untold = [...records.values()].flatMap((record) => record.untold ?? []);
  if (untold.some(({ reportedAt }) => !reportedAt)) {
    return 'an earlier step was not reported yet: it is left to the next run';
  }
  // What people decided waits for no later run: none carries it out.
  if (!approved && untold.some(({ owner }) => isSameAddress(owner, key.owner))) {
    return 'its owner could not be told of an earlier step yet: it is left to the next run';
  }
  return taken >= maxActionsPerRun
    ? `${maxActionsPerRun} steps were taken in this run: it is left to the next`
    : undefined;
}

async function stepFor(
  key: AccessKeyWithUse,
  record: KeyRecord,
  next: NextStep,
  holding: string | undefined,
  retirement: Retirement,
): Promise<Retired> {
  const { barredBy } = retirement;
  if (barredBy !== undefined && next.kind !== 'none') {
    return held(record, next, barredBy);
  }
  switch (next.kind) {
    case 'due':
      return holding ? held(record, next, holding) : takeStep(key, record, next, retirement);
    case 'unapproved':
      return unapprovedStep(key, record, next, holding, retirement);
    default:
      return { steps: plannedStep(key, record, next), unknowns: [] };
  }
}

function plannedStep(
  { id, userName }: AccessKeyWithUse,
  record: KeyRecord,
  next: Exclude<NextStep, { kind: 'due' | 'unapproved' }>,
): KeyStep[] {
  if (next.kind === 'none') return [];
  if (next.kind !== 'notice') return [pendingStep(record, next)];
  const afterTold = (acceptedAt: Date): KeyRecord => noticedOf(record, next, acceptedAt);
  return [{ keyId: id, userName, report: next, afterTold }];
}
