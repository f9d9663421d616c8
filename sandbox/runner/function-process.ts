import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { createInterface } from 'node:readline';
import * as z from 'zod/mini';
import { bundledHost } from './bundled-host';
import { readLine } from './end-mark';
import { type Lineage, traceHeaderOf } from './trace';

const Message = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ready') }),
  z.object({ kind: z.literal('unloadable'), error: z.string() }),
  z.object({ kind: z.literal('result'), result: z.unknown() }),
  z.object({ kind: z.literal('error'), error: z.string() }),
]);
type Message = z.infer<typeof Message>;

const STREAMS = ['stdout', 'stderr'] as const;

/**
 * `of the SDK`: before it tries a call again. `all`: pauses of the handler, too, in which it waits
 * for others; where these are at work, it does not wait for them.
 */
export type SkippedKind = 'none' | 'of the SDK' | 'all';

export interface FunctionProcessOptions {
  readonly codeFolder: string;
  /** All of the process's environment; PATH is added. */
  readonly environment: Record<string, string>;
  /** By how much the function's clock is ahead of the machine's while the handler is loaded. */
  readonly clockOffsetMs?: number;
  /** Default: none. */
  readonly skipsWaits?: SkippedKind;
  onLine(line: string): void;
}

/** What is handed to the process for one invocation. */
export interface Invocation {
  readonly requestId: string;
  readonly functionArn: string;
  /** The chain of invocations that it stands in, itself included. Default: none that counts. */
  readonly lineage?: Lineage;
  /** The function's timeout; as in Lambda, loading the handler does not count. */
  readonly timeoutMs: number;
  /** By how much the function's clock is ahead of the machine's, from this invocation on. */
  readonly clockOffsetMs?: number;
  readonly event: unknown;
}

/**
 * What Lambda calls an execution environment: serves one invocation after the other, and stays warm
 * in between.
 */
export class FunctionProcess {
  private readonly child: ChildProcess;
  private readonly ended: Promise<unknown>;
  private readonly loaded: Promise<Message>;
  /** Tells of each stream when it came to the end of an invocation. */
  private readonly ends = new EventEmitter();

  constructor(options: FunctionProcessOptions) {
    // The package `node` holds the version of the Lambda runtime, whatever this process runs on.
    this.child = spawn(
      require.resolve('node/bin/node'),
      [bundledHost(), String(options.clockOffsetMs ?? 0), options.skipsWaits ?? 'none'],
      {
        cwd: options.codeFolder,
        env: { PATH: process.env.PATH, ...options.environment },
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      },
    );
    this.ended = once(this.child, 'close');
    for (const name of STREAMS) {
      const stream = this.child[name];
      if (!stream) continue;
      createInterface(stream).on('line', (line) => {
        const { text, endOf } = readLine(line);
        if (text !== undefined) options.onLine(text);
        if (endOf !== undefined) this.ends.emit(endOf, name);
      });
    }
    this.loaded = this.nextMessage();
    // Anyone who invokes sees the failure; until then no one has to.
    this.loaded.catch(() => undefined);
  }

  get isAlive(): boolean {
    return this.child.connected;
  }

  /**
   * Resolves with what the handler answered; rejects with what it threw, and where it did not come
   * to an end. What it printed until then was told before.
   */
  async invoke(invocation: Invocation): Promise<unknown> {
    const loaded = await this.loaded;
    if (loaded.kind !== 'ready') {
      throw new Error(
        `The handler cannot be loaded: ${'error' in loaded ? loaded.error : loaded.kind}`,
      );
    }
    const { timeoutMs, clockOffsetMs = 0, lineage, ...rest } = invocation;
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      this.child.kill('SIGKILL');
    }, timeoutMs);
    try {
      const answer = this.nextMessage();
      const printed = this.printedBy(rest.requestId);
      this.child.send({
        ...rest,
        traceHeader: traceHeaderOf(rest.requestId, lineage),
        clockOffsetMs,
        deadline: Date.now() + timeoutMs,
      });
      const message = await answer;
      await printed;
      if (message.kind === 'error') throw new Error(message.error);
      return message.kind === 'result' ? message.result : undefined;
    } catch (error) {
      if (timedOut) {
        throw new Error(`The function timed out after ${timeoutMs / 1000} s`, { cause: error });
      }
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends it in the middle of what it does. */
  crash(): void {
    this.child.kill('SIGKILL');
  }

  async stop(): Promise<void> {
    this.crash();
    await this.ended;
  }

  /** Both streams came to the end of the invocation; not where its process ends before. */
  private async printedBy(requestId: string): Promise<void> {
    const open = new Set<string>(STREAMS);
    return new Promise((resolve) => {
      const onEnd = (name: string) => {
        open.delete(name);
        if (open.size > 0) return;
        this.ends.off(requestId, onEnd);
        resolve();
      };
      this.ends.on(requestId, onEnd);
    });
  }

  private async nextMessage(): Promise<Message> {
    return new Promise((resolve, reject) => {
      const onMessage = (message: unknown) => settle(() => resolve(Message.parse(message)));
      const onClose = (code: number | null, signal: string | null) =>
        settle(() =>
          reject(new Error(`The function's process ended (${code ?? signal}) before it answered`)),
        );
      const settle = (outcome: () => void) => {
        this.child.off('message', onMessage).off('close', onClose);
        outcome();
      };
      this.child.on('message', onMessage).on('close', onClose);
    });
  }
}
