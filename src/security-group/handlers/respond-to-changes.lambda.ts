import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EC2Client } from '@aws-sdk/client-ec2';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import type { SQSRecord } from 'aws-lambda';
import { isSamePlace, type Place } from '../../organization/domain/place';
import { UnwatchedPlaceError } from '../../organization/domain/watched-place';
import { CLIENT_SETTINGS } from '../../shared/adapters/aws/client-settings';
import { isToBeLeftOut } from '../../shared/adapters/aws/failure-kind';
import { SYSTEM_CLOCK } from '../../shared/adapters/clock/system-clock';
import { CachedConfiguration } from '../../shared/adapters/configuration/cached-configuration';
import { SnsNotifications } from '../../shared/adapters/notification/sns-notifications';
import { messageHandler, type MessageHandling } from '../../shared/adapters/queue/message-batch';
import { queueUrlOf } from '../../shared/adapters/queue/queue-url';
import { telemetryOf } from '../../shared/adapters/telemetry';
import { readEnvironment } from '../../shared/contracts/handler-environment';
import { SECURITY_GROUP_METRICS as METRIC } from '../../shared/contracts/metrics';
import { TRIES_BEFORE_LEFT_TO_MEMBER } from '../../shared/contracts/queue-tries';
import { Announcements } from '../adapters/announcements';
import { ChangeAsking, WorkflowQueues } from '../adapters/change-asking';
import { parseChangeEvent, UnreadableEventError } from '../adapters/change-event';
import { unreadableEventNotification } from '../adapters/change-notification';
import {
  CloudTrailEventHistory,
  ACTING_PATIENCE_SECONDS,
  HISTORY_CLIENT_SETTINGS,
} from '../adapters/cloudtrail-event-history';
import { leavesOutParameters, placeInEnvelope } from '../adapters/cloudtrail-record';
import { DynamoEventLog } from '../adapters/dynamo-event-log';
import { DynamoLedger } from '../adapters/dynamo-ledger';
import { DynamoSignsOfLife } from '../adapters/dynamo-signs-of-life';
import { Ec2SecurityGroups } from '../adapters/ec2-security-groups';
import { Ec2Vpcs } from '../adapters/ec2-vpcs';
import { sendHeartbeat } from '../adapters/heartbeat';
import { type HubWork, hubWork } from '../adapters/hub-work';
import { type IncomingRecord, incomingRecord } from '../adapters/incoming-record';
import { type LastingPorts, portsAt } from '../adapters/ports-of-try';
import { parseQueueMessage, placeIn } from '../adapters/queue-messages';
import { sendRunAfterCall } from '../adapters/reconcile-messages';
import { RecordAdmission } from '../adapters/record-admission';
import { reportUnsentEvent } from '../adapters/report-announcer';
import { loadWithVpcRanges } from '../adapters/sentry-configuration';
import { SentryPlaces } from '../adapters/sentry-places';
import { workInEvent } from '../adapters/work-in-event';
import { RESPOND_TO_CHANGES } from '../contracts/respond-to-changes.environment';
import { isOwnCall } from '../domain/changes/actor';
import type { Change } from '../domain/changes/change';
import { heartbeatGroup } from '../domain/heartbeat';
import { type ChangeReport, secondsOpen } from '../domain/reporting/change-report';
import { leftToMember } from '../domain/responding/left-to-member';
import { respondToChange } from '../domain/responding/respond-to-change';
import { respondToDifferences } from '../domain/responding/respond-to-differences';
import type { Responses } from '../domain/responding/responses';

/** What CloudTrail writes of a dry run that would have been let. */
const DRY_RUN = 'Client.DryRunOperation';

const ANY_GROUP = { include: [{ kind: 'all' as const }], exclude: [] };

const environment = readEnvironment(RESPOND_TO_CHANGES, process.env);
const sentry = environment.SENTRY_NAME;
const { logger, metrics, failures } = telemetryOf({
  construct: sentry,
  topicArn: environment.NOTIFICATION_TOPIC_ARN,
  describeAccount: (accountId) => hub?.known.describe(accountId),
});

