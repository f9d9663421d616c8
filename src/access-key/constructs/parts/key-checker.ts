import { Duration, Stack } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { KeyApprovals } from './key-approvals';
import type { KeyConfiguration } from './key-configuration';
import type { KeyMembers } from './key-members';
import type { KeyRecords } from './key-records';
import type { OwnerMessages } from './owner-messages';
import { BundledFunction } from '../../../shared/constructs/bundled-function';
import { NotifyingAlarm } from '../../../shared/constructs/notifying-alarm';
import { ownMetric } from '../../../shared/constructs/own-metric';
import { grantPublish } from '../../../shared/constructs/publish-right';
import {
  CHECK_ACCESS_KEYS,
  copyDescription,
  NO_KEY_RECORDS_TABLE,
} from '../../contracts/check-access-keys.environment';
import { ACCESS_KEY_METRICS } from '../../contracts/key-metrics';
import type { InventoryBucket } from '../inventory-bucket';
import type { HomeRegion } from '../key-sentry-place';
import {
  acknowledgeKeyLook,
  checkStatements,
  type KeyChange,
  listRolesStatement,
  type LookedAtUsers,
} from '../key-sentry-rights';

export interface KeyCheckerProps {
  readonly homeRegion: HomeRegion;
  readonly users: LookedAtUsers;
  readonly configuration: KeyConfiguration;
  /** Of a sentry that retires keys, or marks what is new. */
  readonly records: KeyRecords | undefined;
  readonly retires: boolean;
  readonly remembersReports: boolean;
  /** Of a sentry that asks before it deactivates. */
  readonly approvals: KeyApprovals | undefined;
  /** Of a sentry that writes a file of all keys in each run. */
  readonly inventory: InventoryBucket | undefined;
  /** Of a sentry that has owners told by direct message. */
  readonly ownerMessages: OwnerMessages | undefined;
  /** With a hub. */
  readonly members: KeyMembers | undefined;
  readonly topic: sns.ITopic;
}

/** The function that looks at the keys, and retires them. */
export class KeyChecker {
  public readonly handler: BundledFunction<string, string>;
  public readonly alarms: cloudwatch.Alarm[];

  constructor(
    private readonly sentry: Construct,
    private readonly props: KeyCheckerProps,
  ) {
    const { homeRegion, configuration, records, topic, members } = props;
    this.handler = new BundledFunction(sentry, 'CheckAccessKeys', {
      contract: CHECK_ACCESS_KEYS,
      environment: () => ({
        SENTRY_NAME: sentry.node.path,
        CONFIGURATION_PARAMETER: configuration.parameterName,
        NOTIFICATION_TOPIC_ARN: topic.topicArn,
        HOME_REGION: homeRegion.name,
        ACCOUNT_ID: Stack.of(sentry).account,
        KEY_RECORDS_TABLE: records?.tableName ?? NO_KEY_RECORDS_TABLE,
        ...members?.checkVariables,
      }),
      description: copyDescription(sentry.node.path, Stack.of(sentry).region),
      memorySize: 1024,
    });
    this.grantAll();
    this.alarms = this.makeAlarms();
  }

  private grantAll(): void {
    const { users, configuration, records, approvals, topic } = this.props;
    grantPublish(this.handler, topic);
    if (this.props.retires) records?.grantRun(this.handler);
    if (this.props.remembersReports) records?.grantReports(this.handler);
    configuration.grantRead(this.handler);
    checkStatements(Stack.of(this.sentry), users, this.keyChanges()).forEach((statement) =>
      this.handler.addToRolePolicy(statement),
    );
    acknowledgeKeyLook(this.handler.role!);
    if (this.props.homeRegion.isGiven) this.handler.addToRolePolicy(listRolesStatement());
    approvals?.grantAsk(this.handler);
    this.props.inventory?.grantWrite(this.handler);
    this.props.ownerMessages?.grantSend(this.handler);
  }

  /** Where people are asked, only the function that gets what they decided can deactivate. */
  private keyChanges(): KeyChange[] {
    const { retires, approvals } = this.props;
    if (!retires) return [];
    return approvals ? ['DeleteAccessKey'] : ['UpdateAccessKey', 'DeleteAccessKey'];
  }

  private makeAlarms(): cloudwatch.Alarm[] {
    const { topic, homeRegion } = this.props;
    const alarm = (id: string, metricName: string, description: string) =>
      new NotifyingAlarm(this.sentry, id, {
        metric: ownMetric(this.sentry, metricName),
        threshold: 0,
        topic,
        description,
      });
    return [
      new NotifyingAlarm(this.sentry, 'FailedRunAlarm', {
        metric: this.handler.metricErrors(),
        threshold: 0,
        // An error counts at the time when the run began, and shows when it ends: up to a quarter
        // of an hour later.
        period: Duration.hours(1),
        topic,
        description: 'A run of the sentry failed: keys may be listed late.',
      }),
      alarm(
        'IncompleteRunAlarm',
        ACCESS_KEY_METRICS.unknownLookUps,
        'Look-ups of the sentry failed: keys may be missing in its report, and none was retired.',
      ),
      alarm(
        'FailedStepsAlarm',
        ACCESS_KEY_METRICS.stepsFailed,
        'The sentry could not deactivate or delete a key that is due.',
      ),
      alarm(
        'FailedAnnouncementAlarm',
        ACCESS_KEY_METRICS.announcementsFailed,
        'EventBridge did not take the findings of a run: their listeners missed some. The message was sent.',
      ),
      ...(homeRegion.isGiven
        ? [
            alarm(
              'SkippedEverywhereAlarm',
              ACCESS_KEY_METRICS.runsSkippedEverywhere,
              'This copy did nothing, since it is outside the home Region, and no copy is in the home Region: no one looks at the access keys.',
            ),
          ]
        : []),
    ];
  }
}
