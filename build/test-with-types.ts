import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { preparePythonEnvironment } from '../sandbox/emulator/python-environment';

/** The compiler in native code. A `tsc` on the path could be the other one. */
const NATIVE_TSC = require.resolve('../node_modules/typescript-native/bin/tsc');
/**
 * One checker: several look at much of aws-cdk-lib each, and the tests have the other core. jsii
 * looks at what stands in declarations.
 */
const ONLY_CHECK = ['--noEmit', '--declaration', 'false', '--checkers', '1'];

/**
 * Runs the tests, and checks all types meanwhile: tests of tables wait for their emulator now and
 * then. What is given is for jest.
 */
async function main(parameters: string[]): Promise<void> {
  const types = ended(process.execPath, [NATIVE_TSC, ...ONLY_CHECK, '-p', 'tsconfig.dev.json']);
  const tests = ended('jest', ['--ci', ...parameters]);
  // On a clean clone it takes a while, and tests come to it one after the other. Where it fails, it
  // fails again in the first test that needs it, which says so.
  preparePythonEnvironment((line) => console.error(line)).catch(() => undefined);
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