const sqs = new SQSClient({ ...CLIENT_SETTINGS, useQueueUrlAsEndpoint: false });
const ec2 = new EC2Client(CLIENT_SETTINGS);
const vpcs = new Ec2Vpcs(ec2);
const dynamo = new DynamoDBClient(CLIENT_SETTINGS);
const signs = new DynamoSignsOfLife(dynamo, environment.LEDGER_TABLE);
const ssm = new SSMClient(CLIENT_SETTINGS);
const configuration = new CachedConfiguration(
  () => loadWithVpcRanges(ssm, environment, vpcs),
  SYSTEM_CLOCK,
);
const workflows = new WorkflowQueues(
  sqs,
  async () => (await configuration.asOf(new Date(0))).workflows,
);
const announcements = new Announcements(
  new SnsNotifications(new SNSClient(CLIENT_SETTINGS), environment.NOTIFICATION_TOPIC_ARN),
  new EventBridgeClient(CLIENT_SETTINGS),
  workflows,
);
const own = { accountId: environment.ACCOUNT_ID, region: process.env.AWS_REGION ?? 'unknown' };
const ownPorts: LastingPorts = {
  groups: new Ec2SecurityGroups(ec2, environment.ACCOUNT_ID),
  ledger: new DynamoLedger(dynamo, environment.LEDGER_TABLE),
  events: new DynamoEventLog(dynamo, environment.LEDGER_TABLE),
  history: new CloudTrailEventHistory(
    new CloudTrailClient(HISTORY_CLIENT_SETTINGS),
    ACTING_PATIENCE_SECONDS,
  ),
  asker: new ChangeAsking(dynamo, environment.LEDGER_TABLE, SYSTEM_CLOCK),
  clock: SYSTEM_CLOCK,
  own: {
    roleArn: environment.OWN_ROLE_ARN,
    sessionName: process.env.AWS_LAMBDA_FUNCTION_NAME ?? '',
  },
};
const hub = hubWork({
  variable: environment.HUB,
  own,
  hubFunction: 'respond',
  patienceSeconds: ACTING_PATIENCE_SECONDS,
  ssm,
  dynamo,
});
const places = new SentryPlaces({
  own,
  ownPorts,
  dynamo,
  ledgerTable: environment.LEDGER_TABLE,
  hub,
});
const admission =
  hub &&
  new RecordAdmission({
    hub,
    own,
    dynamo,
    failures,
    logger,
    countRefused: () => metrics.addMetric(METRIC.recordsRefused, MetricUnit.Count, 1),
  });
const queueUrls = [environment.CHANGE_QUEUE_URL, ...(hub ? [hub.variable.intakeQueueUrl] : [])];
const parts = { sentry, announcements, failures, configuration };

const handling: MessageHandling = {
  sqs,
  logger,
  failures,
  queueUrlOf: ({ eventSourceARN }) => queueUrlOf(eventSourceARN, queueUrls),
  handle: handleRecord,
  workIn: ({ body }) => workInEvent(body),
  countFailedTry: (tries) => metrics.addMetric(METRIC.failedTries, MetricUnit.Count, tries),
};

/**
 * Each message of the batch on its own: one that fails is shown again later, the others are done.
 */
export const handler = messageHandler(handling, metrics);

async function handleRecord(record: SQSRecord, tries: number): Promise<void> {
  const message = parseQueueMessage(record.body);
  const receivedAt = new Date(Number(record.attributes.SentTimestamp));
  if (!message) return handleIncoming(incomingRecord(record.body), { record, receivedAt, tries });
  const place = placeIn(message, own);
  try {
    await unlessLeftToMember(place, { record, receivedAt, tries }, async () =>
      message.type === 'heartbeat'
        ? beat(place, receivedAt)
        : respondToGroup(message.groupId, place, { record, receivedAt, tries }),
    );
  } catch (error) {
    if (!(error instanceof UnwatchedPlaceError)) throw error;
    logger.warn('not watched any more', { ...place, type: message.type, reason: error.message });
  }
}

/** One try at one message. */
interface Try {
  readonly record: SQSRecord;
  readonly receivedAt: Date;
  readonly tries: number;
}

