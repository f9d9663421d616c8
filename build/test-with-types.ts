import { spawn } from 'node:child_process';
import { once } from 'node:events';

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
