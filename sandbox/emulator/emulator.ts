import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import * as path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import * as z from 'zod/mini';
import type { Place } from './emulator-access';
import type { AddedUser, NewUser } from './iam-users';
import type { PlacedGroup } from './placed-groups';
import type { PythonEnvironment } from './python-environment';

const LAUNCHER = path.join(__dirname, 'server', 'emulator.py');
const KEPT_ERROR_LINES = 15;

const Announcement = z.object({ port: z.number() });
const ClockSet = z.object({ realTimeMs: z.number() });
const Recorded = z.object({ recorded: z.boolean() });
const CallsChecked = z.object({ faults: z.array(z.string()) });
const LostEvents = z.object({
  lost: z.array(
    z.object({
      ruleArn: z.string(),
      targetArn: z.nullable(z.string()),
      errorCode: z.string(),
      errorMessage: z.string(),
      event: z.looseObject({ id: z.string() }),
    }),
  ),
});
const UsersAdded = z.object({ keyIds: z.array(z.array(z.string())) });

/** What is checked of a call to AWS. */
export interface CheckedCall {
  readonly service: string;
  readonly action: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly json?: unknown;
}

/** An event that a rule could not deliver, and that no dead-letter queue took. */
export type LostEvent = z.infer<typeof LostEvents>['lost'][number];

/** moto's server: the AWS API, without CloudTrail, functions and schedules. */
export interface Emulator {
  /** Not 127.0.0.1: moto's CloudFormation cannot read templates from there. */
  readonly endpoint: string;
  /** Forgets all resources of all accounts. The clock stays. */
  reset(): Promise<void>;
  /**
   * Sets the emulator's clock, which goes on from there, and gives by how many milliseconds it is
   * now ahead of the machine's. Set back, messages that were taken from a queue and not deleted
   * stay away until the time is reached again.
   */
  setClock(now: Date): Promise<number>;
  /** Adds all users, or none where a name or key id is there already. 5,000 take a second. */
  addUsers(users: readonly NewUser[]): Promise<AddedUser[]>;
  /** Adds all groups, or none where an id is there already. */
  addGroups(groups: readonly PlacedGroup[]): Promise<void>;
  /**
   * What AWS's own descriptions of its services have against each of the calls; an empty text where
   * they have nothing.
   */
  faultsIn(calls: readonly CheckedCall[]): Promise<string[]>;
  /** Whether a trail, of the account or of its organization, records what changes there. */
  isRecorded(place: Place): Promise<boolean>;
  /**
   * What rules of all accounts could not deliver and no dead-letter queue took, since the last
   * reset. The codes are AWS's; ACCOUNT_SUSPENDED is the sandbox's own, and has no target.
   */
  lostEvents(): Promise<LostEvent[]>;
  /**
   * Whether a bus that gets an event from another bus is told of the sending rule
   * (`aws:SourceArn`, `aws:SourceAccount`). AWS does not document it for targets with a role.
   * Default: it is not. A reset does not change it.
   */
  tellForwardingRules(told: boolean): Promise<void>;
  stop(): Promise<void>;
}

export async function startEmulator(environment: PythonEnvironment): Promise<Emulator> {
  // Nothing of the caller's AWS settings gets in.
  const child = spawn(environment.python, [LAUNCHER], {
    env: {
      PATH: process.env.PATH,
      AWS_ACCESS_KEY_ID: 'emulator',
      AWS_SECRET_ACCESS_KEY: 'emulator',
      AWS_DEFAULT_REGION: 'us-east-1',
    },
  });
  const errors = lastLinesOf(child.stderr);
  const endpoint = `http://localhost:${await announcedPort(child, errors)}`;
  return {
    endpoint,
    reset: async () => reset(endpoint),
    setClock: async (now) => setClock(endpoint, now),
    addUsers: async (users) => addUsers(endpoint, users),
    addGroups: async (groups) => {
      await post(`${endpoint}/sandbox/groups`, { groups });
    },
    faultsIn: async (calls) => faultsIn(endpoint, calls),
    isRecorded: async ({ accountId, region }) =>
      Recorded.parse(await post(`${endpoint}/sandbox/recorded`, { accountId, region })).recorded,
    lostEvents: async () =>
      LostEvents.parse(await post(`${endpoint}/sandbox/lost-events`, {})).lost,
    tellForwardingRules: async (told) => {
      await post(`${endpoint}/sandbox/forwarded-sources`, { told });
    },
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

async function announcedPort(
  child: ChildProcessWithoutNullStreams,
  errors: string[],
): Promise<number> {
  const output = createInterface(child.stdout);
  return new Promise((resolve, reject) => {
    output.once('line', (line) => resolve(Announcement.parse(JSON.parse(line)).port));
    child.once('error', reject);
    child.once('close', (code, signal) =>
      reject(new Error(`The emulator ended at once (${code ?? signal}):\n${errors.join('\n')}`)),
    );
  });
}

async function reset(endpoint: string): Promise<void> {
  const response = await fetch(`${endpoint}/moto-api/reset`, { method: 'POST' });
  if (!response.ok) {
    throw new Error(
      `The emulator refused to be reset: HTTP ${response.status}: ${await response.text()}`,
    );
  }
}

async function setClock(endpoint: string, now: Date): Promise<number> {
  const { realTimeMs } = ClockSet.parse(await post(`${endpoint}/sandbox/clock`, { now }));
  return Math.round(now.getTime() - realTimeMs);
}

async function addUsers(endpoint: string, users: readonly NewUser[]): Promise<AddedUser[]> {
  const { keyIds } = UsersAdded.parse(await post(`${endpoint}/sandbox/users`, { users }));
  return users.map(({ name }, index) => ({ name, keyIds: keyIds[index] ?? [] }));
}

async function faultsIn(endpoint: string, calls: readonly CheckedCall[]): Promise<string[]> {
  const described = calls.map(({ service, action, parameters, json }) => ({
    service,
    action,
    parameters,
    json,
  }));
  return CallsChecked.parse(await post(`${endpoint}/sandbox/calls`, { calls: described })).faults;
}

/** To a route of emulator.py. */
async function post(url: string, request: object): Promise<unknown> {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(request) });
  if (!response.ok) {
    throw new Error(
      `The emulator refused ${new URL(url).pathname}: HTTP ${response.status}: ${await response.text()}`,
    );
  }
  return response.json();
}

async function stop(child: ChildProcessWithoutNullStreams): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, 'close');
  child.stdin.end();
  await closed;
}
