import { CfnResource, Stack, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sns from 'aws-cdk-lib/aws-sns';
import { RegionInfo } from 'aws-cdk-lib/region-info';
import type { Construct } from 'constructs';
import { settingsFor } from './applied-settings';
import { warnOfImportedTopic } from './imported-topic';
import {
  ALARMS_ALONE,
  ALARMS_AND_EVENTS,
  type Publisher,
  PUBLISHER_PRINCIPALS,
} from './key-statements';
import { refuseUnnamedPlace } from './named-place';
import { letUseTopicKey } from './publishers-key';
import { isOfOtherAccount } from './same-account';
import { topicKey } from './stack-key';
import { checkTopicKey, refuseKeyOfAws } from './topic-key';

/**
 * A topic with the key of its stack, or that of the company settings, to which alarms can publish;
 * with the key of AWS, `alias/aws/sns`, they could not.
 */
export function notificationTopic(scope: Construct, id: string): sns.Topic {
  const topic = new sns.Topic(scope, id, {
    masterKey: settingsFor(scope).encryptionKey ?? topicKey(scope),
    enforceSSL: true,
    displayName: scope.node.id,
  });
  letAlarmsPublish(topic);
  checkTopicKey(scope, topic);
  return topic;
}

/**
 * A topic that a user gives, once it is one that messages and alarms can reach. Its policies are
 * extended where they are the app's; otherwise a warning says what they have to hold.
 */
export function givenTopic(
  scope: Construct,
  topic: sns.ITopic,
  publishers: readonly Publisher[] = ALARMS_AND_EVENTS,
): sns.ITopic {
  refuseFifo(scope, topic);
  refuseOtherRegion(scope, topic);
  refuseKeyOfAws(scope, topic);
  // Rules publish to another account with a role, as functions do.
  const byPolicy = isOfOtherAccount(scope, topic) ? ALARMS_ALONE : publishers;
  if (CfnResource.isCfnResource(topic.node.defaultChild)) {
    refuseOtherAccount(scope, topic);
    refuseUnnamedPlace(scope, '"notificationTopic"', topic);
    // The tamper rules give the topic a policy of its own, which takes the place of the default
    // one, which lets the account's alarms in.
    letAlarmsPublish(topic);
  } else {
    warnOfImportedTopic(scope, topic, byPolicy);
  }
  if (topic.masterKey) letUseTopicKey(scope, topic.masterKey, byPolicy);
  checkTopicKey(scope, topic);
  return topic;
}

function refuseFifo(scope: Construct, { fifo }: sns.ITopic): void {
  if (!fifo) return;
  throw new Error(
    `${scope.node.path}: "notificationTopic" is a FIFO topic, which alarms and e-mail cannot use: give a standard topic.`,
  );
}

function refuseOtherRegion(scope: Construct, topic: sns.ITopic): void {
  const { region } = Stack.of(scope);
  if ([topic.env.region, region].some(Token.isUnresolved) || topic.env.region === region) return;
  throw new Error(
    `${scope.node.path}: "notificationTopic" is in ${topic.env.region}, the stack in ${region}, and alarms and rules publish in their own Region alone: ` +
      `leave it out, and subscribe e-mail, queues or functions of any Region to the topic that ${scope.node.id} then has, or give a topic in ${region}.`,
  );
}

/** Policies here and there would have to name each other before either is deployed. */
function refuseOtherAccount(scope: Construct, topic: sns.ITopic): void {
  if (!isOfOtherAccount(scope, topic)) return;
  const { account, region } = topic.env;
  const { partition = 'aws' } = RegionInfo.get(region);
  throw new Error(
    `${scope.node.path}: "notificationTopic" is made by the stack ${Stack.of(topic).stackName} in account ${account}, whose resources have no names yet: ` +
      `give that topic a "topicName", and give it here by its ARN, such as sns.Topic.fromTopicArn(this, 'Security', 'arn:${partition}:sns:${region}:${account}:security').`,
  );
}

/** Of this account only: a topic's ARN is no secret. */
function letAlarmsPublish(topic: sns.ITopic): void {
  topic.addToResourcePolicy(
    new iam.PolicyStatement({
      principals: [new iam.ServicePrincipal(PUBLISHER_PRINCIPALS.alarms)],
      actions: ['sns:Publish'],
      resources: [topic.topicArn],
      conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(topic).account } },
    }),
  );
}
