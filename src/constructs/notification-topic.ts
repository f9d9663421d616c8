import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';

/** Services that publish to the topic themselves; with the key of AWS, `alias/aws/sns`, they could not. */
const PUBLISHING_SERVICES = ['cloudwatch.amazonaws.com', 'events.amazonaws.com'];

/** A topic with its own key, to which alarms can publish. */
export function notificationTopic(scope: Construct, id: string): sns.Topic {
  const key = new kms.Key(scope, `${id}Key`, { enableKeyRotation: true, description: `Messages of ${scope.node.path}` });
  key.addToResourcePolicy(new iam.PolicyStatement({
    principals: PUBLISHING_SERVICES.map((service) => new iam.ServicePrincipal(service)),
    actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
    resources: ['*'],
  }));
  const topic = new sns.Topic(scope, id, { masterKey: key, enforceSSL: true, displayName: scope.node.id });
  topic.addToResourcePolicy(new iam.PolicyStatement({
    principals: PUBLISHING_SERVICES.map((service) => new iam.ServicePrincipal(service)),
    actions: ['sns:Publish'],
    resources: [topic.topicArn],
  }));
  return topic;
}
