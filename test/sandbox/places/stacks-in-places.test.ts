import {
  CloudTrailClient,
  CreateTrailCommand,
  StartLoggingCommand,
  StopLoggingCommand,
} from '@aws-sdk/client-cloudtrail';
import { EC2Client } from '@aws-sdk/client-ec2';
import * as ec2 from '@aws-sdk/client-ec2';
import { DisableRuleCommand, EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { DeleteRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { Duration } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as z from 'zod/mini';
import type { CloudTrailEvent } from '../../../sandbox/cloudtrail/tap';
import { type DeployedStack, LocalAws, type Place } from '../../../sandbox/local-aws';
import { synthesizeTinyApp } from '../../support/apps/tiny-app';

const THERE: Place = { accountId: '222222222222', region: 'eu-west-1' };

const Printed = z.object({
  event: z.looseObject({
    Records: z._default(z.array(z.object({ eventSourceARN: z.string(), body: z.string() })), []),
  }),
  environment: z.record(z.string(), z.string()),
  context: z.object({ invokedFunctionArn: z.string() }),
});
type Printed = z.infer<typeof Printed>;

const printed: Printed[] = [];
const told: CloudTrailEvent[] = [];
let aws: LocalAws;
let here: DeployedStack;
let there: DeployedStack;

beforeAll(async () => {
  aws = await LocalAws.start({
    log: console.log,
    onEvent: (event) => told.push(event),
    onFunctionLog: (_, line) => {
      const parsed = line.startsWith('{') && Printed.safeParse(JSON.parse(line));
      if (parsed && parsed.success) printed.push(parsed.data);
    },
  });
  const assembly = synthesizeTinyApp((stack) => {
    const handler = stack.node.findChild('Function');
    if (!(handler instanceof lambda.Function)) throw new Error('no function');
    new events.Rule(stack, 'Hourly', {
      schedule: events.Schedule.rate(Duration.hours(1)),
      targets: [new targets.LambdaFunction(handler)],
    });
  });
  here = await aws.deploy(assembly);
  there = await aws.deploy(assembly, undefined, THERE);
});
afterAll(async () => aws.stop());
beforeEach(() => printed.splice(0));

async function changeGroup(place: Place): Promise<void> {
  const client = new EC2Client(aws.accessTo(place));
  // The tiny app's rule takes events that name no group.
  await client.send(
    new ec2.CreateSecurityGroupCommand({ GroupName: `g${Date.now()}`, Description: 'g' }),
  );
  client.destroy();
}

test('the same stack stands in two accounts and Regions, each with resources of its own', async () => {
  expect(here.topicArns).toEqual(['arn:aws:sns:us-east-1:123456789012:topic']);
  expect(there.topicArns).toEqual(['arn:aws:sns:eu-west-1:222222222222:topic']);
  const elsewhere = { ...THERE, region: 'us-east-1' };
  const sqs = new SQSClient(aws.accessTo(elsewhere));
  expect((await sqs.send(new ListQueuesCommand({}))).QueueUrls ?? []).toEqual([]);
});

test('an event reaches the bus of its own account and Region, and the functions that read there', async () => {
  await changeGroup(THERE);
  await aws.settled();
  expect(printed).toHaveLength(1);
  const [{ event, environment, context }] = z.tuple([Printed]).parse(printed);
  expect(event.Records[0]?.eventSourceARN).toMatch(/^arn:aws:sqs:eu-west-1:222222222222:/);
  expect(JSON.parse(event.Records[0]?.body ?? '')).toMatchObject({
    detail: { awsRegion: 'eu-west-1', recipientAccountId: '222222222222' },
  });
  expect(context.invokedFunctionArn).toBe('arn:aws:lambda:eu-west-1:222222222222:function:tiny');
  expect(environment).toMatchObject({ AWS_REGION: 'eu-west-1', AWS_DEFAULT_REGION: 'eu-west-1' });
  expect(environment.TOPIC_ARN).toBe(there.topicArns[0]);

  const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '', AWS_SESSION_TOKEN } = environment;
  const sts = new STSClient({
    ...aws.accessTo(THERE),
    credentials: {
      accessKeyId: AWS_ACCESS_KEY_ID,
      secretAccessKey: AWS_SECRET_ACCESS_KEY,
      sessionToken: AWS_SESSION_TOKEN,
    },
  });
  expect((await sts.send(new GetCallerIdentityCommand({}))).Arn).toMatch(
    /^arn:aws:sts::222222222222:assumed-role\/Tiny-FunctionServiceRole/,
  );
});

test('what happens at home stays there', async () => {
  await changeGroup({ accountId: aws.accountId, region: aws.region });
  await aws.settled();
  expect(printed.map(({ environment }) => environment.AWS_REGION)).toEqual(['us-east-1']);
});

test('a schedule fires in its own place, with the event of that place', async () => {
  await aws.fire(there, 'Hourly');
  // The tiny function prints it, and fails at an event without records: three times.
  expect(printed[0]?.event).toMatchObject({
    account: '222222222222',
    region: 'eu-west-1',
    resources: [expect.stringMatching(/^arn:aws:events:eu-west-1:222222222222:rule\/Tiny-Hourly/)],
  });
  expect(printed.map(({ environment }) => environment.AWS_REGION)).toEqual(
    Array(3).fill('eu-west-1'),
  );
});

test('a message of a topic there is in the inbox', async () => {
  const [TopicArn = ''] = there.topicArns;
  const sns = new SNSClient(aws.accessTo(THERE));
  await sns.send(new PublishCommand({ TopicArn, Message: 'from there' }));
  await aws.settled();
  expect(aws.inbox.deliveries).toEqual([
    expect.objectContaining({ topicArn: TopicArn, message: 'from there' }),
  ]);
});

test('events of one place are lost, held and doubled, and those of another are not', async () => {
  const home = { accountId: aws.accountId, region: aws.region };
  aws.loseNext('CreateSecurityGroup', 1, THERE);
  await changeGroup(home);
  await changeGroup(THERE);
  await aws.settled();
  expect(printed.splice(0).map(({ environment }) => environment.AWS_REGION)).toEqual(['us-east-1']);

  aws.holdEvents(THERE);
  await changeGroup(THERE);
  await changeGroup(home);
  await aws.settled();
  expect(printed.splice(0).map(({ environment }) => environment.AWS_REGION)).toEqual(['us-east-1']);
  await aws.releaseEvents((held) => [...held, ...held], THERE);
  await aws.settled();
  expect(
    printed.flatMap(({ event }) => event.Records.map(({ eventSourceARN }) => eventSourceARN)),
  ).toEqual([expect.stringContaining('eu-west-1'), expect.stringContaining('eu-west-1')]);
});

test('a session across accounts is told with the account of its role, and its source identity', async () => {
  const [RoleArn = ''] = [...there.resources.values()].flatMap(({ type, physicalId }) =>
    type === 'AWS::IAM::Role' ? [`arn:aws:iam::222222222222:role/${physicalId}`] : [],
  );
  const home = { accountId: aws.accountId, region: aws.region };
  const { Credentials } = await new STSClient(aws.accessTo(home)).send(
    new AssumeRoleCommand({ RoleArn, RoleSessionName: 'hub', SourceIdentity: 'event-1' }),
  );
  const begun = told.filter(({ detail }) => detail.eventName === 'AssumeRole');
  expect(begun.map(({ account }) => account)).toEqual([home.accountId, '222222222222']);
  const [ofCaller, ofRole] = begun.map(({ detail }) => detail);
  expect(ofCaller).toMatchObject({
    readOnly: true,
    requestParameters: { roleArn: RoleArn, sourceIdentity: 'event-1' },
  });
  expect(ofRole).toMatchObject({
    sharedEventID: ofCaller?.sharedEventID,
    recipientAccountId: '222222222222',
    userIdentity: { type: 'AWSAccount', accountId: home.accountId },
  });
  expect(JSON.stringify(begun)).not.toContain(Credentials?.SecretAccessKey);
  const client = new EC2Client({
    ...aws.accessTo(THERE),
    credentials: {
      accessKeyId: Credentials?.AccessKeyId ?? '',
      secretAccessKey: Credentials?.SecretAccessKey ?? '',
      sessionToken: Credentials?.SessionToken,
    },
  });
  await client.send(new ec2.CreateSecurityGroupCommand({ GroupName: 'g', Description: 'g' }));
  await aws.settled();
  expect(JSON.parse(printed[0]?.event.Records[0]?.body ?? '')).toMatchObject({
    detail: {
      recipientAccountId: '222222222222',
      userIdentity: {
        accountId: '222222222222',
        sessionContext: {
          sessionIssuer: { accountId: '222222222222', arn: RoleArn },
          sourceIdentity: 'event-1',
        },
      },
    },
  });
});

test('who disables a rule is told on the bus of its place', async () => {
  const client = new EventBridgeClient(aws.accessTo(THERE));
  const [Name = ''] = [...there.resources.values()].flatMap(({ type, physicalId }) =>
    type === 'AWS::Events::Rule' && physicalId.includes('Hourly') ? [physicalId] : [],
  );
  await client.send(new DisableRuleCommand({ Name }));
  await aws.settled();
  expect(told.at(-1)).toMatchObject({
    source: 'aws.events',
    account: '222222222222',
    region: 'eu-west-1',
    detail: {
      eventName: 'DisableRule',
      eventSource: 'events.amazonaws.com',
      requestParameters: { name: Name },
      userIdentity: { accountId: '222222222222' },
    },
  });
});

test('calls on roles are of us-east-1, and those that fail say why', async () => {
  const client = new IAMClient(aws.accessTo(THERE));
  await expect(client.send(new DeleteRoleCommand({ RoleName: 'none' }))).rejects.toThrow();
  await aws.settled();
  expect(told.at(-1)).toMatchObject({
    source: 'aws.iam',
    account: '222222222222',
    region: 'us-east-1',
    detail: { errorCode: 'NoSuchEntity', requestParameters: { roleName: 'none' } },
  });
});

test('a retired stack leaves the one of the same name elsewhere alone', async () => {
  await there.retire();
  await changeGroup(THERE);
  await changeGroup({ accountId: aws.accountId, region: aws.region });
  await aws.settled();
  expect(printed.map(({ environment }) => environment.AWS_REGION)).toEqual(['us-east-1']);
});

test('where trails are required, a bus gets what a trail of the place records, and nothing else', async () => {
  const home = { accountId: aws.accountId, region: aws.region };
  aws.requireTrails();
  await changeGroup(home);
  await aws.settled();
  expect(printed).toEqual([]);

  const s3 = new S3Client({ ...aws.accessTo(home), forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: 'log.files' }));
  const trails = new CloudTrailClient(aws.accessTo({ ...home, region: 'eu-west-1' }));
  const trail = { Name: 'trail' };
  await trails.send(
    new CreateTrailCommand({ ...trail, S3BucketName: 'log.files', IsMultiRegionTrail: true }),
  );
  await trails.send(new StartLoggingCommand(trail));
  await changeGroup(home);
  await aws.settled();
  expect(printed).toHaveLength(1);

  await trails.send(new StopLoggingCommand(trail));
  await changeGroup(home);
  await aws.settled();
  expect(printed).toHaveLength(1);
});
