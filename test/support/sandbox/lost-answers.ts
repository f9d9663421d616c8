import * as z from 'zod/mini';
import { type ApiCall, changesSomething, type LostAnswers } from '../../../sandbox/cloudtrail/tap';
import type { LocalAws } from '../../../sandbox/local-aws';

/** The same acts twice, with all answers and then without. */
export interface Courses<Course> {
  smooth(): Promise<Course>;
  unlucky(): Promise<Course>;
}

/** Both, with "function call" of each call whose answer got lost: they are printed as well. */
export async function bothCourses<Course>(
  localAws: LocalAws,
  courses: Courses<Course>,
): Promise<{ readonly smooth: Course; readonly unlucky: Course; readonly lost: string[] }> {
  const smooth = await courses.smooth();
  const losing = localAws.loseAnswers();
  const unlucky = await courses.unlucky();
  losing.end();
  const lost = lostIn(losing);
  process.stdout.write(`${lost.join('\n')}\n`);
  return { smooth, unlucky, lost };
}

/** Of these workers, the ones that made any of the calls. */
export function workersIn(calls: readonly string[], workers: readonly string[]): string[] {
  return workers.filter((worker) => calls.some((call) => call.includes(worker)));
}

/** "function call", of each call of a function that changes something, once. */
export function changesIn(calls: readonly ApiCall[]): string[] {
  const changes = calls.filter((call) => call.invocationId !== undefined && changesSomething(call));
  return distinct(changes.map(({ callerArn = '', action }) => `${roleIn(callerArn)} ${action}`));
}

function lostIn({ calls }: LostAnswers): string[] {
  return distinct(calls.map(({ callerArn, action }) => `${roleIn(callerArn)} ${action}`));
}

/** The stack's name and a hash frame the id of a role. */
function roleIn(callerArn: string): string {
  return /assumed-role\/([^/]+)\//.exec(callerArn)?.[1] ?? callerArn;
}

export function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort();
}

/**
 * A second attempt changes how long it took, and how many events there were. A message that was
 * sent twice comes twice: the second waits for the first, or tells it again.
 */
const OF_ATTEMPTS = [
  'SecondsOpen',
  'DetectionLag',
  'ReactionTime',
  'SecondsToDecision',
  'EventsSeen',
  'OldestKeyAge',
  'FailedTries',
  'DecisionsCarriedOut',
  'RequestsAsked',
  // Once a day, and again where no one knows whether it was written.
  'GroupsMonitored',
  'Decisions',
];

const emf = z.object({ _aws: z.object({ Timestamp: z.number() }) });
const counts = z.record(z.string(), z.unknown());

/** The sum of each metric in the logs. */
export function metricsIn(logs: readonly string[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const line of logs.filter((one) => one.startsWith('{'))) {
    const entry: unknown = JSON.parse(line);
    if (!emf.safeParse(entry).success) continue;
    for (const [name, value] of Object.entries(counts.parse(entry))) {
      if (name === '_aws' || name === 'service' || OF_ATTEMPTS.includes(name)) continue;
      const values = Array.isArray(value) ? value.map(Number) : [Number(value)];
      sums[name] = values.reduce((sum, one) => sum + one, sums[name] ?? 0);
    }
  }
  return Object.fromEntries(Object.entries(sums).filter(([, sum]) => sum !== 0));
}

/** Without what differs from one course to the next that is the same. */
export function withoutIdsAndTimes(text: string): string {
  return text
    .replace(/\bsgr-[0-9a-f]+/g, 'sgr-…')
    .replace(/\bsg-[0-9a-f]+/g, 'sg-…')
    .replace(/\bvpc-[0-9a-f]+/g, 'vpc-…')
    .replace(/\bo-\w+\/r-\w+\/ou-[\w-]+/g, 'unit')
    .replace(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?/g, 'then')
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'uuid')
    .replace(/(?<![\w-])[\w-]{40}(?![\w-])/g, 'request')
    .replace(/\b(Approval-(?:Guarded|Lenient))\w+-\w+/g, '$1')
    .replace(/Digest [0-9a-f]{12}/g, 'Digest …')
    .replace(/"(secondsOpen|lookedAt)":[^,}]+/g, '"$1":…')
    .replace(/open for \d+/gi, 'open for …');
}
