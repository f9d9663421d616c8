import { Duration, Stack, Token, Validations } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sources from 'aws-cdk-lib/aws-lambda-event-sources';
import type * as sns from 'aws-cdk-lib/aws-sns';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { SECURITY_GROUP_METRICS } from '../../contracts/metrics';
import { RESPOND_TO_CHANGES } from '../../contracts/security-group/respond-to-changes.environment';
import { chunksOf } from '../../domain/chunks';
import type { Actor } from '../actor';
import { BundledFunction } from '../bundled-function';
import { givenTopic, notificationTopic } from '../notification-topic';
import { SentryAlarm } from '../sentry-alarm';
import { sentryMetric } from '../sentry-metric';
import type { ChangeResponse } from './change-response';
import { groupChangePattern } from './group-change-pattern';
import type { MonitoredGroup, MonitoredGroups } from './monitored-groups';
import type { SecurityGroupBaseline } from './security-group-baseline';
import { SentryParameters } from './sentry-parameters';

/** A baseline, and what is done about a rule that violates it. */
export interface SecurityGroupPolicy {
  /** Which rules the monitored groups may hold. */
  readonly baseline: SecurityGroupBaseline;

  /** What is done about a rule that violates the baseline. */
  readonly response: ChangeResponse;
}

/** Properties of a SecurityGroupSentry. */
export interface SecurityGroupSentryProps {
  /** The groups to watch, in the sentry's own account and Region. */
  readonly monitoredGroups: MonitoredGroups;

  /** What the groups may hold. Throws if the list is empty. */
  readonly policies: SecurityGroupPolicy[];

  /**
   * Whose additions a locked group accepts. Without `Actor.cdkDeployments()` a sentry takes back what the next
   * deployment of its own app adds to a locked group. Forbidden traffic is forbidden to them too.
   *
   * @default - nobody
   */
  readonly trustedActors?: Actor[];

  /**
   * Where the sentry tells what happened, and its alarms go: a standard topic of the same Region, or this throws. If it is encrypted,
   * it must be with a key of your own whose policy lets cloudwatch.amazonaws.com use it: alarms cannot publish under the key that AWS
   * manages. A policy that the topic has is extended to let the account's alarms in; an imported topic must do so itself.
   *
   * @default - a topic of the sentry's own, encrypted with a key of its own
   */
  readonly notificationTopic?: sns.ITopic;
}

const FUNCTION_TIMEOUT = Duration.seconds(60);

/** With the growing pauses between them, about six hours of tries before an event goes to the dead-letter queue. */
const MAX_TRIES = 30;

/** With the pauses between them, the sixth try comes after five minutes. */
const TRIES_BEFORE_ALARM = 5;

/** A flood of events must not eat up the account's concurrency, nor EC2's request limit. */
const MAX_CONCURRENCY = 10;

/** IAM takes 6,144 characters a managed policy; a group's ARN has about 80. */
const GROUPS_PER_STATEMENT = 50;

/** A role takes ten managed policies, one for each statement. */
const MOST_GROUPS = 500;

/**
 * Watches security groups, takes rules back that violate a policy, and tells who changed what and what was done.
 *
 * It needs a CloudTrail trail that logs the Region's write management events; without one, EventBridge sees no API call.
 */
export class SecurityGroupSentry extends Construct implements iam.IGrantable {
  /** The principal of the function that revokes rules. */
  public readonly grantPrincipal: iam.IPrincipal;

  /** Where the sentry tells what happened: subscribe to it. */
  public readonly notificationTopic: sns.ITopic;

  /** Alarms about the sentry itself. They publish to the notification topic; add actions of your own at will. */
  public readonly alarms: cloudwatch.Alarm[];

