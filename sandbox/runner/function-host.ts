/**
 * Runs in a process of its own, and stands for Lambda's runtime: loads the handler, invokes it for
 * each message of the parent, and ends as soon as the parent is gone.
 */
import { createRequire, enableCompileCache, flushCompileCache } from 'node:module';
import * as path from 'node:path';
import timers from 'node:timers/promises';
import * as z from 'zod/mini';
import { endMarkOf } from './end-mark';

const Invocation = z.object({
  requestId: z.string(),
  functionArn: z.string(),
  traceHeader: z.string(),
  deadline: z.number(),
  clockOffsetMs: z.number(),
  event: z.unknown(),
});
const Handler = z.custom<(event: unknown, context: object) => unknown>(
  (value) => typeof value === 'function',
  'not a function',
);
const Environment = z.object({
  _HANDLER: z.string(),
  LAMBDA_TASK_ROOT: z.string(),
  AWS_LAMBDA_FUNCTION_NAME: z.string(),
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: z.string(),
  AWS_LAMBDA_FUNCTION_VERSION: z.string(),
});

process.on('disconnect', () => process.exit());

/** The deadline is the machine's time. */
const machineNow = Date.now;
/** The first counts while the handler is loaded; each invocation brings its own. */
let clockOffsetMs = Number(process.argv[2] ?? 0);

/**
 * The handler's clock is the sandbox's: `Date` is all that tells Node what day it is. How much time
 * goes by stays as it is.
 */
function shiftClock(): void {
  const RealDate = Date;
  const now = () => machineNow() + clockOffsetMs;
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, parameters, newTarget) =>
      Reflect.construct(target, parameters.length > 0 ? parameters : [now()], newTarget),
    apply: () => new RealDate(now()).toString(),
    get: (target, name, receiver) => (name === 'now' ? now : Reflect.get(target, name, receiver)),
  });
  Object.defineProperty(RealDate.prototype, 'constructor', {
    value: Date,
    writable: true,
    configurable: true,
  });
}

/**
 * No one waits: where the handler, or its SDK before it tries again, lets time go by, the handler's
 * clock goes on by so much at once. What runs after a while, unless it is called off, is no wait.
 */
function skipWaits(): void {
  globalThis.setTimeout = new Proxy(setTimeout, {
    apply: (setTimer, self, [callback, delayMs, ...given]) => {
      if (!isPromisesOwn(callback)) {
        return Reflect.apply(setTimer, self, [callback, delayMs, ...given]);
      }
      const skip = skipping(delayMs);
      const goOn = () => {
        skip();
        Reflect.apply(callback, undefined, given);
      };
      return Reflect.apply(setTimer, self, [goOn, 0]);
    },
  });
}

/** The same for the handler's own pauses: what can be called off is a limit, and no pause. */
function skipPauses(): void {
  timers.setTimeout = new Proxy(timers.setTimeout, {
    apply: async (wait, self, [delayMs, value, options]) => {
      if (options !== undefined) return Reflect.apply(wait, self, [delayMs, value, options]);
      const skip = skipping(delayMs);
      await wait(0);
      skip();
      return value;
    },
  });
}

/** Ends a wait that begins now: the clock goes on to its end, if it is not further already. */
function skipping(delayMs: unknown): () => void {
  const until = Date.now() + Number(delayMs ?? 0);
  return () => {
    clockOffsetMs = Math.max(clockOffsetMs, until - machineNow());
  };
}

/** As in `new Promise((resolve) => setTimeout(resolve, 100))`. */
function isPromisesOwn(callback: unknown): callback is () => void {
  return (
    typeof callback === 'function' &&
    callback.name === '' &&
    Function.prototype.toString.call(callback).endsWith('{ [native code] }')
  );
}

const environment = Environment.parse(process.env);

function loadHandler(): (event: unknown, context: object) => unknown {
  const dot = environment._HANDLER.lastIndexOf('.');
  const file = path.join(environment.LAMBDA_TASK_ROOT, environment._HANDLER.slice(0, dot));
  const module: unknown = createRequire(file)(file);
  const parsed = z.record(z.string(), z.unknown()).parse({ ...Object(module) });
  return Handler.parse(parsed[environment._HANDLER.slice(dot + 1)]);
}

function contextOf(invocation: z.infer<typeof Invocation>): object {
  return {
    functionName: environment.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: environment.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: environment.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    invokedFunctionArn: invocation.functionArn,
    awsRequestId: invocation.requestId,
    callbackWaitsForEmptyEventLoop: true,
    // Time that was skipped is gone as well.
    getRemainingTimeInMillis: () =>
      Math.max(0, invocation.deadline + invocation.clockOffsetMs - clockOffsetMs - machineNow()),
  };
}

function send(message: object): void {
  process.send?.(message);
}

/**
 * An invocation is over once what it printed is read: the mark comes after it, and both streams are
 * written at once.
 */
function endLines(requestId: string): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.write(`${endMarkOf(requestId)}\n`);
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** What V8 made of the bundle is there for the next process; one that crashes leaves nothing. */
function keepCompiled(): void {
  if (hasKeptCompiled) return;
  hasKeptCompiled = true;
  flushCompileCache();
}

let hasKeptCompiled = false;

shiftClock();
if (process.argv[3] !== 'none') skipWaits();
if (process.argv[3] === 'all') skipPauses();
// Beside the folder of the code: it goes when the app's other files go.
enableCompileCache(path.join(environment.LAMBDA_TASK_ROOT, '..', 'compiled'));
try {
  const handler = loadHandler();
  process.on('message', (message) => {
    const invocation = Invocation.parse(message);
    clockOffsetMs = invocation.clockOffsetMs;
    // As in Lambda: the SDK sends it with each call.
    process.env._X_AMZN_TRACE_ID = invocation.traceHeader;
    // In a promise of its own, so that a handler which throws at once fails like one that rejects.
    Promise.resolve()
      .then(() => handler(invocation.event, contextOf(invocation)))
      .then(
        (result) => {
          endLines(invocation.requestId);
          send({ kind: 'result', result: result ?? null });
          keepCompiled();
        },
        (error: unknown) => {
          endLines(invocation.requestId);
          send({ kind: 'error', error: textOf(error) });
        },
      );
  });
  send({ kind: 'ready' });
} catch (error) {
  send({ kind: 'unloadable', error: textOf(error) });
}