async function respondToGroup(
  groupId: string,
  place: Place,
  { record, receivedAt, tries }: Try,
): Promise<void> {
  const { ports, narrowed } = await places.at(place, record.messageId);
  const known = {
    configuration: narrowed(await configuration.asOf(receivedAt)),
    ports: portsAt(tries, { ...parts, ports }),
  };
  conclude(await respondToDifferences(groupId, place, known), receivedAt);
}

/** Where the record is of, is believed only where someone vouches for it. */
async function handleIncoming(incoming: IncomingRecord, one: Try): Promise<void> {
  let place: AdmittedPlace | undefined;
  try {
    place = await placeOf(incoming, one);
    if (!place) return;
    const change = parseChangeEvent(incoming.body, one.receivedAt, place.known);
    await unlessLeftToMember(place.known ?? own, one, async () => respond(change, one));
  } catch (error) {
    if (!(error instanceof UnreadableEventError)) throw error;
    await tellUnreadable(incoming, error, one);
    if (incoming.place && place?.known) await lookAfterLargeCall(incoming, place.known);
  }
}

/** A rule does so for what members forward. */
async function lookAfterLargeCall({ body }: IncomingRecord, place: Place): Promise<void> {
  const queueUrl = environment.RECONCILE_QUEUE_URL;
  if (!queueUrl || !leavesOutParameters(body)) return;
  await sendRunAfterCall(sqs, queueUrl, place);
}

interface AdmittedPlace {
  /** Undefined without a hub. */
  readonly known?: Place;
}

/** Undefined where nothing is to be done. Without a hub, the record is read as it always was. */
async function placeOf(
  incoming: IncomingRecord,
  { record, receivedAt }: Try,
): Promise<AdmittedPlace | undefined> {
  if (!admission) return {};
  const { messageId } = record;
  const known = await admission.placeOf({ incoming, receivedAt, messageId });
  return known && { known };
}

async function tellUnreadable(
  { body, place }: IncomingRecord,
  error: UnreadableEventError,
  { tries }: Try,
): Promise<void> {
  logger.error('unreadable event', { reason: error.message, body });
  metrics.addMetric(METRIC.unreadableEvents, MetricUnit.Count, 1);
  const known = await hub?.known.at(place ?? placeInEnvelope(body) ?? own);
  const announcement = unreadableEventNotification(body, error.message, sentry, known?.described);
  const leftOut = await announcements.tell(announcement, (failure) =>
    isToBeLeftOut(failure, tries),
  );
  leftOut.forEach((event) => reportUnsentEvent(announcement, event.error, failures));
}

/**
 * A member that does not let the sentry in is let be after a few tries: no later one will be let
 * in, coverage names the member, and reconcile finds what is left once it may.
 */
async function unlessLeftToMember(
  place: Place,
  { record, tries }: Try,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    const left = isSamePlace(place, own) ? undefined : leftToMember(error);
    if (!left || tries < TRIES_BEFORE_LEFT_TO_MEMBER) throw error;
    logger.error('left to the member', { messageId: record.messageId, ...left });
    metrics.addMetric(METRIC.membersRefused, MetricUnit.Count, 1);
    failures.add(`left ${record.messageId}`, {
      work: { account: place.accountId, region: place.region, ...workInEvent(record.body) },
      state: 'given-up',
      reason: left.reason,
      next: 'It is not tried again until the member lets the hub: then reconcile finds it within the hour. The runbook says what to do there.',
    });
  }
}

async function beat(place: Place, receivedAt: Date): Promise<void> {
  if (hub && !isSamePlace(place, own)) return beatInMember(place, hub);
  const groupId = await heartbeatGroup(await configuration.asOf(receivedAt), ownPorts.groups);
  if (groupId === undefined) {
    throw new Error('There is no monitored group to try the sentry on: does one exist?');
  }
  await sendHeartbeat(ec2, groupId);
}

/** On any group: whether one is monitored says nothing of whether events come. */
async function beatInMember(place: Place, { known, places: members }: HubWork): Promise<void> {
  (await known.at(place)).refuseUnwatched();
  const member = members.at(place, 'heartbeat');
  const groupId = await heartbeatGroup({ monitoredGroups: ANY_GROUP }, member.groups);
  if (groupId !== undefined) await member.beat(groupId);
}

