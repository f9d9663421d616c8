import { Stack } from 'aws-cdk-lib';
import * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { isInstanceOf } from './instance-of';
import { warnAtSynth } from './late-advice';
import { referredBy } from './referred-by';

/** No one can change its policy, which lets no service publish. */
const KEY_OF_AWS = 'alias/aws/sns';

/** Throws where the topic is known to be encrypted with the key of AWS. */
export function refuseKeyOfAws(scope: Construct, topic: sns.ITopic): void {
  const [error] = keyErrors(scope, topic);
  if (error !== undefined) throw new Error(error);
}

/** Looks at the key once more at synth, when aspects have had their say. */
export function checkTopicKey(scope: Construct, topic: sns.ITopic): void {
  scope.node.addValidation({
    validate: () => {
      warnOfUnknownKey(scope, topic);
      return keyErrors(scope, topic);
    },
  });
}

function keyErrors(scope: Construct, topic: sns.ITopic): string[] {
  const key = topic.masterKey && Stack.of(topic).resolve(topic.masterKey.keyArn);
  if (!JSON.stringify([key, keyOfResource(topic)]).includes(KEY_OF_AWS)) return [];
  return [
    `${scope.node.path}: its topic is encrypted with ${KEY_OF_AWS}, the key that AWS manages, under which no alarm and no rule can publish: ` +
      "give it a key of your own, such as new sns.Topic(this, 'Topic', { masterKey: new kms.Key(this, 'Key') }), or leave \"notificationTopic\" out.",
  ];
}

/** As when a resource is encrypted past its construct, or imported without its key. */
function warnOfUnknownKey(scope: Construct, topic: sns.ITopic): void {
  if (topic.masterKey || keyOfResource(topic) === undefined) return;
  warnAtSynth(
    scope,
    'cdk-sentries:topicKeyUnknown',
    '"notificationTopic" is encrypted, and does not say with which key, so no function, alarm or rule gets the right to use it: ' +
      'write new sns.Topic(…) with a "masterKey", or import it with sns.Topic.fromTopicAttributes() and its "keyArn".',
  );
}

/** The key of a topic of the app, however the topic came here. */
function keyOfResource(topic: sns.ITopic): unknown {
  const resource = resourceOf(topic);
  return resource && Stack.of(resource).resolve(resource.kmsMasterKeyId);
}

function resourceOf(topic: sns.ITopic): sns.CfnTopic | undefined {
  const { defaultChild } = topic.node;
  if (isInstanceOf(defaultChild, sns.CfnTopic)) return defaultChild;
  const referred = referredBy(topic.topicArn);
  return isInstanceOf(referred, sns.CfnTopic) ? referred : undefined;
}
