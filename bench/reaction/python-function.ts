import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

const HOST = join(__dirname, 'function_host.py');
const KEPT_ERROR_CHARACTERS = 4_000;

export interface PythonFunctionOptions {
  readonly python: string;
  /** The module, a dot, and the function. */
  readonly handler: string;
  /** Where the handler looks for its files, and Python for its modules. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** A Python handler in a process of its own, which stays warm. */
export class PythonFunction {
  static async start(options: PythonFunctionOptions): Promise<PythonFunction> {
    const started = new PythonFunction(options);
    await started.expect('ready');
    return started;
  }

  private readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  private readonly lines: Interface;
  private readonly ended: Promise<unknown>;
  private errors = '';

  private constructor({ python, handler, folder, environment }: PythonFunctionOptions) {
    this.child = spawn(python, [HOST, handler], {
      cwd: folder,
      env: { PATH: process.env.PATH, PYTHONPATH: folder, ...environment },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.lines = createInterface(this.child.stdout);
    this.ended = once(this.child, 'close');
    this.child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.errors = (this.errors + text).slice(-KEPT_ERROR_CHARACTERS);
    });
  }

  /**
   * Resolves when the handler has ended, with the milliseconds in which all garbage was collected
   * meanwhile.
   */
  async invoke(event: unknown): Promise<number> {
    this.child.stdin.write(`${JSON.stringify(event)}\n`);
    return Number(await this.expect('done'));
  }

  async stop(): Promise<void> {
    this.child.kill();
    await this.ended;
  }

  /** Gives what comes after the word. */
  private async expect(word: string): Promise<string> {
    const line = await Promise.race([
      once(this.lines, 'line').then(([first]: unknown[]) => String(first)),
      this.ended.then(() => ''),
    ]);
    if (!line.startsWith(word)) throw new Error(`The Python handler ended:\n${this.errors}`);
    return line.slice(word.length);
  }
}
