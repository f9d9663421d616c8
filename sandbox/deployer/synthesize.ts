import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import { text } from 'node:stream/consumers';
import * as z from 'zod/mini';
import { ACCOUNT_ID, REGION } from '../emulator/emulator-access';

const PROJECT_BIN = path.join(__dirname, '..', '..', 'node_modules', '.bin');

const AppFile = z.object({
  app: z.string(),
  context: z.optional(z.record(z.string(), z.unknown())),
});

/**
 * Runs the app that `folder`'s cdk.json names, as the CDK CLI would, and gives the folder of the
 * assembly. `context` comes before that of the file, as `cdk --context` does.
 */
export async function synthesizeApp(
  folder: string,
  assemblyFolder = path.join(folder, 'cdk.out'),
  context: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const file = path.join(folder, 'cdk.json');
  if (!existsSync(file)) throw new Error(`${folder} is no CDK app: it has no cdk.json.`);
  const { app, context: written = {} } = AppFile.parse(JSON.parse(readFileSync(file, 'utf8')));
  const child = spawn(app, {
    cwd: folder,
    shell: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      PATH: `${PROJECT_BIN}${path.delimiter}${process.env.PATH}`,
      CDK_OUTDIR: assemblyFolder,
      CDK_CONTEXT_JSON: JSON.stringify({ ...written, ...context }),
      CDK_DEFAULT_ACCOUNT: ACCOUNT_ID,
      CDK_DEFAULT_REGION: REGION,
    },
  });
  const [output, errors, [exitCode]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  if (exitCode !== 0) {
    throw new Error(
      `The app in ${folder} failed to synthesize: ${app} ended with ${exitCode}:\n${output}${errors}`,
    );
  }
  return assemblyFolder;
}
