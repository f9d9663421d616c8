import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod/mini';

const REPORTER = join(__dirname, 'memory-reporter.cjs');
const POLL_MS = 20;
const MOST_POLLS = 500;
const MIB = 2 ** 20;
/** Of V8. */
const PAGE_KILOBYTES = 256;
/** A mapping without a name, and what the process has of it in memory. */
const ANONYMOUS =
  /^[\da-f]+-[\da-f]+ \S+ \S+ \S+ 0 *\nSize: +(\d+) kB\n(?:\w+: .*\n)*?Rss: +(\d+) kB$/gm;

const Report = z.object({ heapBytes: z.number(), usedBytes: z.number() });

/** In MB. */
export interface FunctionMemory {
  readonly process: number;
  /** Of its process: pages of files, which are Node itself. */
  readonly files: number;
  /** Of its process: pages of the size that V8 takes for its heap. */
  readonly pages: number;
  /** What V8 has for its heap, nearly all of it in such pages. */
  readonly heap: number;
  /** What is in use of the heap, and of buffers: after a collection, if one is forced. */
  readonly used: number;
}

/** Looks at the processes of functions, which are children of this one. */
export class FunctionMemories {
  /** `collects`: before each look, a collection is forced. */
  constructor(
    private readonly folder: string,
    private readonly collects: boolean,
  ) {
    mkdirSync(folder, { recursive: true });
  }

  /** What the functions' processes need for that. */
  environment(heapMegabytes: number): Record<string, string> {
    return {
      NODE_OPTIONS: `--max-old-space-size=${heapMegabytes} --require ${REPORTER}`,
      MEMORY_REPORTS: this.folder,
      MEMORY_COLLECTS: String(this.collects),
    };
  }

  /** Of the function whose process has most; what is in use, of the one that uses most. */
  async largest(): Promise<FunctionMemory> {
    const all = await Promise.all(functionProcesses().map(async (pid) => this.memoryOf(pid)));
    const [largest] = all.sort((one, other) => other.process - one.process);
    if (!largest) throw new Error('No function runs.');
    return { ...largest, used: Math.max(...all.map(({ used }) => used)) };
  }

  private async memoryOf(pid: number): Promise<FunctionMemory> {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const { heapBytes, usedBytes } = await this.reportOf(pid);
    return {
      process: megabytesIn(status, 'VmRSS'),
      files: megabytesIn(status, 'RssFile'),
      pages: pagesIn(readFileSync(`/proc/${pid}/smaps`, 'utf8')),
      heap: heapBytes / MIB,
      used: usedBytes / MIB,
    };
  }

  private async reportOf(pid: number): Promise<z.infer<typeof Report>> {
    const file = join(this.folder, String(pid));
    process.kill(pid, 'SIGUSR2');
    for (let polls = 0; polls < MOST_POLLS; polls += 1) {
      const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
      if (text.endsWith('}')) {
        rmSync(file);
        return Report.parse(JSON.parse(text));
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

function megabytesIn(status: string, line: string): number {
  const [, kilobytes] = new RegExp(`${line}:\\s+(\\d+) kB`).exec(status) ?? [];
  if (kilobytes === undefined) throw new Error(`There is no ${line} in the status of a process.`);
  return Number(kilobytes) / 1_024;
}

function pagesIn(smaps: string): number {
  const kilobytes = [...smaps.matchAll(ANONYMOUS)]
    .map(([, size, resident]) => ({ size: Number(size), resident: Number(resident) }))
    .filter(({ size }) => size <= PAGE_KILOBYTES)
    .reduce((sum, { resident }) => sum + resident, 0);
  return kilobytes / 1_024;
}
