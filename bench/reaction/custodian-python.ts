import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { preparePythonEnvironment } from '../../sandbox/emulator/python-environment';

const REQUIREMENTS = join(__dirname, 'requirements.txt');

/** A Python with Cloud Custodian and boto3, of the versions that are pinned beside this file. */
export async function custodianPython(): Promise<string> {
  const { python } = await preparePythonEnvironment(console.log, undefined, REQUIREMENTS);
  return python;
}

/** With its version, as a text names it. */
export function custodianRelease(): string {
  const [, version] = /^c7n==(\S+)$/m.exec(readFileSync(REQUIREMENTS, 'utf8')) ?? [];
  if (version === undefined) throw new Error(`${REQUIREMENTS} pins no version of c7n.`);
  return `c7n ${version}`;
}
