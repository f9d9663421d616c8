import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { synthesizeApp } from '../deployer/synthesize';

const EXAMPLES = resolve(__dirname, '..', '..', 'examples');
const SCENE_APPS = resolve(__dirname, 'apps');

/** An app of examples/, such as "organization/typescript", synthesized. */
export async function synthesizeExample(
  name: string,
  context: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  return synthesized(join(EXAMPLES, name), context);
}

/** An app of sandbox/scenes/apps/, for a scene that shows more than one example has. */
export async function synthesizeSceneApp(name: string): Promise<string> {
  return synthesized(join(SCENE_APPS, name), {});
}

/**
 * The assembly is there until the process ends: functions read their code only where they are cold.
 */
async function synthesized(
  folder: string,
  context: Readonly<Record<string, unknown>>,
): Promise<string> {
  const assembly = mkdtempSync(join(tmpdir(), 'cdk-sentries-sandbox-'));
  process.once('exit', () => rmSync(assembly, { recursive: true, force: true }));
  return synthesizeApp(folder, assembly, context);
}
