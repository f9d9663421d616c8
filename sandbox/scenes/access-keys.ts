import { synthesizeExample } from './example-app';
import type { NewUser } from '../emulator/iam-users';
import { type DeployedStack, LocalAws } from '../local-aws';
import { deliveryLines, gapsLine, type Print } from './printing';

const FIRST_DAY = new Date('2026-01-05T06:00:00Z');
const DAY_MS = 86_400_000;

/** The days on which something is done or told, and some on which nothing is. */
const DAYS = [0, 1, 8, 9, 20, 31, 40];

/** A robot whose key is older than it may be, and a person whose key is not. */
const USERS: NewUser[] = [
  {
    name: 'deploy-bot',
    createdAt: daysFrom(FIRST_DAY, -400),
    keys: [
      {
        status: 'Active',
        createdAt: daysFrom(FIRST_DAY, -130),
        lastUsed: { at: daysFrom(FIRST_DAY, -60), service: 's3', region: 'eu-west-1' },
      },
    ],
  },
  {
    name: 'alice',
    createdAt: daysFrom(FIRST_DAY, -400),
    keys: [{ status: 'Active', createdAt: daysFrom(FIRST_DAY, -20) }],
  },
];

/** Hears how the scene goes on. */
export interface AccessKeyAudience {
  begun?(stack: DeployedStack): void;
  /** The clock stands at another day, and the sentry will run. */
  dayBegun?(): void;
}

/**
 * Old key → report and notice → deactivated → deleted, on a moving clock. Says whether it came to
 * that end, and alice's key still lives.
 */
export async function playAccessKeys(
  localAws: LocalAws,
  print: Print,
  audience: AccessKeyAudience = {},
): Promise<boolean> {
  await localAws.setClock(FIRST_DAY);
  const stack = await deployExample(localAws, print);
  audience.begun?.(stack);
  const [bot, alice] = await localAws.addUsers(USERS);
  print(
    `\n${bot?.name} has a key of 130 days, ${alice?.name} one of 20. The clock of the sandbox stands at ${FIRST_DAY.toISOString()}.`,
  );
  for (const day of DAYS) {
    await localAws.setClock(daysFrom(FIRST_DAY, day));
    print(`\nday ${day}`);
    audience.dayBegun?.();
    await runSentry(localAws, stack, print);
  }
  const left = await keysLeft(localAws, ['deploy-bot', 'alice']);
  print(`\nLeft: deploy-bot has ${left[0]} keys, alice ${left[1]}.`);
  return left[0] === 0 && left[1] === 1;
}

async function deployExample(localAws: LocalAws, print: Print): Promise<DeployedStack> {
  print('Synthesizing and deploying examples/access-keys/typescript …');
  const stack = await localAws.deploy(await synthesizeExample('access-keys/typescript'));
  print(gapsLine(stack.gaps));
  return stack;
}

async function runSentry(localAws: LocalAws, stack: DeployedStack, print: Print): Promise<void> {
  const { deliveries, result: run } = await localAws.inbox.during(async () => {
    const report = await localAws.fire(stack, 'KeySentrySchedule');
    await localAws.settled();
    return report;
  });
  if (!run.succeeded) throw new Error(`The run of the sentry failed: ${run.error}`);
  if (deliveries.length === 0) print('    no message: nothing is new, and the report is weekly');
  for (const delivery of deliveries) print(deliveryLines(delivery));
}

async function keysLeft(localAws: LocalAws, userNames: string[]): Promise<number[]> {
  const administrator = await localAws.createUser('administrator');
  const listings = await Promise.all(
    userNames.map(async (name) =>
      localAws.cli(
        [
          'iam',
          'list-access-keys',
          '--user-name',
          name,
          '--query',
          'length(AccessKeyMetadata)',
          '--output',
          'text',
        ],
        administrator,
      ),
    ),
  );
  return listings.map(({ stdout }) => Number(stdout));
}

function daysFrom(time: Date, days: number): Date {
  return new Date(time.getTime() + days * DAY_MS);
}
