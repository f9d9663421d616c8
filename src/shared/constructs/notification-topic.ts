import { Stack, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { settingsFor } from './applied-settings';

/**
 * A topic with its own key, or that of the company settings, to which alarms can publish; with the
 * key of AWS, `alias/aws/sns`, they could not.
 */
export function notificationTopic(scope: Construct, id: string): sns.Topic {
  const topic = new sns.Topic(scope, id, {
    masterKey: settingsFor(scope).encryptionKey ?? topicKey(scope, id),
    enforceSSL: true,
    displayName: scope.node.id,
  });
  letAlarmsPublish(topic);
  return topic;
}

function topicKey(scope: Construct, id: string): kms.Key {
  const key = new kms.Key(scope, `${id}Key`, {
    enableKeyRotation: true,
    description: `Messages of ${scope.node.path}`,
    removalPolicy: settingsFor(scope).removalPolicy,
  });
  key.addToResourcePolicy(
    new iam.PolicyStatement({
      principals: ['cloudwatch.amazonaws.com', 'events.amazonaws.com'].map(
        (service) => new iam.ServicePrincipal(service),
      ),
      actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
      resources: ['*'],
    }),
  );
  return key;
}

/** A topic that a user gives, once it is one that messages and alarms can reach. */
export function givenTopic(scope: Construct, topic: sns.ITopic): sns.ITopic {
  if (topic.fifo) {
    throw new Error(
      `${scope.node.path}: "notificationTopic" is a FIFO topic, which alarms and e-mail cannot use: give a standard topic.`,
    );
  }
  const { region } = Stack.of(scope);
  if (![topic.env.region, region].some(Token.isUnresolved) && topic.env.region !== region) {
    throw new Error(
      `${scope.node.path}: "notificationTopic" is in ${topic.env.region}, the stack in ${region}: give a topic in ${region}.`,
    );
  }
  // The tamper rules give the topic a policy of its own, which takes the place of the default one,
  // which lets the account's alarms in.
  letAlarmsPublish(topic);
  return topic;
}

/** Of this account only: a topic's ARN is no secret. */
function letAlarmsPublish(topic: sns.ITopic): void {
  topic.addToResourcePolicy(
    new iam.PolicyStatement({
      principals: [new iam.ServicePrincipal('cloudwatch.amazonaws.com')],
      actions: ['sns:Publish'],
      resources: [topic.topicArn],
      conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(topic).account } },
    }),
  );
}
