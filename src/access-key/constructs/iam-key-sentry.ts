import { Annotations, Duration, RemovalPolicy, Stack, Stage, Token } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as cloudwatchActions from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as sns from 'aws-cdk-lib/aws-sns';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import type { IamKeySentryProps } from './iam-key-sentry-props';
import { type DecisionSurroundings, KeyApprovals } from './key-approvals';
import { daysBetweenRuns, keySentryConfiguration } from './key-sentry-configuration';
import { acknowledgeKeyLook, checkStatements, type KeyChange } from './key-sentry-rights';
import { BundledFunction } from '../../shared/constructs/bundled-function';
import { wholeDays } from '../../shared/constructs/checked-duration';
import { givenTopic, notificationTopic } from '../../shared/constructs/notification-topic';
import { NotifyingAlarm } from '../../shared/constructs/notifying-alarm';
import { ownMetric } from '../../shared/constructs/own-metric';
import {
  CHECK_ACCESS_KEYS,
  NO_KEY_RECORDS_TABLE,
} from '../contracts/check-access-keys.environment';
import { ACCESS_KEY_METRICS } from '../contracts/key-metrics';
import type { KeySentryParameter } from '../contracts/key-sentry-parameter';

const LONGEST_ALARM_DAYS = 7;

/**
 * Finds access keys past their age, tells about them, and retires them step by step if told to.
 * Write one for each account.
 *
 * It looks at every user and at the root user, by the true creation of each key. A look-up that
 * fails makes the run incomplete, which is told, and nothing is deactivated or deleted in it.
 */
export class IamKeySentry extends Construct implements iam.IGrantable {
  /** The principal of the function that looks at the keys, and retires them. */
  public readonly grantPrincipal: iam.IPrincipal;

  /** Where the sentry tells what it found: subscribe to it. */
  public readonly notificationTopic: sns.ITopic;

  /**
   * Alarms about the sentry itself. They publish to the notification topic; add actions of your own
   * at will.
   */
  public readonly alarms: cloudwatch.Alarm[];

  /**
   * Throws for durations, actions and topics that cannot work, and if the app has another
   * IamKeySentry for the same account.
   */
  constructor(scope: Construct, id: string, props: IamKeySentryProps = {}) {
    super(scope, id);
    this.refuseSecondSentry();
    const stack = Stack.of(this);
    const homeRegion = props.homeRegion ?? stack.region;
    this.warnOutsideHome(homeRegion);
    const schedule = props.schedule ?? events.Schedule.rate(Duration.days(1));
    const daysApart = daysBetweenRuns(this.node.path, schedule);
    const rules = keySentryConfiguration(this.node.path, props);
    const acts = rules.actions?.mode === 'enforce';
    const approvals = KeyApprovals.forActions(this, acts ? props.actions : undefined);
    const configuration: KeySentryParameter = { ...rules, workflow: approvals?.parameter };

    this.notificationTopic = props.notificationTopic
      ? givenTopic(this, props.notificationTopic)
      : notificationTopic(this, 'Notifications');
    const parameter = new ssm.StringParameter(this, 'Configuration', {
      stringValue: stack.toJsonString(configuration),
      tier: ssm.ParameterTier.INTELLIGENT_TIERING,
      description: 'Written by the deployment, read by the sentry',
    });
    const records = acts ? keyRecordsTable(this, 'KeyRecords') : undefined;
    const handler = new BundledFunction(this, 'CheckAccessKeys', {
      contract: CHECK_ACCESS_KEYS,
      environment: () => ({
        SENTRY_NAME: this.node.path,
        CONFIGURATION_PARAMETER: parameter.parameterName,
        NOTIFICATION_TOPIC_ARN: this.notificationTopic.topicArn,
        HOME_REGION: homeRegion,
        ACCOUNT_ID: stack.account,
        KEY_RECORDS_TABLE: records?.tableName ?? NO_KEY_RECORDS_TABLE,
      }),
      description: `Looks at the access keys of the account for ${this.node.path}`,
      memorySize: 1024,
    });
    this.notificationTopic.grantPublish(handler);
    records?.grant(handler, 'dynamodb:Scan', 'dynamodb:PutItem');
    iam.Grant.addToPrincipal({
      grantee: handler,
      actions: ['ssm:GetParameters'],
      resourceArns: [parameter.parameterArn],
    });
    const exemptions = props.exemptions ?? [];
    checkStatements(stack, exemptions, acts ? keyChanges(approvals) : []).forEach((statement) =>
      handler.addToRolePolicy(statement),
    );
    acknowledgeKeyLook(handler.role!);

    new events.Rule(this, 'Schedule', {
      description: `When ${this.node.path} looks at the access keys`,
      schedule,
      targets: [new targets.LambdaFunction(handler)],
    });
    this.grantPrincipal = handler.grantPrincipal;
    this.alarms = [
      new NotifyingAlarm(this, 'FailedRunAlarm', {
        metric: handler.metricErrors(),
        threshold: 0,
        topic: this.notificationTopic,
        description: 'A run of the sentry failed: keys may be listed late.',
        // An error counts at the time when the run began, and shows when it ends: up to a quarter
        // of an hour later.
        period: Duration.hours(1),
      }),
      new NotifyingAlarm(this, 'IncompleteRunAlarm', {
        metric: this.metricUnknownLookUps(),
        threshold: 0,
        topic: this.notificationTopic,
        description:
          'Look-ups of the sentry failed: keys may be missing in its report, and none was retired.',
      }),
      new NotifyingAlarm(this, 'FailedStepsAlarm', {
        metric: this.metricStepsFailed(),
        threshold: 0,
        topic: this.notificationTopic,
        description: 'The sentry could not deactivate or delete a key that is due.',
      }),
      new NotifyingAlarm(this, 'FailedAnnouncementAlarm', {
        metric: ownMetric(this, ACCESS_KEY_METRICS.announcementsFailed),
        threshold: 0,
        topic: this.notificationTopic,
        description:
          'EventBridge did not take the findings of a run: what listens for them missed some. The message was sent.',
      }),
      this.missedRunAlarm(props.missedRunAlarmAfter ?? Duration.days(Math.max(2, 2 * daysApart))),
      ...(approvals && records
        ? this.letAsk(approvals, handler, {
            parameter,
            topic: this.notificationTopic,
            records,
            exemptions,
          })
        : []),
    ];
  }

