import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import { STSClient } from '@aws-sdk/client-sts';
import type { SQSRecord } from 'aws-lambda';
import { CLIENT_SETTINGS } from '../../shared/adapters/aws/client-settings';
import { SYSTEM_CLOCK } from '../../shared/adapters/clock/system-clock';
import { CachedConfiguration } from '../../shared/adapters/configuration/cached-configuration';
import { messageHandler, type MessageHandling } from '../../shared/adapters/queue/message-batch';
import { telemetryOf } from '../../shared/adapters/telemetry';
import { readEnvironment } from '../../shared/contracts/handler-environment';
import { AwsMemberView } from '../adapters/aws-member-view';
import { DynamoCoverage } from '../adapters/dynamo-coverage';
import { readHubConfiguration } from '../adapters/hub-configuration';
import { parseLookMessage } from '../adapters/look-messages';
import { MemberSessions } from '../adapters/member-sessions';
import { COVERAGE_METRICS as METRIC } from '../contracts/coverage-metrics';
import { LOOK_AT_MEMBER } from '../contracts/look-at-member.environment';
import { lookAtMember } from '../domain/gaps/look-at-member';

const environment = readEnvironment(LOOK_AT_MEMBER, process.env);
const { HUB_PATH: hub, HUB_NAME: hubName, HUB_BUS_ARN: hubBusArn } = environment;
const [, partition = 'aws', , hubRegion = 'unknown'] = hubBusArn.split(':');
const { logger, metrics, failures } = telemetryOf({
  construct: hub,
  topicArn: environment.NOTIFICATION_TOPIC_ARN,
});

const sqs = new SQSClient({ ...CLIENT_SETTINGS, useQueueUrlAsEndpoint: false });
const ssm = new SSMClient(CLIENT_SETTINGS);
const store = new DynamoCoverage(new DynamoDBClient(CLIENT_SETTINGS), environment.COVERAGE_TABLE);
const configuration = new CachedConfiguration(
  async () => readHubConfiguration(ssm, environment.CONFIGURATION_PARAMETER),
  SYSTEM_CLOCK,
);
const sessions = new MemberSessions({
  sts: new STSClient(CLIENT_SETTINGS),
  partition,
  hubName,
  hubFunction: 'coverage',
  now: () => SYSTEM_CLOCK.now(),
});
const view = new AwsMemberView({ sessions, partition, hubName, hubBusArn, hubRegion });

const handling: MessageHandling = {
  sqs,
  logger,
  failures,
  queueUrlOf: () => environment.LOOK_QUEUE_URL,
  handle: look,
  workIn: ({ body }) => ({ what: `A look at what the hub has in a member: ${body.slice(0, 100)}` }),
  countFailedTry: (tries) => metrics.addMetric(METRIC.failedTries, MetricUnit.Count, tries),
};

/** One account for each message. */
export const handler = messageHandler(handling, metrics);

async function look({ body, attributes }: SQSRecord): Promise<void> {
  const { accountId, knownRegions } = parseLookMessage(body);
  const { regions } = await configuration.asOf(new Date(Number(attributes.SentTimestamp)));
  const now = SYSTEM_CLOCK.now();
  const looks = await lookAtMember({ accountId, regions, knownRegions, hubRegion }, view, now);
  await store.writeLooks(looks, now);
  logger.info('looked at a member', {
    accountId,
    looks: looks.map(({ place: { region }, look: { kind } }) => `${region} ${kind}`),
  });
}
