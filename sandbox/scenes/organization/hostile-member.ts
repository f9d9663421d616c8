import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { CHANGE_RULE, HUB_PLACE, LAB, LAB_PLACE, PAYMENTS } from './cast';
import { lookAtMembers, type Stage } from './stage';
import type { CliResult } from '../../local-aws';
import { shellLine } from '../../support/shell-line';
import { deliveryLines } from '../printing';
import type { Statements } from '../statements';

const HUB_BUS = `arn:aws:events:${HUB_PLACE.region}:${HUB_PLACE.accountId}:event-bus/cdk-sentries`;
const CALL = 'AuthorizeSecurityGroupIngress';

/** The administrator of the lab puts an event on the hub's bus that is not AWS's. */
export async function playForgedEvent(stage: Stage, statements: Statements): Promise<void> {
  const { screen } = stage;
  const entry = {
    EventBusName: HUB_BUS,
    Source: 'aws.ec2',
    DetailType: 'AWS API Call via CloudTrail',
    Detail: JSON.stringify({ eventName: CALL, recipientAccountId: PAYMENTS }),
  };
  const { stdout, stderr } = await asMallory(stage, [
    ...['events', 'put-events', '--entries'],
    JSON.stringify([entry]),
  ]);
  const answer = `${stdout}${stderr}`.trim();
  screen.print(`${answer.replace(/^/gm, '    | ')}\n`);
  statements.check(
    answer.includes('NotAuthorizedForSource'),
    'AWS refuses it: no one but AWS sends events of aws.ec2.',
  );
}

/** The sandbox itself does what a source of the hub would if it were deceived. */
export async function playForeignRecord(stage: Stage, statements: Statements): Promise<void> {
  const { localAws, screen, payments } = stage;
  screen.print('');
  screen.timeline.start(
    Date.now(),
    'a record that came from lab, and says that it is of payments',
    'queued',
  );
  const { deliveries } = await localAws.inbox.during(async () => {
    await putIntoQueue(stage, {
      version: 1,
      type: 'record',
      source: 'organization-trail',
      account: LAB,
      region: LAB_PLACE.region,
      record: forgedRecord(payments.groupId),
    });
    await screen.settled(localAws);
  });
  const [message] = deliveries;
  screen.print('');
  if (message) screen.print(`${deliveryLines(message)}\n`);
  statements.check(
    message?.emailText.includes(
      `It came from account ${LAB}, and says that it is of ${PAYMENTS}.`,
    ) === true,
    'The sentry does nothing about it, and reports it.',
  );
}

/** The administrator of the lab disables the rule by which the hub hears of a Region. */
export async function playBlindedRegion(stage: Stage, statements: Statements): Promise<void> {
  const { localAws, screen } = stage;
  const { deliveries } = await localAws.inbox.during(async () => {
    await asMallory(stage, ['events', 'disable-rule', '--name', CHANGE_RULE]);
    screen.timeline.start(Date.now(), `${CHANGE_RULE} of lab in eu-west-1`, 'disabled');
    await lookAtMembers(stage);
  });
  const message = deliveries.find(({ emailText }) => emailText.includes('Not watched any more'));
  screen.print('');
  if (message) screen.print(`${deliveryLines(message)}\n`);
  statements.check(
    message?.emailText.includes('A rule that forwards events is disabled.') === true,
    'The next look of the hub finds it, and the hub reports it.',
  );
}

async function asMallory(stage: Stage, args: string[]): Promise<CliResult> {
  const { localAws, screen, lab } = stage;
  const { region } = LAB_PLACE;
  screen.print(`\n$ ${shellLine(['aws', ...args, '--region', region])}\n`);
  return localAws.cli(args, lab.administrator, region);
}

/** As if someone had opened SSH in the account "payments". */
function forgedRecord(groupId: string) {
  return {
    eventVersion: '1.11',
    eventID: '0a1b2c3d-0000-4000-8000-000000000001',
    eventName: CALL,
    eventSource: 'ec2.amazonaws.com',
    eventTime: new Date().toISOString(),
    awsRegion: LAB_PLACE.region,
    recipientAccountId: PAYMENTS,
    requestParameters: { groupId },
    userIdentity: { type: 'IAMUser', arn: `arn:aws:iam::${PAYMENTS}:user/pat` },
  };
}

async function putIntoQueue({ localAws, hub }: Stage, message: object): Promise<void> {
  const queue = [...hub.resources].find(
    ([id, { type }]) => type === 'AWS::SQS::Queue' && id.startsWith('HubIntake'),
  );
  const client = new SQSClient(localAws.accessTo(HUB_PLACE));
  await client.send(
    new SendMessageCommand({
      QueueUrl: queue?.[1].physicalId,
      MessageBody: JSON.stringify(message),
      MessageGroupId: 'readers',
    }),
  );
  client.destroy();
}
