import type { AccessKey, AccessKeyWithUse } from './access-key';
import { afterSeen, type KeyActionRules, type KeyRecord, nextStep, type NextStep, type StepKind } from './key-actions';
import type { AccessKeySource, Survey } from './survey';

/** What the sentry remembers, by key id. */
export interface KeyRecords {
  all(): Promise<KeyRecord[]>;
  write(record: KeyRecord): Promise<void>;
}

/** IAM, as far as it is changed. A key that is gone counts as done. */
export interface KeyChanger {
  deactivate(userName: string, keyId: string): Promise<void>;
  delete(userName: string, keyId: string): Promise<void>;
}

/** What is told of one key's next step. */
export type StepReport =
  | { readonly kind: 'notice' | 'wait'; readonly step: StepKind; readonly dueAt: Date }
  | { readonly kind: 'done'; readonly step: StepKind; readonly at: Date }
  /** In OBSERVE: it would be told now and done on `dueAt`, or done now. */
  | { readonly kind: 'would'; readonly step: StepKind; readonly dueAt: Date }
  | { readonly kind: 'held' | 'failed'; readonly step: StepKind; readonly reason: string };

export interface KeyStep {
  readonly keyId: string;
  readonly userName: string;
  readonly report: StepReport;
  /** What to remember once the report was accepted, at that time. */
  readonly afterTold?: (acceptedAt: Date) => KeyRecord;
}

export interface Retirement {
  readonly source: Pick<AccessKeySource, 'keysOf' | 'lastUseOf'>;
  readonly records: KeyRecords;
  readonly changer: KeyChanger;
  readonly rules: KeyActionRules;
  readonly now: Date;
}

/** Takes the steps that are due, and says for every key what comes next. */
export async function retireKeys(survey: Survey, retirement: Retirement): Promise<KeyStep[]> {
  const records = new Map((await retirement.records.all()).map((record) => [record.keyId, record]));
  for (const key of survey.seen.filter(({ id, status }) => status !== 'Inactive' && records.get(id)?.inactiveSince)) {
    records.set(key.id, await remember(key, records.get(key.id), retirement));
  }
  const untold = (await Promise.all([...records.values()].map((record) => untoldStep(record, retirement)))).flat();
  const keys = survey.keys.filter(({ id }) => !records.get(id)?.untold).sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime());
  const steps: KeyStep[] = [];
  let taken = 0;
  for (const key of keys) {
    const record = await remember(key, records.get(key.id), retirement);
    const next = nextStep(key, record, retirement.rules, retirement.now);
    if (next.kind !== 'due') {
      steps.push(...plannedStep(key, record, next));
      continue;
    }
    const reason = holdingReason(survey, taken, records, retirement.rules);
    if (reason) {
      steps.push({ keyId: key.id, userName: key.userName, report: { kind: 'held', step: next.step, reason } });
      continue;
    }
    taken += 1;
    steps.push(...await takeStep(key, record, next.step, retirement));
  }
  return [...untold, ...steps];
}

/** What OBSERVE says. It remembers nothing, so that its messages never count as notices. */
export function observeKeys(survey: Survey, rules: KeyActionRules, now: Date): KeyStep[] {
  return survey.keys.flatMap((key): KeyStep[] => {
    const next = nextStep(key, afterSeen(key, undefined, now), rules, now);
    return next.kind === 'notice'
      ? [{ keyId: key.id, userName: key.userName, report: { kind: 'would', step: next.step, dueAt: next.dueAt } }]
      : [];
  });
}

/** Nothing is done while anything is unknown, or while an earlier step is not told: retries would go on and on behind everybody's back. */
function holdingReason(
  { unknowns }: Survey, taken: number, records: ReadonlyMap<string, KeyRecord>, { maxActionsPerRun }: KeyActionRules,
): string | undefined {
  if (unknowns.length > 0) return 'the run is incomplete: nothing is done while anything is unknown';
  if ([...records.values()].some(({ untold }) => untold)) return 'an earlier step was not told yet: it is left to the next run';
  return taken >= maxActionsPerRun ? `${maxActionsPerRun} steps were taken in this run: it is left to the next` : undefined;
}

