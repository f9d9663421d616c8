import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda';
import * as z from 'zod/mini';
import { FunctionProcess, type SkippedKind } from './function-process';
import { type Lineage, NEW_CHAIN, withInvocation } from './trace';
import type { DeployedFunction } from '../deployer/deploy-stack';
import type { AwsCredentials } from '../emulator/credentials';
import { emulatorAccess, type Place, placeOfArn } from '../emulator/emulator-access';
import { assumeFunctionRole } from '../emulator/function-session';
import type { SandboxClock } from '../support/sandbox-clock';

/**
 * As many invocations of one function go on at the same time; enough to show what concurrency does.
 */
export const MAX_PROCESSES = 2;
const POLL_MS = 5;

/** One invocation, as it went. */
export interface InvocationReport {
  readonly functionName: string;
  /** The same for all tries of an asynchronous invocation. Calls are told with it. */
  readonly requestId: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly succeeded: boolean;
  readonly error?: string;
}

/** An invocation, and what `read` made of the handler's answer, or what went wrong. */
export type Outcome<T> =
  | { readonly report: InvocationReport; readonly result: T }
  | { readonly report: InvocationReport; readonly failure: unknown };

/** How an invocation came about. */
export interface InvocationCause {
  /** Default: a new one. */
  readonly requestId?: string;
  /** Of the messages that it is handed. Default: a new chain begins. */
  readonly chains?: readonly Lineage[];
}

/** What the runner's functions have in common. */
export interface FunctionSurroundings {
  readonly endpoints: FunctionEndpoints;
  readonly observer: FunctionObserver;
  readonly clock: SandboxClock;
  /** Variables that every function has, beside its own and Lambda's. */
  readonly environment: Readonly<Record<string, string>>;
  readonly skipsWaits: SkippedKind;
}

export interface FunctionObserver {
  onInvocation?(invocation: InvocationReport): void;
  /** An invocation that was not made, as Lambda would not make it. */
  onStoppedLoop?(loop: StoppedLoop): void;
  /** One line that the function printed. `at`: milliseconds since 1970. */
  onLog?(functionName: string, line: string, at: number): void;
}

/** A function that was to be invoked by what its own invocations have sent, once too often. */
export interface StoppedLoop {
  readonly functionName: string;
  readonly queueName: string;
  readonly message: string;
}

export interface FunctionEndpoints {
  /** Where the sandbox itself calls. */
  readonly emulator: string;
  /** Where the functions call. */
  readonly functions: string;
}

const Configuration = z.object({
  FunctionArn: z.string(),
  Role: z.string(),
  Handler: z.string(),
  Timeout: z.number(),
  MemorySize: z.number(),
  Runtime: z.string(),
  Environment: z.optional(z.object({ Variables: z.optional(z.record(z.string(), z.string())) })),
});
type Configuration = z.infer<typeof Configuration>;

/** A deployed function, with its warm processes. */
export class RunnableFunction {
  /** Reads the function's settings as they were deployed. */
  static async prepare(
    { functionName, codeFolder }: DeployedFunction,
    surroundings: FunctionSurroundings,
    place: Place,
  ): Promise<RunnableFunction> {
    const { endpoints } = surroundings;
    if (codeFolder === undefined) {
      throw new Error(
        `${functionName} cannot be run in the sandbox: its code is no folder of the app. Use Code.fromAsset with a folder.`,
      );
    }
    const access = emulatorAccess(endpoints.emulator, place);
    const lambda = new LambdaClient(access);
    const configuration = Configuration.parse(
      await lambda.send(new GetFunctionConfigurationCommand({ FunctionName: functionName })),
    );
    if (!configuration.Runtime.startsWith('nodejs')) {
      throw new Error(
        `${functionName} cannot be run in the sandbox: its runtime is ${configuration.Runtime}, and only Node.js is there.`,
      );
    }
    const credentials = await assumeFunctionRole(endpoints.emulator, {
      roleArn: configuration.Role,
      functionName,
      region: access.region,
    });
    const lambdas = environmentOf(functionName, configuration, credentials, codeFolder, endpoints);
    const environment = {
      ...configuration.Environment?.Variables,
      ...surroundings.environment,
      ...lambdas,
    };
    return new RunnableFunction(functionName, codeFolder, configuration, environment, surroundings);
  }

  private readonly processes: FunctionProcess[] = [];
  private readonly busy = new Set<FunctionProcess>();
  private lastInLine: Promise<void> = Promise.resolve();
  private readonly invocations = new Map<string, FunctionProcess>();

