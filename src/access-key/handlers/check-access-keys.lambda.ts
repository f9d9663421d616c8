import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { IAMClient } from '@aws-sdk/client-iam';
import { S3Client } from '@aws-sdk/client-s3';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import type { Context, ScheduledEvent, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { readHubVariable } from '../../organization/adapters/hub-variable';
import type { HubVariable } from '../../organization/contracts/hub-variable';
import { CLIENT_SETTINGS } from '../../shared/adapters/aws/client-settings';
import { SYSTEM_CLOCK } from '../../shared/adapters/clock/system-clock';
import { type RunContext, RunFailures } from '../../shared/adapters/failure/run-failures';
import { SnsNotifications } from '../../shared/adapters/notification/sns-notifications';
import { handleMessages, type MessageHandling } from '../../shared/adapters/queue/message-batch';
import { telemetryOf } from '../../shared/adapters/telemetry';
import { readEnvironment } from '../../shared/contracts/handler-environment';
import { reasonOf } from '../../shared/domain/failure/failure';
import { parseAccountMessage } from '../adapters/account-messages';
import { type Announcement, Announcing, toOwners } from '../adapters/announcing';
import { DynamoKeyRecords, LeaseTakenError, RUN_LEASE } from '../adapters/dynamo-key-records';
import { DynamoLastReport } from '../adapters/dynamo-last-report';
import { FindingEvents } from '../adapters/finding-events';
import { hasCopyIn } from '../adapters/home-copy';
import { IAM_CLIENT_SETTINGS, IamAccessKeys } from '../adapters/iam-access-keys';
import { KeyAsking } from '../adapters/key-asking';
import { type InventoriedRun, KeyInventories } from '../adapters/key-inventories';
import { tellOfKeys } from '../adapters/key-notification';
import {
  type LoadedKeySentryConfiguration,
  readKeySentryConfiguration,
} from '../adapters/key-sentry-configuration';
import { OrganizationKeys } from '../adapters/organization-keys';
import { OwnerDirectMessages } from '../adapters/owner-direct-messages';
import { OwnerEvents } from '../adapters/owner-events';
import type { REPORT_TASK } from '../contracts/account-message';
import {
  CHECK_ACCESS_KEYS,
  NO_KEY_RECORDS_TABLE,
} from '../contracts/check-access-keys.environment';
import { ACCESS_KEY_METRICS as METRIC } from '../contracts/key-metrics';
import type { InventoryPlace } from '../contracts/key-sentry-parameter';
import type { AccountInventory } from '../domain/inventory-csv';
import { type HasTime, type InventoryKey, takeInventory } from '../domain/key-inventory';
import { countByClass, type KeyReport, oldestAge, type PlacedKey } from '../domain/key-report';
import type { FindingClass } from '../domain/key-rules';
import type { RunInventory } from '../domain/organization/keep-run-inventory';
import { organizationInventory } from '../domain/organization/organization-inventory';
import {
  organizationCounts,
  type OrganizationReport,
  unknownCount,
} from '../domain/organization/organization-report';
import { usersWithoutOwner } from '../domain/owner-groups';
import type { KeyAsker, KeyRecords } from '../domain/ports';
import { runKeySentry } from '../domain/run-key-sentry';

const environment = readEnvironment(CHECK_ACCESS_KEYS, process.env);
const { SENTRY_NAME: sentry, ACCOUNT_ID: account } = environment;
const { logger, metrics, failures } = telemetryOf({
  construct: sentry,
  topicArn: environment.NOTIFICATION_TOPIC_ARN,
});

const ssm = new SSMClient(CLIENT_SETTINGS);
const sqs = new SQSClient({ ...CLIENT_SETTINGS, useQueueUrlAsEndpoint: false });
const s3 = new S3Client({ ...CLIENT_SETTINGS, forcePathStyle: true });
const sns = new SNSClient(CLIENT_SETTINGS);
const dynamo = new DynamoDBClient(CLIENT_SETTINGS);
const notifications = new SnsNotifications(sns, environment.NOTIFICATION_TOPIC_ARN);
const runFailures = new RunFailures({
  failures,
  clock: SYSTEM_CLOCK,
  what: 'A run over the access keys of all users',
  next: 'The next run starts from the beginning. Until one succeeds, no key is listed or retired.',
});
const eventBridge = new EventBridgeClient(CLIENT_SETTINGS);
const announcing = new Announcing({ logger, metrics, failures });
const ownerEvents = new OwnerEvents(eventBridge, sentry);
const directMessages = new OwnerDirectMessages({ sqs, sentry, logger, metrics, failures });
const iam = new IAMClient(IAM_CLIENT_SETTINGS);
const keys = new IamAccessKeys(iam, SYSTEM_CLOCK);
const table =
  environment.KEY_RECORDS_TABLE === NO_KEY_RECORDS_TABLE
    ? undefined
    : new DynamoKeyRecords(dynamo, environment.KEY_RECORDS_TABLE, SYSTEM_CLOCK);
const memory = table && new DynamoLastReport(dynamo, environment.KEY_RECORDS_TABLE);
const refuse = async () => {
  throw new Error('The sentry has actions and no table for its records: deploy its stack again.');
};
/** Without actions there is no table, and no one may ask for one. */
const NO_RECORDS: KeyRecords = { all: refuse, read: refuse, write: refuse };
const ports = {
  source: keys,
  changer: keys,
  records: table ?? NO_RECORDS,
  memory,
  account,
  region: environment.HOME_REGION,
  tell: tellOfKeys(notifications, { sentry, account }, SYSTEM_CLOCK),
  announce: async (report: KeyReport) => announce(account, report),
};

async function tellOwners(
  report: KeyReport,
  { ownerMessages }: LoadedKeySentryConfiguration,
): Promise<readonly PlacedKey[]> {
  await announcing.attempt(toOwners(report.survey.at, account), async () =>
    ownerEvents.tellOf(report, account),
  );
  return ownerMessages ? directMessages.tellOf(ownerMessages.queueUrl, report, account) : [];
}

async function announce(accountId: string, report: KeyReport): Promise<void> {
  const announcement: Announcement = {
    id: `findings ${accountId} ${report.survey.at.toISOString()}`,
    work: { what: 'The events about the findings of a run', account: accountId },
    next: 'The report was sent. Listeners get the findings in the next run, if they still hold.',
  };
  await announcing.attempt(announcement, async () =>
    new FindingEvents(eventBridge, sentry, accountId).announce(report),
  );
}

/** Of one account, or of all accounts of a hub. */
async function attemptFile(
  { bucket }: InventoryPlace,
  inventoried: InventoriedRun,
  attempt: () => Promise<void>,
): Promise<void> {
  const missed = {
    what: `The inventory of a run, for the bucket ${bucket}`,
    next: 'Nothing else was held up. The next run writes an inventory of its own.',
  };
  await attemptInventory(inventoried, missed, attempt);
}

async function writeFile(
  place: InventoryPlace,
  inventoried: InventoriedRun,
  accounts: readonly AccountInventory[],
): Promise<void> {
  const key = await new KeyInventories(s3, place).write(inventoried, accounts);
  logger.info('inventory written', { bucket: place.bucket, key });
}

function inventoryIn(place: InventoryPlace): RunInventory {
  const scope = 'organization';
  return {
    attempt: async (at, work) => attemptFile(place, { scope, at }, work),
    write: async (report, rows) =>
      writeFile(place, { scope, at: report.at }, organizationInventory(report, rows)),
  };
}

async function keepRows(inventoried: InventoriedRun, store: () => Promise<void>): Promise<void> {
  const missed = {
    what: `The rows of account ${inventoried.scope} in the inventory of a run`,
    next: 'Nothing else was held up. The file says that it has none of the account.',
  };
  await attemptInventory(inventoried, missed, store);
}

/** Everything else was done by then: a failure here must not have it done again by retries. */
async function attemptInventory(
  { scope, at }: InventoriedRun,
  { what, next }: { readonly what: string; readonly next: string },
  attempt: () => Promise<void>,
): Promise<void> {
  try {
    await attempt();
  } catch (error) {
    logger.error(`not written: ${what}`, { error });
    metrics.addMetric(METRIC.inventoriesFailed, MetricUnit.Count, 1);
    failures.add(`inventory ${scope} ${at.toISOString()}`, {
      work: { what },
      state: 'given-up',
      reason: reasonOf(error),
      next,
    });
  }
}

const hub = readHubVariable(environment.HUB);
const organization = hub && organizationOf(hub);

function organizationOf(variable: HubVariable): OrganizationKeys {
  const { MEMBER_KEYS_TABLE: memberKeys, ACCOUNT_QUEUE_URL: queueUrl } = environment;
  if (!memberKeys || !queueUrl) {
    throw new Error('The sentry has a hub, and no table or queue for it: deploy its stack again.');
  }
  return new OrganizationKeys({
    hub: variable,
    sentry,
    table: memberKeys,
    queueUrl,
    topicArn: environment.NOTIFICATION_TOPIC_ARN,
    clients: { dynamo, sns, sqs, ssm },
    clock: SYSTEM_CLOCK,
    own: {
      account,
      region: environment.HOME_REGION,
      records: table,
      ports: (configuration) => ({ ...ports, asker: askerOf(configuration) }),
    },
    configuration: async () => readKeySentryConfiguration(ssm, environment.CONFIGURATION_PARAMETER),
    announce,
    inventoryIn,
    keepRows,
    tellOwners: async (report, { ownerMessages }, accountName) => {
      await announcing.attempt(toOwners(report.at, account), async () =>
        ownerEvents.tellOfAll(report),
      );
      if (!ownerMessages) return [];
      return directMessages.tellOfAll(ownerMessages.queueUrl, report, accountName);
    },
  });
}

/** A line of the log holds 256 KB. */
const MOST_UNKNOWN_IN_LOG = 20;

type KeyEvent = Partial<ScheduledEvent> | Partial<SQSEvent> | typeof REPORT_TASK | undefined;

/**
 * One run, or with a hub the begin of one, one account of it, or its report. A failure is thrown:
 * Lambda tries again, and the alarm goes off.
 */
export async function handler(
  event: KeyEvent,
  context: RunContext & Context,
): Promise<SQSBatchResponse | void> {
  try {
    if (event && 'Records' in event && event.Records) {
      return await handleMessages({ Records: event.Records }, accountHandling(context), context);
    }
    const scheduled: Partial<ScheduledEvent> = event && 'id' in event ? event : {};
    const isReport = event !== undefined && 'task' in event;
    const isHome = process.env.AWS_REGION === environment.HOME_REGION;
    const work = isHome ? runOf(scheduled, isReport, context) : skip;
    await runFailures.reporting({ event: scheduled, context }, work);
  } finally {
    metrics.publishStoredMetrics();
  }
}

function runOf(
  event: Partial<ScheduledEvent>,
  isReport: boolean,
  context: RunContext,
): () => Promise<void> {
  if (!organization) return async () => run(timeFor(context));
  if (isReport) return async () => reportOn(organization);
  return async () => begin(organization, event);
}

/** For what comes after the look-ups of an inventory. */
const SPARE_MILLISECONDS = 120_000;

function timeFor(context: RunContext): HasTime {
  return () => context.getRemainingTimeInMillis() > SPARE_MILLISECONDS;
}

function accountHandling(context: RunContext): MessageHandling {
  return {
    sqs,
    logger,
    failures,
    queueUrlOf: () => environment.ACCOUNT_QUEUE_URL ?? '',
    handle: async ({ body }) => answer(body, timeFor(context)),
    workIn: ({ body }) => ({
      what: `A look at the access keys of an account: ${body.slice(0, 100)}`,
    }),
    countFailedTry: () => undefined,
  };
}

/** The run before is reported first, should it be over by now. */
async function begin(accounts: OrganizationKeys, event: Partial<ScheduledEvent>): Promise<void> {
  await reportOn(accounts);
  const started = await accounts.start(event.id ?? `by-hand-${SYSTEM_CLOCK.now().getTime()}`);
  logger.info(started ? 'run begun' : 'no run begun: the one before waits for answers', {
    asked: started?.asked.length,
    suspended: started?.suspended.length,
  });
}

async function answer(body: string, hasTime: HasTime): Promise<void> {
  const { runId, accountId } = parseAccountMessage(body);
  const answered = await organization?.answer({ runId, accountId }, hasTime);
  logger.info('account looked at', { accountId, answer: answered?.kind ?? 'none awaited' });
  if (answered?.kind === 'looked') countSteps(answered.report);
}

async function reportOn(accounts: OrganizationKeys): Promise<void> {
  try {
    const report = await accounts.report();
    if (report) countOrganization(report);
  } catch (error) {
    if (!(error instanceof LeaseTakenError)) throw error;
    logger.info('another invocation begins or reports a run just now');
  }
}

function countOrganization(report: OrganizationReport): void {
  const { accounts, unread } = report;
  logger.info('accounts looked at', {
    accounts: accounts.length,
    unread: unread.slice(0, MOST_UNKNOWN_IN_LOG),
    unreadCount: unread.length,
  });
  addCounts({
    ...gauges(
      organizationCounts(report),
      Math.max(0, ...accounts.map((one) => oldestAge(one.report))),
    ),
    [METRIC.unknownLookUps]: unknownCount(report),
    [METRIC.runsCompleted]: 1,
  });
  const withoutOwner = accounts.map((one) => usersWithoutOwner(one.report));
  addIfAny({ [METRIC.usersWithoutOwner]: withoutOwner.reduce((sum, users) => sum + users, 0) });
}

async function skip(): Promise<void> {
  const { HOME_REGION: homeRegion } = environment;
  logger.warn(
    'nothing done: IAM is global, and the sentry of this account works in its home Region only',
    { homeRegion },
  );
  metrics.addMetric(METRIC.runsSkipped, MetricUnit.Count, 1);
  if (await hasCopyIn(homeRegion, iam)) return;
  logger.error('no IamKeySentry is deployed to the home Region: no one looks at the access keys', {
    homeRegion,
  });
  metrics.addMetric(METRIC.runsSkippedEverywhere, MetricUnit.Count, 1);
}

async function run(hasTime: HasTime): Promise<void> {
  const configuration = await readKeySentryConfiguration(ssm, environment.CONFIGURATION_PARAMETER);
  const look = async () =>
    runKeySentry(
      configuration,
      {
        ...ports,
        asker: askerOf(configuration),
        tellOwners: async (report) => tellOwners(report, configuration),
      },
      SYSTEM_CLOCK.now(),
    );
  const report = await (table ? table.exclusively(RUN_LEASE, look) : look());
  const { userCount, unknowns } = report.survey;
  const steps = report.keys.flatMap(({ step }) =>
    step ? [{ keyId: step.keyId, ...step.report }] : [],
  );
  logger.info('account looked at', {
    userCount,
    keysByClass: countByClass(report),
    unknown: unknowns.length,
    firstUnknown: unknowns.slice(0, MOST_UNKNOWN_IN_LOG),
    steps: steps.filter(({ kind }) => kind === 'done' || kind === 'failed'),
  });
  count(report);
  const { inventory: place } = configuration;
  if (!place) return;
  const inventoried = { scope: account, at: report.survey.at };
  await attemptFile(place, inventoried, async () => {
    const inventory = await inventoryOf(report, configuration, hasTime);
    await writeFile(place, inventoried, [{ accountId: account, report, keys: inventory }]);
  });
}

async function inventoryOf(
  { survey }: KeyReport,
  { rules }: LoadedKeySentryConfiguration,
  hasTime: HasTime,
): Promise<InventoryKey[]> {
  return takeInventory(survey, rules.keys, { source: keys, hasTime });
}

function askerOf({ workflow }: LoadedKeySentryConfiguration): KeyAsker {
  return workflow
    ? new KeyAsking(sqs, workflow)
    : {
        ask: async () => {
          throw new Error('The sentry asks, and has no workflow: deploy its stack again.');
        },
      };
}

function count(report: KeyReport): void {
  addCounts({
    ...gauges(countByClass(report), oldestAge(report)),
    [METRIC.unknownLookUps]: report.survey.unknowns.length,
    [METRIC.runsCompleted]: 1,
  });
  addIfAny({ [METRIC.usersWithoutOwner]: usersWithoutOwner(report) });
  countSteps(report);
}

function gauges(byClass: Readonly<Record<FindingClass, number>>, oldest: number) {
  return {
    [METRIC.keysTooOld]: byClass['too-old'],
    [METRIC.keysSoonTooOld]: byClass['soon-too-old'],
    [METRIC.keysUnused]: byClass.unused,
    [METRIC.keysNeverUsed]: byClass['never-used'],
    [METRIC.oldestKeyAge]: oldest,
  };
}

function countSteps(report: KeyReport): void {
  const steps = report.keys.flatMap(({ step }) => step?.report ?? []);
  const done = steps.filter(({ kind }) => kind === 'done');
  addIfAny({
    [METRIC.keysDeactivated]: done.filter(({ step }) => step === 'deactivate').length,
    [METRIC.keysDeleted]: done.filter(({ step }) => step === 'delete').length,
    [METRIC.stepsFailed]: steps.filter(({ kind }) => kind === 'failed').length,
  });
}

/** Most runs have none, and AWS charges for each metric that is written. */
function addIfAny(counts: Readonly<Record<string, number>>): void {
  addCounts(Object.fromEntries(Object.entries(counts).filter(([, value]) => value > 0)));
}

function addCounts(counts: Readonly<Record<string, number>>): void {
  Object.entries(counts).forEach(([name, value]) =>
    metrics.addMetric(name, MetricUnit.Count, value),
  );
}
