import pLimit from 'p-limit';
import * as z from 'zod/mini';
import { ACTION_LIFE } from './chaos/action-life';
import { APPROVAL_LIFE } from './chaos/approval-life';
import { CHAOS_SECTION, lifeSection } from './chaos/chaos-section';
import { disturbed } from './chaos/disturbed-life';
import { HUB_GROUP_LIFE } from './chaos/hub-group-life';
import { HUB_KEY_LIFE } from './chaos/hub-key-life';
import { KEY_LIFE, UNASKED_KEY_LIFE } from './chaos/key-life';
import type { KindOfLife } from './chaos/life';
import { type LifeName, LIVES } from './page/benches';
import { writeSection } from './page/benchmarks-page';
import { runBench } from './page/run-bench';

const KINDS: Readonly<Record<LifeName, KindOfLife>> = {
  approvals: APPROVAL_LIFE,
  keys: KEY_LIFE,
  'keys-unasked': UNASKED_KEY_LIFE,
  action: ACTION_LIFE,
  'hub-groups': HUB_GROUP_LIFE,
  'hub-keys': HUB_KEY_LIFE,
};
/** Each has a sandbox of its own, and most of the time one of its processes is at work. */
const KINDS_AT_ONCE = 2;
/** One of so many calls, for a look that takes less than an hour. Default: each. */
const EVERY = z
  .int()
  .check(z.positive())
  .parse(Number(process.env.CHAOS_EVERY ?? 1));
/** Only what is printed with this text, to look at it again. */
const AT = process.env.CHAOS_AT ?? '';
/** Where all of a life was looked at. */
const WRITES_PAGE = EVERY === 1 && AT === '';
/** By their names, with commas between. Default: all. */
const NAMES = z.array(z.enum(LIVES)).parse(process.env.CHAOS_LIVES?.split(',') ?? LIVES);

async function main(): Promise<void> {
  if (WRITES_PAGE) writeSection(CHAOS_SECTION);
  const limit = pLimit(KINDS_AT_ONCE);
  await Promise.all(NAMES.map(async (name) => limit(async () => live(KINDS[name]))));
}

async function live(kind: KindOfLife): Promise<void> {
  const start = performance.now();
  const outcomes = await disturbed(kind, { every: EVERY, at: AT });
  const minutes = (performance.now() - start) / 60_000;
  console.log(`${kind.name} took ${minutes.toFixed(0)} minutes.`);
  if (WRITES_PAGE) writeSection(lifeSection(outcomes));
}

runBench(main);