  /**
   * Throws if there are no policies, if a monitored group or the topic is known to be in another account or Region, if there are
   * more than 500 groups, and if the topic is a FIFO topic.
   */
  constructor(scope: Construct, id: string, props: SecurityGroupSentryProps) {
    super(scope, id);
    const groups = props.monitoredGroups._groups;
    this.validate(groups, props.policies);

    this.notificationTopic = props.notificationTopic ? givenTopic(this, props.notificationTopic) : notificationTopic(this, 'Notifications');
    const parameters = new SentryParameters(this, 'Parameters', {
      groupIds: groups.map((group) => group.id),
      policies: props.policies.map(({ baseline, response }) => ({ baseline: baseline._specification, response: response._response })),
      trustedActors: (props.trustedActors ?? []).map((actor) => actor._bind(this)),
    });

    const undelivered = deadLetterQueue(this, 'UndeliveredEvents');
    const unhandled = deadLetterQueue(this, 'UnhandledEvents');
    const changes = new sqs.Queue(this, 'Changes', {
      encryption: sqs.QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      visibilityTimeout: Duration.seconds(6 * FUNCTION_TIMEOUT.toSeconds()),
      deadLetterQueue: { queue: unhandled, maxReceiveCount: MAX_TRIES },
    });
    new events.Rule(this, 'ChangeRule', {
      description: `Rules added to the security groups that ${this.node.path} watches`,
      eventPattern: groupChangePattern(groups.map((group) => group.id)),
      targets: [new targets.SqsQueue(changes, { deadLetterQueue: undelivered })],
    });

    const handler = new BundledFunction(this, 'RespondToChanges', {
      contract: RESPOND_TO_CHANGES,
      environment: (role) => ({
        SENTRY_NAME: this.node.path,
        POLICIES_PARAMETER: parameters.policies.parameterName,
        MONITORED_GROUPS_PARAMETERS: parameters.monitoredGroups.map((parameter) => parameter.parameterName).join(','),
        NOTIFICATION_TOPIC_ARN: this.notificationTopic.topicArn,
        CHANGE_QUEUE_URL: changes.queueUrl,
        OWN_ROLE_ARN: role.roleArn,
      }),
      description: `Judges and reverts security group changes for ${this.node.path}`,
      timeout: FUNCTION_TIMEOUT,
      memorySize: 512,
    });
    handler.addEventSource(new sources.SqsEventSource(changes, { reportBatchItemFailures: true, maxConcurrency: MAX_CONCURRENCY }));
    this.notificationTopic.grantPublish(handler);
    parameters.grantRead(handler);
    groupStatements(this, groups).forEach((statement) => handler.addToRolePolicy(statement));

    this.acknowledgeFindings(undelivered, handler);

    this.grantPrincipal = handler.grantPrincipal;
    const alarm = (alarmId: string, metric: cloudwatch.Metric, threshold: number, description: string) =>
      new SentryAlarm(this, alarmId, { metric, threshold, description, topic: this.notificationTopic });
    this.alarms = [
      alarm('UndeliveredEventsAlarm', undelivered.metricApproximateNumberOfMessagesVisible(), 0,
        'EventBridge could not hand events to the queue of the sentry: the changes in them were not judged.'),
      alarm('UnhandledEventsAlarm', unhandled.metricApproximateNumberOfMessagesVisible(), 0,
        'The sentry gave up on events after hours of tries: the changes in them may stand.'),
      alarm('FailingEventsAlarm', this.metricFailedTries(), TRIES_BEFORE_ALARM,
        'An event has failed for over five minutes: a call of the sentry is refused, and the change may stand.'),
      alarm('FunctionErrorsAlarm', handler.metricErrors(), 0,
        'The function of the sentry fails as a whole: events wait, and are not judged.'),
      // Once a message was received three times, SQS leaves it out of this metric: it shows events that nobody takes.
      alarm('WaitingEventsAlarm', changes.metricApproximateAgeOfOldestMessage(), Duration.minutes(15).toSeconds(),
        'An event has waited for over 15 minutes: the function does not take events from its queue.'),
    ];
  }

  /** Rules that violated a policy. */
  public metricViolations(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return sentryMetric(this, SECURITY_GROUP_METRICS.violations, options);
  }

  /** Rules that were taken back. */
  public metricRulesReverted(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return sentryMetric(this, SECURITY_GROUP_METRICS.rulesReverted, options);
  }

