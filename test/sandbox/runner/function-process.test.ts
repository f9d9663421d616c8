import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { bundledHost } from '../../../sandbox/runner/bundled-host';
import { FunctionProcess } from '../../../sandbox/runner/function-process';

const HOUR_MS = 3_600_000;
const TIMEOUT_MS = 10_000;
const LINES = 200;

const Answer = z.object({ passedMs: z.number(), remainingMs: z.number(), events: z.string() });

/** Its timeout of an hour is called off, as that of a call that was answered. */
const HANDLER = `const waits = require('node:timers/promises');
exports.handler = async ({ waitMs = 0, pauseMs = 0, limitMs = 0 }, context) => {
  const [startedAt, events] = [Date.now(), []];
  for (let n = 0; n < ${LINES}; n += 1) console.log('x'.repeat(200));
  process.stderr.write('no end of line');
  const timeout = setTimeout(() => events.push('timed out'), ${HOUR_MS});
  await new Promise((resolve) => setTimeout(resolve, waitMs));
  await waits.setTimeout(pauseMs);
  if (limitMs > 0) {
    const { signal } = new AbortController();
    const limited = waits.setTimeout(limitMs, undefined, { signal }).then(() => events.push('limit'));
    await new Promise(setImmediate);
    events.push('at work');
    await limited;
  }
  setTimeout(() => events.push('ran'), 20);
  await new Promise((resolve) => setTimeout(() => resolve(), 40));
  clearTimeout(timeout);
  return {
    passedMs: Date.now() - startedAt,
    remainingMs: context.getRemainingTimeInMillis(),
    events: events.join(),
  };
};`;

const printed: string[] = [];
let functionProcess: FunctionProcess;

beforeAll(() => {
  const codeFolder = join(mkdtempSync(join(tmpdir(), 'cdk-sentries-handler-')), 'code');
  mkdirSync(codeFolder);
  writeFileSync(join(codeFolder, 'index.js'), HANDLER);
  functionProcess = new FunctionProcess({
    codeFolder,
    environment: {
      _HANDLER: 'index.handler',
      LAMBDA_TASK_ROOT: codeFolder,
      AWS_LAMBDA_FUNCTION_NAME: 'waits',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
      AWS_LAMBDA_FUNCTION_VERSION: '1',
    },
    skipsWaits: 'all',
    onLine: (line) => printed.push(line),
  });
});

afterAll(async () => functionProcess.stop());

test.each(['waitMs', 'pauseMs'])(
  'a wait is over at once, its time is gone for the clock and for the timeout, and what runs after a while runs then: %s',
  async (wait) => {
    const { passedMs, remainingMs, events } = await invoked({ [wait]: HOUR_MS });
    expect(passedMs).toBeGreaterThanOrEqual(HOUR_MS);
    expect(remainingMs).toBe(0);
    expect(events).toBe('ran');
  },
);

test('the next invocation begins with the clock that it is given', async () => {
  const { passedMs, remainingMs } = await invoked({ waitMs: 1_000 });
  expect(passedMs).toBeGreaterThanOrEqual(1_000);
  expect(remainingMs).toBeLessThanOrEqual(TIMEOUT_MS - 1_000);
  expect(remainingMs).toBeGreaterThan(0);
});

test('a limit that can be called off is no wait', async () => {
  const { remainingMs, events } = await invoked({ limitMs: 100 });
  expect(remainingMs).toBeGreaterThan(0);
  expect(events).toBe('at work,limit,ran');
});

test('all that an invocation printed is told before its answer, and no more than that', async () => {
  printed.splice(0);
  const answered = invoked({});
  await new Promise(setImmediate);
  // Answer and output are both there once this process looks again.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
  await answered;
  expect(printed.filter((line) => line === 'x'.repeat(200))).toHaveLength(LINES);
  expect(printed.filter((line) => !line.startsWith('x'))).toEqual(['no end of line']);
});

test('no thread is left of the bundling: each would listen to what this process prints', () => {
  const listeners = process.stderr.listenerCount('unpipe');
  jest.isolateModules(() => {
    const again = jest.requireActual<{ bundledHost: () => string }>(
      '../../../sandbox/runner/bundled-host',
    );
    expect(again.bundledHost()).toBe(bundledHost());
  });
  expect(process.stderr.listenerCount('unpipe')).toBe(listeners);
});

async function invoked(event: Readonly<Record<string, number>>): Promise<z.infer<typeof Answer>> {
  return Answer.parse(
    await functionProcess.invoke({
      requestId: 'a-request',
      functionArn: 'arn:aws:lambda:us-east-1:123456789012:function:waits',
      timeoutMs: TIMEOUT_MS,
      event,
    }),
  );
}
