import { Duration, Lazy, Stack, Validations } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as sns from 'aws-cdk-lib/aws-sns';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import { acknowledgeKeyUse } from '../../../shared/constructs/acknowledge-finding';
import { BundledFunction } from '../../../shared/constructs/bundled-function';
import type { GuardedQueue } from '../../../shared/constructs/guarded-queue';
import { NotifyingAlarm, SilenceAlarm } from '../../../shared/constructs/notifying-alarm';
import { ownMetric } from '../../../shared/constructs/own-metric';
import { grantPublish } from '../../../shared/constructs/publish-right';
import { deadLetterQueue, takeOneByOne, workQueue } from '../../../shared/constructs/work-queue';
import { MOST_PARAMETER_CHARACTERS } from '../../../shared/contracts/parameter-limits';
import { SENTRY_EVENT_SOURCE } from '../../../shared/contracts/sentry-events';
import { COVERAGE_METRICS } from '../../contracts/coverage-metrics';
import type { HubParameter } from '../../contracts/hub-parameter';
import { LOOK_AT_MEMBER } from '../../contracts/look-at-member.environment';
import { UNKNOWN_ACCOUNT_DETAIL_TYPE } from '../../contracts/unknown-account-event';
import { WATCH_COVERAGE } from '../../contracts/watch-coverage.environment';
import { RUN_EVERY_MINUTES } from '../../domain/gaps/coverage-times';
import type { Expectation } from '../../domain/gaps/find-gaps';
import { CoverageTable } from '../coverage-table';
import { letWorkInMembers } from '../member-roles';

/** What a user says of the members. */
export type HubConfiguration = Omit<HubParameter, 'expected'>;

export interface CoverageProps {
  readonly hubName: string;
  readonly bus: events.IEventBus;
  readonly configuration: HubConfiguration;
  /** What the sentries expect of members; known once the app is whole. */
  readonly expectation: () => Expectation;
  readonly topic: sns.ITopic;
  readonly operators: readonly iam.IPrincipal[];
}

/** Often enough to name a place that goes dark within three hours. */
const EVERY = Duration.minutes(RUN_EVERY_MINUTES);
const SILENT_HOURS = 2;

/** Members are looked at side by side, and STS takes some hundred sessions a second. */
const MAX_CONCURRENCY = 10;

/** Looks which places are covered, and names those that are not. */
export class Coverage {
  public readonly alarms: cloudwatch.Alarm[];
  public readonly table: CoverageTable;
  public readonly watcher: BundledFunction<string>;
  private readonly parameter: ssm.StringParameter;
  private readonly looks: GuardedQueue;
  private readonly unhandled: GuardedQueue;

  constructor(
    private readonly hub: Construct,
    private readonly props: CoverageProps,
  ) {
    this.parameter = this.makeParameter();
    this.table = new CoverageTable(hub, 'Coverage');
    this.unhandled = deadLetterQueue(hub, 'UnhandledLooks', props.operators);
    this.looks = workQueue(hub, 'Looks', {
      contract: LOOK_AT_MEMBER,
      unhandled: this.unhandled,
      operators: props.operators,
    });
    const watcher = this.makeWatcher();
    this.watcher = watcher;
    const looker = this.makeLooker();
    new events.Rule(hub, 'CoverageSchedule', {
      description: `When ${hub.node.path} looks at what is covered`,
      schedule: events.Schedule.rate(EVERY),
      targets: [new targets.LambdaFunction(watcher)],
    });
    new events.Rule(hub, 'UnknownAccountRule', {
      description: `Has ${hub.node.path} read the list of accounts when it hears of one that it does not know`,
      eventPattern: {
        source: [SENTRY_EVENT_SOURCE],
        detailType: [UNKNOWN_ACCOUNT_DETAIL_TYPE],
        detail: { hub: [props.hubName] },
      },
      targets: [new targets.LambdaFunction(watcher)],
    });
    this.alarms = this.makeAlarms(watcher, looker);
  }

  private makeParameter(): ssm.StringParameter {
    const { configuration, expectation } = this.props;
    const { length } = JSON.stringify(configuration);
    if (length > MOST_PARAMETER_CHARACTERS) {
      throw new Error(
        `${this.hub.node.path}: accounts and warnings take ${length} characters, SSM holds ${MOST_PARAMETER_CHARACTERS}: choose accounts by their units, and shorten the warnings.`,
      );
    }
    return new ssm.StringParameter(this.hub, 'Configuration', {
      stringValue: Stack.of(this.hub).toJsonString({
        ...configuration,
        expected: Lazy.any({ produce: expectation }),
      }),
      tier: ssm.ParameterTier.INTELLIGENT_TIERING,
      description: 'Written by the deployment, read by the hub',
    });
  }

