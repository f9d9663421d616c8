import {
  EventBridgeClient,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import {
  CreateTopicCommand,
  SetTopicAttributesCommand,
  SNSClient,
  SubscribeCommand,
} from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { type Probe, type Site, TAG_KEY } from '../probe';

type Statement = Readonly<Record<string, unknown>>;

const SENDER = { Service: 'events.amazonaws.com' };

/** A rule publishes to a topic of which each policy says something else. */
export const topicCondition: Probe = {
  minutes: 6,
  ask: async (site) => {
    const conditions: Readonly<Record<string, object | undefined>> = {
      'no condition': undefined,
      'aws:SourceAccount': { StringEquals: { 'aws:SourceAccount': site.account } },
      'aws:SourceArn': {
        ArnLike: {
          'aws:SourceArn': `arn:${site.partition}:events:${site.region}:${site.account}:rule/*`,
        },
      },
    };
    const outcomes = await Promise.all(
      Object.entries(conditions).map(async ([name, condition], index) => {
        const comes = await publishesUnder(site, `topic-${index}`, condition);
        return `${name}: ${comes ? 'a message came' : 'no message came'}`;
      }),
    );
    return { answer: `By the condition in the policy of the topic, ${outcomes.join('; ')}.` };
  },
};

async function publishesUnder(site: Site, id: string, condition?: object): Promise<boolean> {
  const sns = new SNSClient(site.access);
  const events = new EventBridgeClient(site.access);
  const queue = await makeQueue(site, id);
  const name = `${site.run}-${id}`;
  site.made.note('topic', `arn:${site.partition}:sns:${site.region}:${site.account}:${name}`);
  const Tags = [{ Key: TAG_KEY, Value: site.run }];
  const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: name, Tags }));
  await sns.send(
    new SetTopicAttributesCommand({
      TopicArn,
      AttributeName: 'Policy',
      AttributeValue: policyOf(TopicArn!, {
        Effect: 'Allow',
        Principal: SENDER,
        Action: 'sns:Publish',
        ...(condition && { Condition: condition }),
      }),
    }),
  );
  await letIn(site, queue, { Service: 'sns.amazonaws.com' });
  await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: queue.arn }));
  const source = `${site.run}.${id}`;
  const rule = site.made.note('rule', name);
  await events.send(
    new PutRuleCommand({ Name: rule, EventPattern: JSON.stringify({ source: [source] }), Tags }),
  );
  await events.send(
    new PutTargetsCommand({ Rule: rule, Targets: [{ Id: 'target', Arn: TopicArn }] }),
  );
  const message = await site.waitUpTo(3, async () => {
    // New rules take some time to be in force: each try sends an event of its own.
    await events.send(
      new PutEventsCommand({ Entries: [{ Source: source, DetailType: 'verify', Detail: '{}' }] }),
    );
    return receive(site, queue.url);
  });
  return message !== undefined;
}

/** As `UsersOnly` of the library denies what no user of the account does. */
export const deadLetter: Probe = {
  minutes: 3,
  ask: async (site) => {
    const sqs = new SQSClient(site.access);
    const dead = await makeQueue(site, 'dead');
    await sqs.send(
      new SetQueueAttributesCommand({
        QueueUrl: dead.url,
        Attributes: {
          Policy: policyOf(dead.arn, {
            Effect: 'Deny',
            Principal: { AWS: '*' },
            Action: 'sqs:SendMessage',
            Condition: { Bool: { 'aws:PrincipalIsAWSService': 'false' } },
          }),
        },
      }),
    );
    const live = await makeQueue(site, 'live', {
      // What was received can be received again at once, and is moved instead.
      VisibilityTimeout: '0',
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 1 }),
    });
    await sqs.send(new SendMessageCommand({ QueueUrl: live.url, MessageBody: 'verify' }));
    const moved = await site.waitUpTo(2, async () => {
      await receive(site, live.url);
      return receive(site, dead.url);
    });
    return {
      answer: moved
        ? 'SQS moved the message, though the policy of the dead-letter queue denies all but services.'
        : 'SQS did not move the message within two minutes, where the policy of the dead-letter queue denies all but services.',
    };
  },
};

/** How long after it was made a rule with a rate runs for the first time. */
export const firstRun: Probe = {
  minutes: 12,
  ask: async (site) => {
    const events = new EventBridgeClient(site.access);
    const queue = await makeQueue(site, 'schedule');
    await letIn(site, queue, SENDER);
    const rule = site.made.note('rule', `${site.run}-schedule`);
    await events.send(new PutRuleCommand({ Name: rule, ScheduleExpression: 'rate(5 minutes)' }));
    await events.send(
      new PutTargetsCommand({ Rule: rule, Targets: [{ Id: 'target', Arn: queue.arn }] }),
    );
    const from = Date.now();
    const ran = await site.waitUpTo(11, async () => {
      const message = await receive(site, queue.url);
      return message?.includes('"Scheduled Event"') || undefined;
    });
    const seconds = Math.round((Date.now() - from) / 1000);
    return {
      answer: ran
        ? `A rule with a rate of five minutes first ran ${seconds} seconds after it was made.`
        : 'A rule with a rate of five minutes did not run within eleven minutes.',
    };
  },
};

interface Queue {
  readonly url: string;
  readonly arn: string;
}

async function makeQueue(site: Site, id: string, Attributes = {}): Promise<Queue> {
  const sqs = new SQSClient(site.access);
  const QueueName = site.made.note('queue', `${site.run}-${id}`);
  const tags = { [TAG_KEY]: site.run };
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName, Attributes, tags }));
  const answer = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
  );
  return { url: QueueUrl!, arn: answer.Attributes!.QueueArn! };
}

async function letIn(site: Site, { url, arn }: Queue, Principal: Statement): Promise<void> {
  const Policy = policyOf(arn, {
    Effect: 'Allow',
    Principal,
    Action: 'sqs:SendMessage',
    Condition: { StringEquals: { 'aws:SourceAccount': site.account } },
  });
  const command = new SetQueueAttributesCommand({ QueueUrl: url, Attributes: { Policy } });
  await new SQSClient(site.access).send(command);
}

async function receive(site: Site, QueueUrl: string): Promise<string | undefined> {
  const sqs = new SQSClient({ ...site.access, useQueueUrlAsEndpoint: false });
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
  return Messages[0]?.Body;
}

function policyOf(Resource: string, statement: Statement): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: [{ ...statement, Resource }] });
}