async function remember(key: AccessKey, before: KeyRecord | undefined, { records, now }: Retirement): Promise<KeyRecord> {
  const record = afterSeen(key, before, now);
  if (record.inactiveSince?.getTime() !== before?.inactiveSince?.getTime()) await records.write(record);
  return record;
}

function plannedStep({ id, userName }: AccessKeyWithUse, record: KeyRecord, next: Exclude<NextStep, { kind: 'due' }>): KeyStep[] {
  if (next.kind === 'none') return [];
  if (next.kind !== 'notice') return [{ keyId: id, userName, report: next }];
  const afterTold = (acceptedAt: Date): KeyRecord => ({ ...record, noticeAt: { ...record.noticeAt, [next.step]: acceptedAt } });
  return [{ keyId: id, userName, report: next, afterTold }];
}

/** A last fresh look; then the intent is stored, so that a step that was taken is told even if this run dies before. */
async function takeStep(planned: AccessKeyWithUse, before: KeyRecord, step: StepKind, retirement: Retirement): Promise<KeyStep[]> {
  const { id: keyId, userName } = planned;
  const { records, changer, rules, now } = retirement;
  const failed = (error: unknown): KeyStep[] =>
    [{ keyId, userName, report: { kind: 'failed', step, reason: error instanceof Error ? error.message : String(error) } }];
  const look = await freshLook(planned, step, retirement).catch(failed);
  if (!look || Array.isArray(look)) return look ?? [];
  // What was seen has to be remembered: if that fails, so does the run.
  const record = await remember(look, before, retirement);
  const next = nextStep(look, record, rules, now);
  if (next.kind !== 'due' || next.step !== step) {
    return [{ keyId, userName, report: { kind: 'held', step, reason: 'it changed since the survey: the next run looks again' } }];
  }
  try {
    await records.write({ ...record, untold: { step, at: now } });
    await (step === 'deactivate' ? changer.deactivate(userName, keyId) : changer.delete(userName, keyId));
    return [{ keyId, userName, report: { kind: 'done', step, at: now }, afterTold: () => record }];
  } catch (error) {
    return failed(error);
  }
}

async function freshLook(planned: AccessKeyWithUse, step: StepKind, { source }: Retirement): Promise<AccessKeyWithUse | undefined> {
  const key = (await source.keysOf(planned.userName))?.find(({ id }) => id === planned.id);
  if (!key) return undefined;
  // An active key is never deleted, so that the question would only be one more that can fail.
  if (step === 'deactivate' || key.status !== 'Inactive') return { ...key, lastUse: planned.lastUse };
  const lastUse = await source.lastUseOf(key.id);
  return lastUse && { ...key, lastUse };
}

/** A step that an earlier run took, or was about to take, and could not tell. What is there now says which. */
async function untoldStep(record: KeyRecord, { source, now }: Retirement): Promise<KeyStep[]> {
  const { untold, ...told } = record;
  if (!untold) return [];
  const { keyId, userName } = record;
  const keys = await source.keysOf(userName).catch(() => 'unknown' as const);
  // It stays untold, and the next run asks again.
  if (keys === 'unknown') return [];
  const key = keys?.find(({ id }) => id === keyId);
  const isDone = untold.step === 'deactivate' ? key?.status !== 'Active' : key === undefined;
  const report: StepReport = isDone
    ? { kind: 'done', step: untold.step, at: untold.at }
    : { kind: 'failed', step: untold.step, reason: 'an earlier run was about to take this step, and the key does not show it' };
  return [{ keyId, userName, report, afterTold: () => (key ? afterSeen(key, told, now) : told) }];
}