  /** Keys that are listed as too old. Statistic: maximum. */
  public metricKeysTooOld(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.gauge(ACCESS_KEY_METRICS.keysTooOld, options);
  }

  /** Keys that are listed as about to become too old. Statistic: maximum. */
  public metricKeysSoonTooOld(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.gauge(ACCESS_KEY_METRICS.keysSoonTooOld, options);
  }

  /** Keys that are listed as unused. Statistic: maximum. */
  public metricKeysUnused(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.gauge(ACCESS_KEY_METRICS.keysUnused, options);
  }

  /** Keys that are listed as never used. Statistic: maximum. */
  public metricKeysNeverUsed(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.gauge(ACCESS_KEY_METRICS.keysNeverUsed, options);
  }

  /** The age of the oldest key that is listed, in days. Statistic: maximum. */
  public metricOldestKeyAge(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.gauge(ACCESS_KEY_METRICS.oldestKeyAge, options);
  }

  /** Look-ups that failed. Statistic: maximum. */
  public metricUnknownLookUps(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.gauge(ACCESS_KEY_METRICS.unknownLookUps, options);
  }

  /** Keys that were deactivated. */
  public metricKeysDeactivated(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return ownMetric(this, ACCESS_KEY_METRICS.keysDeactivated, options);
  }

  /** Keys that were deleted. */
  public metricKeysDeleted(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return ownMetric(this, ACCESS_KEY_METRICS.keysDeleted, options);
  }

  /**
   * Keys that should have been deactivated or deleted, and were not. Each is tried again in the
   * next run.
   */
  public metricStepsFailed(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return ownMetric(this, ACCESS_KEY_METRICS.stepsFailed, options);
  }

  /** Runs of a copy outside the home Region, which did nothing. */
  public metricRunsSkipped(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return ownMetric(this, ACCESS_KEY_METRICS.runsSkipped, options);
  }

  private gauge(metricName: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return ownMetric(this, metricName, { statistic: cloudwatch.Stats.MAXIMUM, ...options });
  }

  /**
   * Two would tell everything twice, and act on each other's notices. Stages are deployed to
   * accounts of their own.
   */
  private refuseSecondSentry(): void {
    const others = this.node.root.node
      .findAll()
      .filter((other): other is IamKeySentry => other instanceof IamKeySentry && other !== this);
    const rival = others.find(
      (other) =>
        Stack.of(other).account === Stack.of(this).account &&
        (Stage.of(other) === Stage.of(this) || !Token.isUnresolved(Stack.of(this).account)),
    );
    if (!rival) return;
    throw new Error(
      `${this.node.path}: ${rival.node.path} already watches the access keys of the same account: write one IamKeySentry for each account.`,
    );
  }

