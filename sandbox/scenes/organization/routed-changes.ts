import { PAYMENTS, type Person, ROUTES, UNITS, userId, WARNING } from './cast';
import { HTTPS, isOpen, openToTheWorld } from './change';
import { reconcileMembers, type Stage } from './stage';
import type { Message } from '../../slack/workspace';
import { deliveryLines } from '../printing';
import { buttonsOf } from '../slack-screen';
import type { Statements } from '../statements';

const SSH = 22;
const REMOTE_DESKTOP = 3389;
const NOT_AN_APPROVER = 'not one of the approvers';

/** SSH is opened in production, in the second Region of the account that has a warning. */
export async function playClosedPort(stage: Stage, statements: Statements): Promise<void> {
  const deliveries = await openToTheWorld(stage, stage.payments, SSH);
  const message = deliveries.find(({ emailText }) => emailText.includes('WARNING'));
  stage.screen.print('');
  if (message) stage.screen.print(`${deliveryLines(message)}\n`);
  const text = message?.emailText ?? '';
  statements.check(
    await isOpen(stage, stage.payments, [HTTPS]),
    'SSH is closed again in us-east-1, by the hub, which is in eu-west-1.',
  );
  statements.check(
    text.includes(`${PAYMENTS} (payments)`) && text.includes(UNITS.production),
    'The message names the account, and by its id the unit that it is in.',
  );
  statements.check(
    text.includes(WARNING),
    'It shows the warning that the example has about this account.',
  );
  statements.check(
    isAskedIn(stage, ROUTES.production.channel, 1),
    'People of production are asked, and no one else.',
  );
}

/** A port is opened in trials: people of production cannot decide, and those of trials can. */
export async function playRoutedApproval(stage: Stage, statements: Statements): Promise<void> {
  await openToTheWorld(stage, stage.lab, REMOTE_DESKTOP);
  stage.screen.print('');
  statements.check(await isOpen(stage, stage.lab, [HTTPS]), 'The port is closed again.');
  statements.check(
    isAskedIn(stage, ROUTES.trials.channel, 2),
    'People of trials are asked, in their own channel.',
  );
  const question = stage.screen.question();

  const [ofProduction] = ROUTES.production.members;
  await click(stage, question, ofProduction);
  const told = stage.screen.slack.ephemerals.at(-1);
  const isRefused = told?.userId === userId(ofProduction) && told.text.includes(NOT_AN_APPROVER);
  stage.screen.print('');
  statements.check(
    isRefused && buttonsOf(question).includes('Approve'),
    `${ofProduction} decides about production, and cannot decide here. No one else sees the answer.`,
  );

  for (const person of ROUTES.trials.members) await click(stage, question, person);
  stage.screen.print(
    '\nThe sentry compares all groups of members with its ledger, as every hour.\n',
  );
  await reconcileMembers(stage);
  statements.check(
    await isOpen(stage, stage.lab, [HTTPS, `${REMOTE_DESKTOP} from 0.0.0.0/0`]),
    'Two people of trials have approved it: the port is open again, and stays open.',
  );
}

async function click(stage: Stage, question: Message, person: Person): Promise<void> {
  const { localAws, screen, interactionsUrl } = stage;
  const id = userId(person);
  await screen.click({ question, button: 'Approve', person, userId: id, interactionsUrl });
  await screen.settled(localAws);
}

/** Whether so many questions were asked until now, and the latest in this channel. */
function isAskedIn({ screen }: Stage, channel: string, questions: number): boolean {
  return screen.questions.length === questions && screen.question().channel === channel;
}
