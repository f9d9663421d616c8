import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import type { SQSRecord } from 'aws-lambda';
import type { DescribedPlace } from '../../organization/domain/described-place';
import { isSamePlace, type Place } from '../../organization/domain/place';
import { UnwatchedPlaceError } from '../../organization/domain/watched-place';
import { CLIENT_SETTINGS } from '../../shared/adapters/aws/client-settings';
import { isToBeLeftOut } from '../../shared/adapters/aws/failure-kind';
import { SYSTEM_CLOCK } from '../../shared/adapters/clock/system-clock';
import { CachedConfiguration } from '../../shared/adapters/configuration/cached-configuration';
import {
  largestThatFits,
  SnsNotifications,
} from '../../shared/adapters/notification/sns-notifications';
import { messageHandler, type MessageHandling } from '../../shared/adapters/queue/message-batch';
import { telemetryOf } from '../../shared/adapters/telemetry';
import { readEnvironment } from '../../shared/contracts/handler-environment';
import { SECURITY_GROUP_METRICS as METRIC } from '../../shared/contracts/metrics';
import { Announcements } from '../adapters/announcements';
import { RECONCILE_PATIENCE_SECONDS } from '../adapters/cloudtrail-event-history';
import { DynamoLedger } from '../adapters/dynamo-ledger';
import { DynamoRunsAfterCalls } from '../adapters/dynamo-runs-after-calls';
import { DynamoToldEnds } from '../adapters/dynamo-told-ends';
import { DynamoUntoldNews } from '../adapters/dynamo-untold-news';
import { hubWork } from '../adapters/hub-work';
import { placeNewsNotification } from '../adapters/place-news-notification';
import { sendDifferences, sendDifferencesLater } from '../adapters/queue-messages';
import { parseReconcileMessage, sendRunLater } from '../adapters/reconcile-messages';
import { reconcileNotification } from '../adapters/reconcile-notification';
import { reportUnsentEvent } from '../adapters/report-announcer';
import { loadSentryConfiguration } from '../adapters/sentry-configuration';
import { MAX_RULES_IN_MESSAGE } from '../contracts/change-message';
import { type LedgerKeys, ledgerKeysOf } from '../contracts/ledger-items';
import { RECONCILE_MEMBER } from '../contracts/reconcile-member.environment';
import { placeNews, tellPlaceNews, waitsForOthers } from '../domain/reconciling/place-news';
import { reconcileGroups, type ReconcilePorts } from '../domain/reconciling/reconcile-groups';
import type { ReconcileReport } from '../domain/reconciling/reconcile-report';
import { planRun } from '../domain/reconciling/run-after-large-call';
import { leftToMember } from '../domain/responding/left-to-member';

const environment = readEnvironment(RECONCILE_MEMBER, process.env);
const sentry = environment.SENTRY_NAME;
const { logger, metrics, failures } = telemetryOf({
  construct: sentry,
  topicArn: environment.NOTIFICATION_TOPIC_ARN,
  describeAccount: (accountId) => hub.known.describe(accountId),
});
const own = { accountId: environment.ACCOUNT_ID, region: process.env.AWS_REGION ?? 'unknown' };

const sqs = new SQSClient({ ...CLIENT_SETTINGS, useQueueUrlAsEndpoint: false });
const ssm = new SSMClient(CLIENT_SETTINGS);
const dynamo = new DynamoDBClient(CLIENT_SETTINGS);
const configuration = new CachedConfiguration(
  () => loadSentryConfiguration(ssm, environment),
  SYSTEM_CLOCK,
);
const notifications = new SnsNotifications(
  new SNSClient(CLIENT_SETTINGS),
  environment.NOTIFICATION_TOPIC_ARN,
);
const untold = new DynamoUntoldNews(dynamo, environment.LEDGER_TABLE);
const announcements = new Announcements(notifications, new EventBridgeClient(CLIENT_SETTINGS));
const hub = hubWork({
  variable: environment.HUB,
  own,
  hubFunction: 'reconcile',
  patienceSeconds: RECONCILE_PATIENCE_SECONDS,
  ssm,
  dynamo,
})!;

const handling: MessageHandling = {
  sqs,
  logger,
  failures,
  queueUrlOf: () => environment.RECONCILE_QUEUE_URL,
  handle: handleRecord,
  workIn: ({ body }) => workIn(body),
  countFailedTry: (tries) => metrics.addMetric(METRIC.failedTries, MetricUnit.Count, tries),
};

/** One place for each message. */
export const handler = messageHandler(handling, metrics);

function workIn(body: string) {
  const what = 'A comparison of the groups of a member with the ledger';
  try {
    const { account, region } = parseReconcileMessage(body);
    return { what, account, region };
  } catch {
    return { what };
  }
}