  /** Tries to take a rule back that failed. Each is tried again. */
  public metricRevertsFailed(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return sentryMetric(this, SECURITY_GROUP_METRICS.revertsFailed, options);
  }

  /** Which try at an event it was that failed, from 1: high numbers are events that fail again and again. Statistic: maximum. */
  public metricFailedTries(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return sentryMetric(this, SECURITY_GROUP_METRICS.failedTries, { statistic: cloudwatch.Stats.MAXIMUM, ...options });
  }

  /** Seconds that reverted rules stood open, from the call to the look that found them gone. Statistic: maximum. */
  public metricSecondsOpen(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return sentryMetric(this, SECURITY_GROUP_METRICS.secondsOpen, { statistic: cloudwatch.Stats.MAXIMUM, ...options });
  }

  /** Events that could not be read in full. */
  public metricUnreadableEvents(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return sentryMetric(this, SECURITY_GROUP_METRICS.unreadableEvents, options);
  }

  private validate(groups: MonitoredGroup[], policies: SecurityGroupPolicy[]): void {
    if (policies.length === 0) {
      throw new Error(`${this.node.path}: "policies" is empty, so nothing would be judged: write at least one, such as ` +
        '{ baseline: SecurityGroupBaseline.locked(), response: ChangeResponse.revert() }.');
    }
    if (groups.length > MOST_GROUPS) {
      throw new Error(`${this.node.path}: ${groups.length} groups are more than one role can hold rights for: write several sentries, of up to ${MOST_GROUPS} each.`);
    }
    groups.forEach((group) => this.validateEnvironment(group));
  }

  /** Events stay in their account and Region. */
  private validateEnvironment({ environment, path }: MonitoredGroup): void {
    const own = Stack.of(this);
    for (const place of ['account', 'region'] as const) {
      const theirs = environment?.[place];
      if (!theirs || [theirs, own[place]].some(Token.isUnresolved) || theirs === own[place]) continue;
      throw new Error(`${this.node.path}: the group ${path} is in the ${place} ${theirs}, the sentry in ${own[place]}: ` +
        'events stay where they happen, so write a sentry in a stack there.');
    }
  }

  /** What cdk-nag would find, and why it is so. */
  private acknowledgeFindings(undelivered: sqs.Queue, handler: BundledFunction<string>): void {
    Validations.of(undelivered).acknowledge({ id: 'AwsSolutions-SQS3', reason: 'It is a dead-letter queue itself: that of an EventBridge target.' });
    Validations.of(handler.role!).acknowledge(
      { id: 'AwsSolutions-IAM5[Resource::*]', reason: 'EC2 lets nobody describe single groups: ec2:Describe* has no resources.' },
      { id: 'AwsSolutions-IAM5[Action::kms:GenerateDataKey*]', reason: 'Publishing to an encrypted topic, with its key alone.' },
    );
  }
}

function deadLetterQueue(scope: Construct, id: string): sqs.Queue {
  return new sqs.Queue(scope, id, {
    encryption: sqs.QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: Duration.days(14),
  });
}

/** EC2 describes all groups or none; what may be changed is named group by group. */
function groupStatements(scope: Construct, groups: MonitoredGroup[]): iam.PolicyStatement[] {
  const arns = groups.map(({ id }) => Stack.of(scope).formatArn({ service: 'ec2', resource: 'security-group', resourceName: id }));
  const revoke = chunksOf(arns, GROUPS_PER_STATEMENT).map((resources, index) => new iam.PolicyStatement({
    // Statements with an id of their own are not merged into one that is too long for a policy.
    sid: `RevokeRules${index}`,
    actions: ['ec2:RevokeSecurityGroupIngress', 'ec2:RevokeSecurityGroupEgress'],
    resources,
  }));
  const describe = new iam.PolicyStatement({
    actions: ['ec2:DescribeSecurityGroups', 'ec2:DescribeSecurityGroupRules'],
    resources: ['*'],
  });
  return [describe, ...revoke];
}
