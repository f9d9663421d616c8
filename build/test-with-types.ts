import { spawn } from 'node:child_process';
import { once } from 'node:events';

/**
 * Runs the tests, and checks all types meanwhile: tests of the sandbox wait as much as they work.
 * What is given is for jest.
 */
async function main(parameters: string[]): Promise<void> {
  const types = ended('tsc', ['--noEmit', '-p', 'tsconfig.dev.json']);
  const tests = ended('jest', ['--ci', ...parameters]);
  const [typesFailed, testsFailed] = [(await types) !== 0, (await tests) !== 0];
  if (typesFailed) console.error('The types do not hold: tsc says above where.');
  process.exitCode = typesFailed || testsFailed ? 1 : 0;
}

/** Of a command that stands on the path of every task. */
async function ended(command: string, parameters: string[]): Promise<unknown> {
  const [exitCode] = await once(spawn(command, parameters, { stdio: 'inherit' }), 'close');
  return exitCode;
}

void main(process.argv.slice(2));
