/**
 * A process with an emulator, for process-lifetime.test.ts: prints its own pid and the emulator's
 * endpoint.
 */
import { startEmulator } from '../../../sandbox/emulator/emulator';
import { preparePythonEnvironment } from '../../../sandbox/emulator/python-environment';
import { endWithParent } from '../../../sandbox/support/process-lifetime';

async function main(): Promise<void> {
  const emulator = await startEmulator(await preparePythonEnvironment(() => undefined));
  endWithParent(async () => emulator.stop());
  console.log(JSON.stringify({ pid: process.pid, endpoint: emulator.endpoint }));
}

void main();
