import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { synthesizeApp } from '../deployer/synthesize';

const EXAMPLES = resolve(__dirname, '..', '..', 'examples');

/**
 * An app of examples/, such as "approval/typescript", synthesized. Its assembly is there until the
 * process ends: functions read their code only where they are cold.
 */
export async function synthesizeExample(
  name: string,
  context: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const assembly = mkdtempSync(join(tmpdir(), 'cdk-sentries-sandbox-'));
  process.once('exit', () => rmSync(assembly, { recursive: true, force: true }));
  return synthesizeApp(join(EXAMPLES, name), assembly, context);
}
