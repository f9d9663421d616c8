import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import * as path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import * as z from 'zod/mini';
import type { PythonEnvironment } from './python-environment';

const LAUNCHER = path.join(__dirname, 'emulator.py');
const KEPT_ERROR_LINES = 15;

const Announcement = z.object({ port: z.number() });

/** moto's server: the AWS API, without CloudTrail, functions and schedules. */
export interface Emulator {
  /** Not 127.0.0.1: moto's CloudFormation cannot read templates from there. */
  readonly endpoint: string;
  /** Forgets all resources of all accounts. */
  reset(): Promise<void>;
  stop(): Promise<void>;
}

export async function startEmulator(environment: PythonEnvironment): Promise<Emulator> {
  // Nothing of the caller's AWS settings gets in.
  const child = spawn(environment.python, [LAUNCHER], {
    env: { PATH: process.env.PATH, AWS_ACCESS_KEY_ID: 'emulator', AWS_SECRET_ACCESS_KEY: 'emulator', AWS_DEFAULT_REGION: 'us-east-1' },
  });
  const errors = lastLinesOf(child.stderr);
  const endpoint = `http://localhost:${await announcedPort(child, errors)}`;
  return {
    endpoint,
    reset: async () => reset(endpoint),
    stop: async () => stop(child),
  };
}

function lastLinesOf(stream: Readable): string[] {
  const lines: string[] = [];
  createInterface(stream).on('line', (line) => {
    lines.push(line);
    if (lines.length > KEPT_ERROR_LINES) lines.shift();
  });
  return lines;
}

async function announcedPort(child: ChildProcessWithoutNullStreams, errors: string[]): Promise<number> {
  const output = createInterface(child.stdout);
  return new Promise((resolve, reject) => {
    output.once('line', (line) => resolve(Announcement.parse(JSON.parse(line)).port));
    child.once('error', reject);
    child.once('close', (code, signal) => reject(new Error(`The emulator ended at once (${code ?? signal}):\n${errors.join('\n')}`)));
  });
}

async function reset(endpoint: string): Promise<void> {
  const response = await fetch(`${endpoint}/moto-api/reset`, { method: 'POST' });
  if (!response.ok) throw new Error(`The emulator refused to be reset: HTTP ${response.status}: ${await response.text()}`);
}

async function stop(child: ChildProcessWithoutNullStreams): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, 'close');
  child.stdin.end();
  await closed;
}
