import { Stack } from 'aws-cdk-lib';
import * as chatbot from 'aws-cdk-lib/aws-chatbot';
import type { Alarm, CfnAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct, IConstruct } from 'constructs';
import { isInstanceOf } from './instance-of';
import { informAtSynth, warnAtSynth } from './late-advice';
import { referredBy } from './referred-by';
import { wrongEndpoints } from './subscription-endpoints';

export interface AlarmAdviceProps {
  readonly topic: sns.ITopic;
  /** Those that were not excluded. */
  readonly alarms: readonly Alarm[];
  /** Whether there are rules that tell of tampering with the construct. */
  readonly tamperRules: boolean;
}

/**
 * Says at synth where no one, or only one way, would tell that a construct stands still. Addresses
 * that reach no one are errors.
 */
export function adviseOnAlarms(scope: Construct, props: AlarmAdviceProps): void {
  scope.node.addValidation({
    validate: () => {
      warnOfSilence(scope, props);
      informOfOnlyAction(scope, props);
      informOfNoSubscription(scope, props);
      return wrongEndpoints(scope, props.topic);
    },
  });
}

function warnOfSilence(scope: Construct, { alarms, tamperRules }: AlarmAdviceProps): void {
  if (alarms.length > 0 || tamperRules) return;
  warnAtSynth(
    scope,
    'cdk-sentries:nothingTells',
    `${scope.node.path} has no alarm and no tamper rule, so no one hears when it stands still or is switched off: ` +
      'leave some of "excludedAlarms" out, or have something of your own look after it, and acknowledge this warning.',
  );
}

/** Alarms have the topic alone: it could be what is broken. */
function informOfOnlyAction(scope: Construct, { alarms }: AlarmAdviceProps): void {
  if (alarms.length === 0 || alarms.some((alarm) => actionsOf(alarm) !== 1)) return;
  informAtSynth(
    scope,
    'cdk-sentries:onlyAlarmAction',
    `All alarms of ${scope.node.path} publish to one topic, also those that tell that nothing reaches it: give them a second action, ` +
      `such as ${scope.node.id}.alarms.forEach((alarm) => alarm.addAlarmAction(new SnsAction(anotherTopic))), or acknowledge this.`,
  );
}

function actionsOf(alarm: Alarm): number {
  const { alarmActions } = alarm.node.defaultChild as CfnAlarm;
  const actions: unknown = Stack.of(alarm).resolve(alarmActions);
  return Array.isArray(actions) ? actions.length : 0;
}

/** Of a topic that is given, its owner knows who listens. */
function informOfNoSubscription(scope: Construct, { topic }: AlarmAdviceProps): void {
  if (topic.node.scope !== scope || hasListener(topic)) return;
  informAtSynth(
    scope,
    'cdk-sentries:noSubscription',
    `No one in the app subscribes to the topic of ${scope.node.path}: write ${scope.node.id}.notificationTopic.addSubscription(new EmailSubscription('security@example.com')), ` +
      'or subscribe by hand and acknowledge this.',
  );
}

function hasListener(topic: sns.ITopic): boolean {
  return topic.node.root.node
    .findAll()
    .flatMap(listenedTo)
    .some((arn) => referredBy(arn) === topic.node.defaultChild);
}

/** ARNs of the topics that a resource listens to. */
function listenedTo(construct: IConstruct): readonly string[] {
  if (isInstanceOf(construct, sns.CfnSubscription)) return [construct.topicArn];
  if (
    isInstanceOf(construct, chatbot.CfnSlackChannelConfiguration) ||
    isInstanceOf(construct, chatbot.CfnMicrosoftTeamsChannelConfiguration)
  ) {
    return construct.snsTopicArns ?? [];
  }
  return [];
}
