import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod/mini';
import type { Candidate } from './candidates';

const STARTS = 10;
const SAMPLED_MICROSECONDS = 100;

const Profile = z.object({
  nodes: z.array(
    z.object({
      id: z.number(),
      callFrame: z.object({ functionName: z.string(), url: z.string() }),
      children: z.optional(z.array(z.number())),
    }),
  ),
  samples: z.array(z.number()),
  /** Microseconds before each sample. */
  timeDeltas: z.array(z.number()),
});
type Profile = z.infer<typeof Profile>;
type Frame = Profile['nodes'][number]['callFrame'];

/** What time goes to; what a bare Node does too is left out. */
type Work = 'compiling' | 'modules' | 'running' | 'collecting';

/** Shares of the time that loading takes, of 1. */
export type LoadShares = Readonly<Record<Work, number>>;

/** In CPU profiles of some starts of a bundle. */
export function loadSharesOf(candidate: Candidate): LoadShares {
  const times = new Map<Work, number>();
  for (let start = 0; start < STARTS; start += 1) {
    for (const [work, time] of timesIn(profileOf(candidate))) {
      times.set(work, (times.get(work) ?? 0) + time);
    }
  }
  const total = [...times.values()].reduce((sum, time) => sum + time, 0);
  const shareOf = (work: Work) => (times.get(work) ?? 0) / total;
  return {
    compiling: shareOf('compiling'),
    modules: shareOf('modules'),
    running: shareOf('running'),
    collecting: shareOf('collecting'),
  };
}

function profileOf({ name, command, parameters, environment }: Candidate): Profile {
  const folder = mkdtempSync(join(tmpdir(), 'cdk-sentries-profile-'));
  try {
    const { status, stderr } = spawnSync(
      command,
      [
        '--cpu-prof',
        `--cpu-prof-interval=${SAMPLED_MICROSECONDS}`,
        `--cpu-prof-dir=${folder}`,
        ...parameters,
      ],
      { env: environment, encoding: 'utf8' },
    );
    const [file] = globSync('*.cpuprofile', { cwd: folder });
    if (status !== 0 || file === undefined) throw new Error(`${name} has no profile:\n${stderr}`);
    return Profile.parse(JSON.parse(readFileSync(join(folder, file), 'utf8')));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function timesIn({ nodes, samples, timeDeltas }: Profile): ReadonlyMap<Work, number> {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const parents = new Map(
    nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)),
  );
  const stackOf = (id: number): Frame[] => {
    const [frame, parent] = [frames.get(id), parents.get(id)];
    return [...(frame ? [frame] : []), ...(parent === undefined ? [] : stackOf(parent))];
  };
  const works = new Map(nodes.map(({ id }) => [id, workOf(stackOf(id))]));
  const times = new Map<Work, number>();
  samples.forEach((id, index) => {
    const work = works.get(id);
    if (work) times.set(work, (times.get(work) ?? 0) + (timeDeltas[index] ?? 0));
  });
  return times;
}

/** `stack`: the innermost first. */
function workOf(stack: readonly Frame[]): Work | undefined {
  if (stack[0]?.functionName === '(garbage collector)') return 'collecting';
  const names = stack.map(({ functionName }) => functionName);
  if (names.includes('wrapSafe')) return 'compiling';
  if (!stack.some(({ url }) => url.endsWith('/index.js'))) return undefined;
  return names.includes('compileForInternalLoader') ? 'modules' : 'running';
}
