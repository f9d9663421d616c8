import { synthesizeSceneApp } from './example-app';
import type { NewUser } from '../emulator/iam-users';
import type { DeployedStack, LocalAws, LocalAwsOptions } from '../local-aws';
import { interactionsUrlOf } from './interactions-url';
import { deliveryLines, gapsLine, type Print } from './printing';
import { BOT_TOKEN, SIGNING_SECRET, SlackScene } from './slack-scene';
import { stackOutput } from './stack-output';

const FIRST_DAY = new Date('2026-01-05T06:00:00Z');
const DAY_MS = 86_400_000;

/** The days on which something is done or told, and some on which nothing is. */
const DAYS = [0, 1, 8, 9, 20, 31, 40];

/** Owns the keys of robots, and is known in Slack by her e-mail address. */
export const OWNER = { id: 'U0OLGA', name: 'olga', email: 'olga@example.com' };
/** Of the tag that names the owner, as the app has it. */
export const OWNER_TAGS = { Owner: OWNER.email };

/** A robot whose key is older than it may be, and a person whose key is not. */
const USERS: NewUser[] = [
  {
    name: 'deploy-bot',
    createdAt: daysFrom(FIRST_DAY, -400),
    tags: OWNER_TAGS,
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

/** The app, deployed, with the owner of keys in Slack. */
export interface AccessKeyStage {
  readonly localAws: LocalAws;
  readonly screen: SlackScene;
  readonly stack: DeployedStack;
  readonly interactionsUrl: string;
}

/** Deploys the app on the first day. */
export async function stageAccessKeys(
  start: (options: LocalAwsOptions) => Promise<LocalAws>,
  print: Print,
): Promise<AccessKeyStage> {
  const screen = await SlackScene.start(print);
  screen.slack.addUser(OWNER);
  // What the topic's subscribers get is printed in full after each run.
  const localAws = await start({ ...screen.observers(), onDelivery: undefined });
  await localAws.setClock(FIRST_DAY);
  screen.begin(localAws);
  print('Synthesizing and deploying sandbox/scenes/apps/access-keys …');
  const stack = await localAws.deploy(await synthesizeSceneApp('access-keys'));
  print(gapsLine(stack.gaps));
  await localAws.putSecret(stackOutput(stack, 'SigningSecretArn'), SIGNING_SECRET);
  await localAws.putSecret(stackOutput(stack, 'BotTokenArn'), BOT_TOKEN);
  return { localAws, screen, stack, interactionsUrl: interactionsUrlOf(stack) };
}

/**
 * Old key → report and notice → deactivated → deleted, on a moving clock. `onDay` hears when the
 * clock stands at another day, and the sentry will run. Says whether it came to that end, the owner
 * heard of it in Slack, and alice's key still lives.
 */
export async function playAccessKeys(
  stage: AccessKeyStage,
  print: Print,
  onDay: () => void = () => undefined,
): Promise<boolean> {
  const { localAws, screen } = stage;
  const [bot, alice] = await localAws.addUsers(USERS);
  print(
    `\n${bot?.name} has a key of 130 days, and is owned by ${OWNER.email}; ${alice?.name} has one of 20. The clock of the sandbox stands at ${FIRST_DAY.toISOString()}.`,
  );
  for (const day of DAYS) {
    await localAws.setClock(daysFrom(FIRST_DAY, day));
    print(`\nday ${day}`);
    onDay();
    await runSentry(stage, print);
  }
  const left = await keysLeft(localAws, ['deploy-bot', 'alice']);
  const toOwner = screen.slack.messages.length;
  print(
    `\nLeft: deploy-bot has ${left[0]} keys, alice ${left[1]}. ${OWNER.name} had ${toOwner} direct messages.`,
  );
  return left[0] === 0 && left[1] === 1 && toOwner > 0;
}

async function runSentry({ localAws, screen, stack }: AccessKeyStage, print: Print): Promise<void> {
  const { deliveries, result: run } = await localAws.inbox.during(async () => {
    const report = await localAws.fire(stack, 'KeySentrySchedule');
    await screen.settled(localAws);
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
