import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import * as z from 'zod/mini';
import type { AwsCredentials } from './emulator/credentials';

export interface CliResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

/** Who calls, and where. */
export interface CliCaller {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: AwsCredentials;
}

/** Runs the AWS CLI, with these credentials and none of the caller's settings. */
export async function runCli(
  command: string,
  args: readonly string[],
  caller: CliCaller,
): Promise<CliResult> {
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: cliEnvironment(caller),
  });
  const [stdout, stderr, [exitCode]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { stdout, stderr, exitCode: z.number().parse(exitCode) };
}

/** What the AWS CLI and the SDKs need to call here. */
export function cliEnvironment({
  endpoint,
  region,
  credentials,
}: CliCaller): Record<string, string> {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  return {
    PATH: process.env.PATH ?? '',
    AWS_ENDPOINT_URL: endpoint,
    AWS_DEFAULT_REGION: region,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    ...(sessionToken && { AWS_SESSION_TOKEN: sessionToken }),
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_PAGER: '',
  };
}
