import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod/mini';

const REPORTER = join(__dirname, 'memory-reporter.cjs');
const POLL_MS = 20;
const MOST_POLLS = 500;
const MIB = 2 ** 20;

const Report = z.object({ keptBytes: z.number() });

/** Of the function that has most of it. */
export interface FunctionMemory {
  /** What its process has, with all that V8 has not tidied up or given back, in MB. */
  readonly processMegabytes: number;
  /** What it keeps after a collection that is forced, in MB. */
  readonly keptMegabytes: number;
}

/** Looks at the processes of functions, which are children of this one. */
export class FunctionMemories {
  constructor(private readonly folder: string) {
    mkdirSync(folder, { recursive: true });
  }

  /** What the functions' processes need for that. */
  environment(heapMegabytes: number): Record<string, string> {
    return {
      NODE_OPTIONS: `--max-old-space-size=${heapMegabytes} --require ${REPORTER}`,
      MEMORY_REPORTS: this.folder,
    };
  }

  async largest(): Promise<FunctionMemory> {
    const pids = functionProcesses();
    const processes = pids.map(megabytesOf);
    const kept = await Promise.all(pids.map(async (pid) => this.keptBy(pid)));
    return {
      processMegabytes: Math.max(0, ...processes),
      keptMegabytes: Math.max(0, ...kept),
    };
  }

  private async keptBy(pid: number): Promise<number> {
    const file = join(this.folder, String(pid));
    process.kill(pid, 'SIGUSR2');
    for (let polls = 0; polls < MOST_POLLS; polls += 1) {
      if (existsSync(file)) {
        const text = readFileSync(file, 'utf8');
        if (text.endsWith('}')) {
          rmSync(file);
          return Report.parse(JSON.parse(text)).keptBytes / MIB;
        }
      }
      await sleep(POLL_MS);
    }
    throw new Error(
      `The process ${pid} did not say what it keeps. Reports: ${readdirSync(this.folder).join(', ')}`,
    );
  }
}

function functionProcesses(): number[] {
  const children = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8');
  return children
    .trim()
    .split(' ')
    .filter((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('function-host'))
    .map(Number);
}

function megabytesOf(pid: number): number {
  const [, kilobytes] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes ?? 0) / 1_024;
}
