import { App, CfnParameter, Stack } from 'aws-cdk-lib';
import * as sns from 'aws-cdk-lib/aws-sns';
import {
  EmailSubscription,
  SmsSubscription,
  SqsSubscription,
} from 'aws-cdk-lib/aws-sns-subscriptions';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { IamKeySentry } from '../../../src';

let stack: Stack;
let sentry: IamKeySentry;

beforeEach(() => {
  stack = new Stack(new App(), 'Stack', { env: { account: '111111111111', region: 'eu-west-1' } });
  sentry = new IamKeySentry(stack, 'Sentry');
});

test.each<[string, () => sns.ITopicSubscription, string]>([
  [
    'e-mail without an address',
    () => new EmailSubscription('security'),
    'Stack/Sentry: "security" is subscribed to its topic by email (Stack/Sentry/Notifications/security/Resource), and reaches no one: write one such as security@example.com.',
  ],
  ['e-mail to a machine', () => new EmailSubscription('security@example'), '"security@example"'],
  ['JSON by e-mail', () => new EmailSubscription('security', { json: true }), 'by email-json'],
  ['a text to a name', () => new SmsSubscription('Ann'), '"Ann" is subscribed to its topic by sms'],
])('%s is an error at synth', (_, subscription, words) => {
  sentry.notificationTopic.addSubscription(subscription());

  expect(synthesized).toThrow(words);
});

test.each<[string, () => sns.ITopicSubscription]>([
  ['an address', () => new EmailSubscription('security+aws@mail.example.com')],
  [
    'one that the deployment knows',
    () => new EmailSubscription(new CfnParameter(stack, 'Address').valueAsString),
  ],
  [
    'one that CloudFormation reads from a parameter',
    () => new EmailSubscription('{{resolve:ssm:/company/security-mail:1}}'),
  ],
  ['a number', () => new SmsSubscription('+1 (555) 123-4567')],
  ['a queue', () => new SqsSubscription(new sqs.Queue(stack, 'Queue'))],
])('%s is no error', (_, subscription) => {
  sentry.notificationTopic.addSubscription(subscription());

  expect(synthesized).not.toThrow();
});

test("a topic that is not the sentry's is its owner's affair", () => {
  new sns.Topic(stack, 'Other').addSubscription(new EmailSubscription('security'));

  expect(synthesized).not.toThrow();
});

test('a topic that is imported, and subscribed to here, is looked at as well', () => {
  const arn = 'arn:aws:sns:eu-west-1:111111111111:security';
  const notificationTopic = sns.Topic.fromTopicArn(stack, 'Topic', arn);
  const env = { account: '222222222222', region: 'eu-west-1' };
  new IamKeySentry(new Stack(stack.node.root as App, 'Own', { env }), 'Sentry', {
    notificationTopic,
  });
  notificationTopic.addSubscription(new EmailSubscription('security'));

  expect(synthesized).toThrow('Own/Sentry: "security" is subscribed');
});

function synthesized(): unknown {
  return (stack.node.root as App).synth({ force: true });
}
