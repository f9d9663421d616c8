import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { OrganizationsClient } from '@aws-sdk/client-organizations';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import { STSClient } from '@aws-sdk/client-sts';
import type { CountedAws } from './counted-aws';
import { HUB_ACCOUNT, HUB_BUS_ARN, HUB_NAME, REGIONS } from './members';
import { AwsMemberView } from '../../src/organization/adapters/aws-member-view';
import { coverageNotification } from '../../src/organization/adapters/coverage-notification';
import { DynamoCoverage } from '../../src/organization/adapters/dynamo-coverage';
import { readHubConfiguration } from '../../src/organization/adapters/hub-configuration';
import { parseLookMessage, sendLooks } from '../../src/organization/adapters/look-messages';
import { MemberDirectory } from '../../src/organization/adapters/member-directory';
import { MemberSessions } from '../../src/organization/adapters/member-sessions';
import { readAccounts } from '../../src/organization/adapters/organization-accounts';
import type { HubParameter } from '../../src/organization/contracts/hub-parameter';
import type { HubFunction } from '../../src/organization/contracts/hub-roles';
import { lookAtMember } from '../../src/organization/domain/gaps/look-at-member';
import { placesToReconcile, placesToTry } from '../../src/organization/domain/gaps/places-to-visit';
import {
  type CoverageReport,
  watchCoverage,
} from '../../src/organization/domain/gaps/watch-coverage';
import { KnownPlaces } from '../../src/security-group/adapters/known-places';
import { MemberPlaces } from '../../src/security-group/adapters/member-places';
import { sendHeartbeats } from '../../src/security-group/adapters/queue-messages';
import { sendReconciles } from '../../src/security-group/adapters/reconcile-messages';
import { SnsNotifications } from '../../src/shared/adapters/notification/sns-notifications';
import type { Clock } from '../../src/shared/domain/clock';

export const HUB_PARAMETER = '/hub';
export const COVERAGE_TABLE = 'coverage';
const HUB = { partition: 'aws', hubName: HUB_NAME } as const;
const OWN = { accountId: HUB_ACCOUNT, region: REGIONS[0] };
const [HUB_REGION] = REGIONS;

const PARAMETER: HubParameter = {
  version: 1,
  accounts: { kind: 'organization', units: [], excluding: [] },
  regions: REGIONS,
  warnings: {},
  expected: { sources: ['forwarded-events'], rights: 'REVOKE' },
};

const SETTINGS = { region: HUB_REGION, credentials: { accessKeyId: 'x', secretAccessKey: 'x' } };

/** The functions of a hub, wired as their handlers wire them. */
export class HubAtWork {
  readonly dynamo = new DynamoDBClient(SETTINGS);
  readonly ssm = new SSMClient(SETTINGS);
  readonly sqs = new SQSClient(SETTINGS);
  readonly notifications = new SnsNotifications(new SNSClient(SETTINGS), 'topic');
  private readonly organizations = new OrganizationsClient(SETTINGS);
  readonly store = new DynamoCoverage(this.dynamo, COVERAGE_TABLE);

  constructor(readonly aws: CountedAws) {
    aws.parameters.set(HUB_PARAMETER, JSON.stringify(PARAMETER));
  }

  /** `watch-coverage.lambda.ts` */
  async watchCoverage(): Promise<CoverageReport> {
    const configuration = await readHubConfiguration(this.ssm, HUB_PARAMETER);
    const { accounts: selection, regions, expected, warnings } = configuration;
    const now = this.aws.clock.now();
    const report = await watchCoverage(
      { selection, regions, hubAccountId: HUB_ACCOUNT, hubRegion: HUB_REGION, expected },
      {
        store: this.store,
        readAccounts: async () => readAccounts(this.organizations, now),
        lookAt: async (members) => sendLooks(this.sqs, 'looks', members),
      },
      now,
    );
    const notification = coverageNotification(report, { hub: 'Hub', warnings });
    if (notification) await this.notifications.publish(notification);
    await this.store.remember(report);
    return report;
  }

  /** `look-at-member.lambda.ts`, for all that were sent, in one container. */
  async lookAtMembers(): Promise<void> {
    const view = new AwsMemberView({
      ...HUB,
      sessions: this.sessions('coverage'),
      hubBusArn: HUB_BUS_ARN,
      hubRegion: HUB_REGION,
    });
    for (const body of this.aws.queued.splice(0)) {
      const member = { ...parseLookMessage(body), regions: REGIONS, hubRegion: HUB_REGION };
      const now = this.aws.clock.now();
      await this.store.writeLooks(await lookAtMember(member, view, now), now);
    }
  }

  /** `schedule-members.lambda.ts` */
  async scheduleReconciles(): Promise<number> {
    const { memory, places } = await this.placesOfHub();
    const found = placesToReconcile(memory, places);
    await sendReconciles(this.sqs, 'reconciles', found);
    return found.length;
  }

  async scheduleHeartbeats(): Promise<number> {
    const { memory, places } = await this.placesOfHub();
    const silent = placesToTry(memory, places, this.aws.clock.now());
    await sendHeartbeats(this.sqs, 'intake', silent);
    return silent.length;
  }

  private async placesOfHub() {
    const [memory, { accounts: selection, regions, expected }] = await Promise.all([
      this.store.read(),
      readHubConfiguration(this.ssm, HUB_PARAMETER),
    ]);
    return { memory, places: { selection, regions, own: OWN, sources: expected.sources } };
  }

  private sessions(hubFunction: HubFunction, clock: Pick<Clock, 'now'> = this.aws.clock) {
    const sts = new STSClient(SETTINGS);
    return new MemberSessions({ ...HUB, sts, hubFunction, now: () => clock.now() });
  }

  /** What one container of a sentry's function keeps of the members. */
  container(hubFunction: HubFunction, clock: Pick<Clock, 'now'> = this.aws.clock) {
    const sessions = this.sessions(hubFunction, clock);
    const directory = new MemberDirectory({
      ssm: this.ssm,
      dynamo: this.dynamo,
      bus: new EventBridgeClient(SETTINGS),
      configurationParameter: HUB_PARAMETER,
      coverageTable: COVERAGE_TABLE,
      hubName: HUB.hubName,
      clock,
    });
    const places = new MemberPlaces({ ...HUB, hubFunction, sessions, patienceSeconds: 60 });
    return { sessions, directory, known: new KnownPlaces(OWN, directory), places };
  }
}