  private constructor(
    readonly functionName: string,
    private readonly codeFolder: string,
    private readonly configuration: Configuration,
    private readonly environment: Record<string, string>,
    private readonly surroundings: FunctionSurroundings,
  ) {}

  get arn(): string {
    return this.configuration.FunctionArn;
  }

  /**
   * Resolves with what `read` makes of the handler's answer; rejects where the handler fails or
   * `read` throws.
   */
  async invoke<T>(
    event: unknown,
    read: (answer: unknown) => T,
    cause: InvocationCause = {},
  ): Promise<T> {
    const outcome = await this.attempt(event, read, cause);
    if ('failure' in outcome) throw outcome.failure;
    return outcome.result;
  }

  /** One invocation, whatever comes of it: does not reject. */
  async attempt<T>(
    event: unknown,
    read: (answer: unknown) => T,
    { requestId = randomUUID(), chains = [NEW_CHAIN] }: InvocationCause = {},
  ): Promise<Outcome<T>> {
    const runningProcess = await this.acquire();
    this.invocations.set(requestId, runningProcess);
    const startedAt = Date.now();
    try {
      const { FunctionArn: functionArn, Timeout } = this.configuration;
      const clockOffsetMs = this.surroundings.clock.offsetOf(this.functionName);
      const result = read(
        await runningProcess.invoke({
          requestId,
          functionArn,
          lineage: withInvocation(chains, this.functionName),
          timeoutMs: Timeout * 1000,
          clockOffsetMs,
          event,
        }),
      );
      return { result, report: this.report({ requestId, startedAt, succeeded: true }) };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return {
        failure: error,
        report: this.report({ requestId, startedAt, succeeded: false, error: reason }),
      };
    } finally {
      this.invocations.delete(requestId);
      this.busy.delete(runningProcess);
    }
  }

  /**
   * Ends the process that runs the invocation; false where none does. The invocation fails, and the
   * next one gets a new process.
   */
  crash(requestId: string): boolean {
    const runningProcess = this.invocations.get(requestId);
    runningProcess?.crash();
    return runningProcess !== undefined;
  }

  /** Ends the processes that are idle: the next invocations start cold. */
  async coolDown(): Promise<void> {
    const idle = this.processes.filter((each) => !this.busy.has(each));
    await Promise.all(idle.map(async (each) => each.stop()));
  }

  async stop(): Promise<void> {
    await Promise.all(this.processes.map(async (each) => each.stop()));
  }

  /** Who came first is served first. */
  private async acquire(): Promise<FunctionProcess> {
    const acquired = this.lastInLine.then(async () => this.nextFreeProcess());
    this.lastInLine = acquired.then(() => undefined);
    return acquired;
  }

  private async nextFreeProcess(): Promise<FunctionProcess> {
    for (;;) {
      const free = this.freeProcess();
      if (free) {
        this.busy.add(free);
        return free;
      }
      await sleep(POLL_MS);
    }
  }

  /** A warm one, or a new one as long as there are few. */
  private freeProcess(): FunctionProcess | undefined {
    const living = this.processes.filter((each) => each.isAlive || this.busy.has(each));
    const warm = living.find((each) => !this.busy.has(each));
    if (warm || living.length >= MAX_PROCESSES) return warm;
    const started = new FunctionProcess({
      codeFolder: this.codeFolder,
      environment: this.environment,
      clockOffsetMs: this.surroundings.clock.offsetOf(this.functionName),
      skipsWaits: this.surroundings.skipsWaits,
      onLine: (line) => this.surroundings.observer.onLog?.(this.functionName, line, Date.now()),
    });
    this.processes.push(started);
    return started;
  }

  private report(outcome: Omit<InvocationReport, 'functionName' | 'endedAt'>): InvocationReport {
    const report = { functionName: this.functionName, endedAt: Date.now(), ...outcome };
    this.surroundings.observer.onInvocation?.(report);
    return report;
  }
}

/** What Lambda itself sets. */
function environmentOf(
  functionName: string,
  configuration: Configuration,
  credentials: AwsCredentials,
  codeFolder: string,
  endpoints: FunctionEndpoints,
): Record<string, string> {
  const { region } = placeOfArn(configuration.FunctionArn);
  return {
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken ?? '',
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ENDPOINT_URL: endpoints.functions,
    AWS_EXECUTION_ENV: `AWS_Lambda_${configuration.Runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: functionName,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(configuration.MemorySize),
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    LAMBDA_TASK_ROOT: codeFolder,
    _HANDLER: configuration.Handler,
    TZ: ':UTC',
  };
}
