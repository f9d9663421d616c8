import { synthesizeExample } from './example-app';
import type { NewUser } from '../emulator/iam-users';
import { type DeployedStack, LocalAws } from '../local-aws';
import { deliveryLines, gapsLine, type Print } from './printing';

const FIRST_DAY = new Date('2026-01-05T06:00:00Z');
const DAY_MS = 86_400_000;

/** The days on which something happens; in between, the sentry says the same every day. */
const DAYS = [0, 1, 8, 9, 20, 31, 40];
const MESSAGE_WITHIN_MS = 20_000;

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

/**
 * Old key → report and notice → deactivated → deleted, on a moving clock. Says whether it came to
 * that end, and alice's key still lives.
 */
export async function playAccessKeys(localAws: LocalAws, print: Print): Promise<boolean> {
  await localAws.setClock(FIRST_DAY);
  const stack = await deployExample(localAws, print);
  const [bot, alice] = await localAws.addUsers(USERS);
  print(
    `\n${bot?.name} has a key of 130 days, ${alice?.name} one of 20. The clock of the sandbox stands at ${FIRST_DAY.toISOString()}.`,
  );
  for (const day of DAYS) {
    await localAws.setClock(daysFrom(FIRST_DAY, day));
    print(`\nday ${day}`);
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
  const before = localAws.inbox.deliveries.length;
  const run = await localAws.fire(stack, 'KeySentrySchedule');
  if (!run.succeeded) throw new Error(`The run of the sentry failed: ${run.error}`);
  const delivery = await localAws.inbox.waitFor(
    (each) => localAws.inbox.deliveries.indexOf(each) >= before,
    MESSAGE_WITHIN_MS,
  );
  print(deliveryLines(delivery));
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