  /** Reads the list of accounts, and judges what is known of each place. */
  private makeWatcher(): BundledFunction<string> {
    const { topic } = this.props;
    const watcher = new BundledFunction(this.hub, 'WatchCoverage', {
      contract: WATCH_COVERAGE,
      environment: () => ({
        HUB_PATH: this.hub.node.path,
        CONFIGURATION_PARAMETER: this.parameter.parameterName,
        COVERAGE_TABLE: this.table.tableName,
        NOTIFICATION_TOPIC_ARN: topic.topicArn,
        LOOK_QUEUE_URL: this.looks.queueUrl,
        ACCOUNT_ID: Stack.of(this.hub).account,
      }),
      description: `Names what is not covered by ${this.hub.node.path}`,
      memorySize: 1024,
    });
    grantPublish(watcher, topic);
    this.grantParameter(watcher);
    this.table.grantRun(watcher.role!);
    this.looks.grantSend(watcher);
    if (this.props.configuration.accounts.kind === 'organization') letListAccounts(watcher);
    acknowledgeKeyUse(watcher.role!);
    return watcher;
  }

  /** Looks at one member, with the member's read role. */
  private makeLooker(): BundledFunction<string> {
    const { bus, hubName, topic } = this.props;
    const looker = new BundledFunction(this.hub, 'LookAtMember', {
      contract: LOOK_AT_MEMBER,
      environment: () => ({
        HUB_PATH: this.hub.node.path,
        HUB_NAME: hubName,
        CONFIGURATION_PARAMETER: this.parameter.parameterName,
        COVERAGE_TABLE: this.table.tableName,
        NOTIFICATION_TOPIC_ARN: topic.topicArn,
        LOOK_QUEUE_URL: this.looks.queueUrl,
        HUB_BUS_ARN: bus.eventBusArn,
      }),
      description: `Looks at members of ${this.hub.node.path}`,
      memorySize: 512,
    });
    grantPublish(looker, topic);
    this.grantParameter(looker);
    this.table.grantLook(looker.role!);
    takeOneByOne(looker, this.looks, MAX_CONCURRENCY);
    letWorkInMembers(looker, hubName, 'coverage');
    acknowledgeKeyUse(looker.role!);
    return looker;
  }

  /** The environment variables by which a function finds what the hub knows. */
  public get variables() {
    return {
      configurationParameter: this.parameter.parameterName,
      coverageTable: this.table.tableName,
    };
  }

  public grantParameter(grantee: iam.IGrantable): void {
    iam.Grant.addToPrincipal({
      grantee,
      actions: ['ssm:GetParameters'],
      resourceArns: [this.parameter.parameterArn],
    });
  }

  private makeAlarms(
    watcher: BundledFunction<string>,
    looker: BundledFunction<string>,
  ): cloudwatch.Alarm[] {
    const { topic } = this.props;
    const alarm = (id: string, metric: cloudwatch.Metric, description: string) =>
      new NotifyingAlarm(this.hub, id, { metric, threshold: 0, topic, description });
    const own = (name: string) => ownMetric(this.hub, name);
    return [
      new SilenceAlarm(this.hub, 'MissedCoverageAlarm', {
        signsOfLife: (period) => ownMetric(this.hub, COVERAGE_METRICS.coverageRuns, { period }),
        period: Duration.hours(1),
        periods: SILENT_HOURS,
        topic,
        description: `The hub has not looked for ${SILENT_HOURS} hours what is covered: a place that goes dark is not named.`,
      }),
      alarm(
        'WentDarkAlarm',
        own(COVERAGE_METRICS.wentDark),
        'A place that was covered is not any more: changes there are not judged.',
      ),
      alarm(
        'AccountListAlarm',
        own(COVERAGE_METRICS.accountListFailures),
        'The list of accounts could not be read: accounts that join are not known yet.',
      ),
      alarm(
        'CoverageErrorsAlarm',
        watcher.metricErrors(),
        'The function that names what is not covered fails.',
      ),
      alarm(
        'LookErrorsAlarm',
        looker.metricErrors(),
        'The function that looks at members fails as a whole.',
      ),
      alarm(
        'UnhandledLooksAlarm',
        this.unhandled.metricApproximateNumberOfMessagesVisible(),
        'The hub gave up on looks at members after hours of tries.',
      ),
    ];
  }
}

/** AWS lists accounts and units of an organization as a whole. */
function letListAccounts(watcher: BundledFunction<string>): void {
  watcher.addToRolePolicy(
    new iam.PolicyStatement({
      actions: [
        'organizations:ListAccounts',
        'organizations:ListRoots',
        'organizations:ListAccountsForParent',
        'organizations:ListOrganizationalUnitsForParent',
      ],
      resources: ['*'],
    }),
  );
  Validations.of(watcher.role!).acknowledge({
    id: 'AwsSolutions-IAM5[Resource::*]',
    reason: 'AWS lets no one list single accounts, and the ids of units are not known.',
  });
}