/** A member that does not let the sentry in is named by coverage; the next run tries again. */
async function handleRecord(record: SQSRecord, tries: number): Promise<void> {
  const { body, messageId, attributes } = record;
  const sentAt = new Date(Number(attributes.SentTimestamp));
  const { account: accountId, region, type, run = messageId } = parseReconcileMessage(body);
  if (type === 'tell-news') return tellNews();
  const place = { accountId, region };
  if (isSamePlace(place, own)) return;
  try {
    await (type === 'by-clock'
      ? reconcile(place, { tries, sentAt })
      : afterCall(place, run, { tries, sentAt }));
  } catch (error) {
    if (error instanceof UnwatchedPlaceError) {
      return logger.info('not watched any more', { ...place, reason: error.message });
    }
    const left = leftToMember(error);
    if (!left) throw error;
    logger.error('left to the member', { ...place, ...left });
    metrics.addMetric(METRIC.membersRefused, MetricUnit.Count, 1);
  }
}

/** What could not be told stays where it is: the next message of this kind has it told. */
async function tellNews(): Promise<void> {
  const told = await tellPlaceNews(untold, async (batch) =>
    notifications.publish(placeNewsNotification(batch, sentry)),
  );
  logger.info('told news of members', { told });
}

/** One that has to wait does so in the queue, and holds up no other. */
async function afterCall(place: Place, run: string, one: PlaceRun): Promise<void> {
  const runs = new DynamoRunsAfterCalls(dynamo, environment.LEDGER_TABLE, ledgerKeysOf(place));
  const planned = await planRun(run, runs, SYSTEM_CLOCK);
  if (!planned) return logger.info('another run is about to look at all groups', { ...place });
  const wait = planned.at.getTime() - SYSTEM_CLOCK.now().getTime();
  if (wait > 0) {
    return sendRunLater(sqs, environment.RECONCILE_QUEUE_URL, { place, run }, wait);
  }
  await reconcile(place, { ...one, pointToLater: pointLater(place) });
}

function pointLater(place: Place): NonNullable<ReconcilePorts['pointToLater']> {
  return async (groupIds, milliseconds) =>
    sendDifferencesLater(
      sqs,
      { queueUrl: hub.variable.intakeQueueUrl, place },
      groupIds,
      milliseconds,
    );
}

interface PlaceRun extends Pick<ReconcilePorts, 'pointToLater'> {
  readonly tries: number;
  readonly sentAt: Date;
}

async function reconcile(place: Place, { tries, sentAt, ...later }: PlaceRun): Promise<void> {
  const { described, narrowed, refuseUnwatched } = await hub.known.at(place);
  refuseUnwatched();
  const report = await reconcileGroups(narrowed(await configuration.asOf(sentAt)), {
    ...portsIn(place, described, ledgerKeysOf(place)),
    ...later,
    tell: async (told) => tell(told, tries),
  });
  count(place, report);
}

function portsIn(
  place: Place,
  described: DescribedPlace,
  keys: LedgerKeys,
): Omit<ReconcilePorts, 'tell'> {
  const { groups, history, lastHeartbeat } = hub.places.at(place, 'reconcile');
  return {
    groups,
    rulesOfAll: async (groupIds) => groups.rulesOfAll(groupIds),
    ledger: new DynamoLedger(dynamo, environment.LEDGER_TABLE, keys),
    toldEnds: new DynamoToldEnds(dynamo, environment.LEDGER_TABLE),
    history,
    lastHeartbeat,
    clock: SYSTEM_CLOCK,
    sentry,
    place: described,
    pointTo: async (groupIds) =>
      sendDifferences(sqs, { queueUrl: hub.variable.intakeQueueUrl, place }, groupIds),
  };
}

/**
 * After a while, an event for machines is left out rather than the run. People hear most things
 * with those of other places: what waits is kept before anything is accepted.
 */
async function tell(report: ReconcileReport, tries: number): Promise<void> {
  const announcement = largestThatFits(MAX_RULES_IN_MESSAGE, (items) =>
    reconcileNotification(report, sentry, items),
  );
  const waits = waitsForOthers(report);
  const leftOut = await announcements.tell({ ...announcement, isRepeat: waits }, (error) =>
    isToBeLeftOut(error, tries),
  );
  if (waits) await untold.keep(placeNews(report));
  leftOut.forEach(({ error }) => reportUnsentEvent(announcement, error, failures));
}

function count(place: Place, report: ReconcileReport): void {
  const { groupCount, adoptions, released, returned, due, isBraked } = report;
  logger.info('reconciled', {
    ...place,
    groupCount,
    adopted: adoptions.length,
    released: released.map(({ group }) => group.groupId),
    returned: returned.map(({ groupId }) => groupId),
    due,
    isBraked,
  });
  metrics.addMetric(METRIC.memberReconcileRuns, MetricUnit.Count, 1);
  if (due.length > 0) metrics.addMetric(METRIC.groupsDue, MetricUnit.Count, due.length);
  if (isBraked) metrics.addMetric(METRIC.brakedRuns, MetricUnit.Count, 1);
}
