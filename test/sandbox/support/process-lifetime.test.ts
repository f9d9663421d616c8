import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod/mini';
import { preparePythonEnvironment } from '../../../sandbox/emulator/python-environment';
import { FunctionProcess } from '../../../sandbox/runner/function-process';
import { temporaryFolder } from '../../support/apps/tiny-app';

const PROJECT = path.join(__dirname, '..', '..', '..');
const SANDBOX_PROCESS = path.join(PROJECT, 'test', 'support', 'sandbox', 'sandbox-process.ts');
const POLL_MS = 20;

const Started = z.object({ pid: z.number(), endpoint: z.string() });

beforeAll(async () => {
  await preparePythonEnvironment(console.log);
});

/** Through `sh -c`, as npm starts its scripts. */
async function startUnderShell(): Promise<
  z.infer<typeof Started> & { shell: ChildProcessWithoutNullStreams }
> {
  const shell = spawn(
    'sh',
    ['-c', `"${process.execPath}" --import tsx "${SANDBOX_PROCESS}"; exit $?`],
    { cwd: PROJECT },
  );
  shell.stderr.pipe(process.stderr);
  const [line] = await once(createInterface(shell.stdout), 'line');
  return { ...Started.parse(JSON.parse(z.string().parse(line))), shell };
}

async function untilGone(pid: number, endpoint: string): Promise<void> {
  while (isAlive(pid) || (await answers(endpoint))) await sleep(POLL_MS);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function answers(endpoint: string): Promise<boolean> {
  return fetch(endpoint).then(
    () => true,
    () => false,
  );
}

test('the emulator ends with its parent, even a killed one', async () => {
  const { pid, endpoint } = await startUnderShell();
  expect(await answers(`${endpoint}/moto-api/`)).toBe(true);
  process.kill(pid, 'SIGKILL');
  await untilGone(pid, endpoint);
});

test('when the shell that npm started is killed, all that it started ends', async () => {
  const { pid, endpoint, shell } = await startUnderShell();
  shell.kill('SIGKILL');
  await untilGone(pid, endpoint);
});

test('a signal stops it in order', async () => {
  const { pid, endpoint, shell } = await startUnderShell();
  process.kill(pid, 'SIGTERM');
  const [exitCode] = await once(shell, 'close');
  expect(exitCode).toBe(143);
  await untilGone(pid, endpoint);
});

test('a handler that cannot be loaded is an error that says why', async () => {
  const codeFolder = temporaryFolder();
  writeFileSync(path.join(codeFolder, 'index.js'), 'require("not-bundled");');
  const functionProcess = new FunctionProcess({
    codeFolder,
    environment: {
      _HANDLER: 'index.handler',
      LAMBDA_TASK_ROOT: codeFolder,
      AWS_LAMBDA_FUNCTION_NAME: 'f',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    },
    onLine: () => undefined,
  });
  await expect(
    functionProcess.invoke({ requestId: 'r', functionArn: 'a', timeoutMs: 1000, event: {} }),
  ).rejects.toThrow(/cannot be loaded: Error: Cannot find module 'not-bundled'/);
  await functionProcess.stop();
  expect(functionProcess.isAlive).toBe(false);
});