async function respond(change: Change, { receivedAt, tries }: Try): Promise<void> {
  if (!admission && isElsewhere(change)) {
    return logger.warn('an event of another account or Region, passed over', {
      account: change.accountId,
      region: change.region,
    });
  }
  if (change.errorCode === DRY_RUN) return keepHeartbeat(change);
  if (tries === 1) {
    metrics.addMetric(METRIC.eventsSeen, MetricUnit.Count, 1);
    metrics.addMetric(
      METRIC.detectionLag,
      MetricUnit.Seconds,
      secondsBetween(change.time, receivedAt),
    );
  }
  const { ports, narrowed } = await places.at(change, change.eventId);
  const responses = await respondToChange(
    change,
    {
      current: async () => narrowed(await configuration.asOf(change.time)),
      ...(configuration.last && { last: narrowed(configuration.last) }),
    },
    portsAt(tries, { ...parts, ports }),
  );
  const { eventId, eventName, subject, accountId, region } = change;
  logger.info('responded', {
    eventId,
    eventName,
    subject,
    accountId,
    region,
    tries,
    outcomes: responses.reports.map(outcomesByRule),
  });
  if (!change.rules.complete && responses.reports.length > 0) {
    metrics.addMetric(METRIC.unreadableEvents, MetricUnit.Count, 1);
  }
  conclude(responses, receivedAt);
}

/** A bus may get the events of others, whose groups are not to be found here. */
function isElsewhere({ accountId, region }: Change): boolean {
  return (
    (accountId !== 'unknown' && accountId !== own.accountId) ||
    (region !== 'unknown' && region !== own.region)
  );
}

/**
 * Anyone may make dry runs; only the sentry's own prove anything. Those of members prove what
 * coverage has noted by now.
 */
async function keepHeartbeat({ actor, time, accountId, region }: Change): Promise<void> {
  if (admission && !isSamePlace({ accountId, region }, own)) return;
  if (!isOwnCall(actor, ownPorts.own)) return;
  metrics.addMetric(METRIC.heartbeats, MetricUnit.Count, 1);
  await signs.keep('heartbeat', time);
}

function conclude({ reports, failures: failed }: Responses, receivedAt: Date): void {
  reports.forEach((report) => countOutcomes(report, receivedAt));
  if (failed.length > 0) {
    throw new AggregateError(
      failed,
      failed
        .map((failure) => (failure instanceof Error ? failure.message : String(failure)))
        .join(' '),
    );
  }
}

function outcomesByRule({ group, rules }: ChangeReport) {
  return {
    group: group.id,
    rules: rules.map(({ rule, change, outcome }) => ({ rule: rule.id, change, ...outcome })),
  };
}

function countOutcomes(report: ChangeReport, receivedAt: Date): void {
  if (report.disputes.length > 0) {
    metrics.addMetric(METRIC.disputes, MetricUnit.Count, report.disputes.length);
  }
  for (const { outcome } of report.rules) {
    if (outcome.kind === 'already-gone') continue;
    metrics.addMetric(METRIC.violations, MetricUnit.Count, 1);
    if (outcome.kind === 'failed' || outcome.kind === 'not-restorable') {
      metrics.addMetric(METRIC.revertsFailed, MetricUnit.Count, 1);
    }
    if (outcome.kind !== 'reverted') continue;
    metrics.addMetric(METRIC.rulesReverted, MetricUnit.Count, 1);
    metrics.addMetric(METRIC.secondsOpen, MetricUnit.Seconds, secondsOpen(report));
    metrics.addMetric(
      METRIC.reactionTime,
      MetricUnit.Seconds,
      secondsBetween(receivedAt, report.lookedAt),
    );
    if (report.isRepeat) metrics.addMetric(METRIC.repeats, MetricUnit.Count, 1);
  }
}

function secondsBetween(one: Date, other: Date): number {
  return Math.max(0, (other.getTime() - one.getTime()) / 1_000);
}