  private warnOutsideHome(homeRegion: string): void {
    const { region } = Stack.of(this);
    if ([homeRegion, region].some(Token.isUnresolved) || homeRegion === region) return;
    Annotations.of(this).addWarningV2(
      'cdk-sentries:outsideHomeRegion',
      `This copy is in ${region} and will do nothing: "homeRegion" is ${homeRegion}, and IAM is the same in every Region.`,
    );
  }

  private missedRunAlarm(after: Duration): cloudwatch.Alarm {
    const days = wholeDays(after, `${this.node.path}: "missedRunAlarmAfter"`);
    if (days > LONGEST_ALARM_DAYS) {
      throw new Error(
        `${this.node.path}: "missedRunAlarmAfter" is ${days} days, and CloudWatch looks back for ${LONGEST_ALARM_DAYS} at the most: ` +
          `write Duration.days(${LONGEST_ALARM_DAYS}) or less, and a schedule of more than one run in that time.`,
      );
    }
    const runs = new cloudwatch.MathExpression({
      expression: 'FILL(completed, 0) + FILL(skipped, 0)',
      usingMetrics: {
        completed: ownMetric(this, ACCESS_KEY_METRICS.runsCompleted),
        skipped: ownMetric(this, ACCESS_KEY_METRICS.runsSkipped),
      },
      period: Duration.days(1),
      label: 'Runs of the sentry',
    });
    const alarm = new cloudwatch.Alarm(this, 'MissedRunAlarm', {
      metric: runs,
      threshold: 1,
      comparisonOperator: cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: days,
      treatMissingData: cloudwatch.TreatMissingData.BREACHING,
      alarmDescription: `The sentry has not come to the end of a run for ${days} days: nobody looks at the access keys. (${this.node.path})`,
    });
    alarm.addAlarmAction(new cloudwatchActions.SnsAction(this.notificationTopic));
    return alarm;
  }

  /** What only sentries need that ask people. Comes back with the alarms about it. */
  private letAsk(
    approvals: KeyApprovals,
    checker: iam.IGrantable,
    surroundings: DecisionSurroundings,
  ): cloudwatch.Alarm[] {
    approvals.grantAsk(checker);
    const carrier = approvals.carryOut(surroundings);
    const alarm = (id: string, metric: cloudwatch.Metric, description: string) =>
      new NotifyingAlarm(this, id, {
        metric,
        threshold: 0,
        description,
        topic: this.notificationTopic,
      });
    return [
      alarm(
        'UnhandledDecisionsAlarm',
        approvals.unhandled.metricApproximateNumberOfMessagesVisible(),
        'The sentry gave up on decisions of people about keys after hours of tries.',
      ),
      alarm(
        'FailedDecisionsAlarm',
        ownMetric(this, ACCESS_KEY_METRICS.decisionsFailed),
        'A decision of people about a key could not be carried out.',
      ),
      alarm(
        'RefusedDecisionsAlarm',
        ownMetric(this, ACCESS_KEY_METRICS.decisionsRefused),
        'A message passed for a decision of people about a key, and no workflow has signed it for what was asked: somebody may be forging decisions.',
      ),
      alarm(
        'DecisionErrorsAlarm',
        carrier.metricErrors(),
        'The function that carries out decisions about keys fails as a whole: decisions wait.',
      ),
    ];
  }
}

/** Where people are asked, only the function that gets what they decided can deactivate. */
function keyChanges(approvals: KeyApprovals | undefined): KeyChange[] {
  return approvals ? ['DeleteAccessKey'] : ['UpdateAccessKey', 'DeleteAccessKey'];
}

/** What was told of which key, and when: without it no step is ever taken. */
function keyRecordsTable(scope: Construct, id: string): dynamodb.Table {
  return new dynamodb.Table(scope, id, {
    partitionKey: { name: 'keyId', type: dynamodb.AttributeType.STRING },
    billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
    encryption: dynamodb.TableEncryption.AWS_MANAGED,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    deletionProtection: true,
    removalPolicy: RemovalPolicy.RETAIN,
  });
}
