import { startEmulator } from '../../../sandbox/emulator/emulator';
import { preparePythonEnvironment } from '../../../sandbox/emulator/python-environment';

/** What answers DynamoDB's calls. */
export interface TableServer {
  readonly endpoint: string;
  stop(): Promise<void>;
}

let start: () => Promise<TableServer> = async () =>
  startEmulator(await preparePythonEnvironment((line) => process.stderr.write(`${line}\n`)));

/** The emulator, unless something else was put in its place. */
export async function startTableServer(): Promise<TableServer> {
  return start();
}

/** For all tests of the file that calls it. */
export function replaceTableServer(startOther: () => Promise<TableServer>): void {
  start = startOther;
}
