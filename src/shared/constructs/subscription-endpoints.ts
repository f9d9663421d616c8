import { Token } from 'aws-cdk-lib';
import * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { isInstanceOf } from './instance-of';
import { isKnownLater } from './known-later';
import { referredBy } from './referred-by';

interface Endpoint {
  readonly shape: RegExp;
  readonly example: string;
}

const EMAIL: Endpoint = {
  shape: /^[^@\s]+@[^@\s.]+(\.[^@\s.]+)+$/,
  example: 'security@example.com',
};

/** Others are ARNs and URLs, which the CDK or SNS refuse when they are none. */
const ENDPOINTS: Readonly<Record<string, Endpoint | undefined>> = {
  email: EMAIL,
  'email-json': EMAIL,
  sms: { shape: /^\+?\d[\d .()-]{5,20}$/, example: '+15551234567' },
};

/** Whether it may be an e-mail address, or is not known yet. */
export function isEmailAddress(text: string): boolean {
  return isKnownLater(text) || EMAIL.shape.test(text);
}

/** What is wrong with addresses that the app subscribes to a topic: no one would be reached. */
export function wrongEndpoints(scope: Construct, topic: sns.ITopic): string[] {
  return scope.node.root.node
    .findAll()
    .filter((construct) => isInstanceOf(construct, sns.CfnSubscription))
    .filter((subscription) => isOf(topic, subscription))
    .flatMap(({ protocol, endpoint, node }) => {
      const wanted = ENDPOINTS[protocol];
      if (!wanted || endpoint === undefined || isKnownLater(endpoint)) return [];
      if (wanted.shape.test(endpoint)) return [];
      return [
        `${scope.node.path}: "${endpoint}" is subscribed to its topic by ${protocol} (${node.path}), and reaches no one: write one such as ${wanted.example}.`,
      ];
    });
}

function isOf(topic: sns.ITopic, { topicArn }: sns.CfnSubscription): boolean {
  if (!Token.isUnresolved(topicArn)) return topicArn === topic.topicArn;
  const resource = referredBy(topicArn);
  return resource !== undefined && resource === topic.node.defaultChild;
}
