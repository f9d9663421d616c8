import { Logger } from '@aws-lambda-powertools/logger';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import * as z from 'zod/mini';
import { DynamoCoverage } from '../../organization/adapters/dynamo-coverage';
import { readHubConfiguration } from '../../organization/adapters/hub-configuration';
import { readHubVariable } from '../../organization/adapters/hub-variable';
import { placesToReconcile, placesToTry } from '../../organization/domain/gaps/places-to-visit';
import { CLIENT_SETTINGS } from '../../shared/adapters/aws/client-settings';
import { SYSTEM_CLOCK } from '../../shared/adapters/clock/system-clock';
import { FailureReporter } from '../../shared/adapters/failure/failure-reporter';
import { type RunContext, RunFailures } from '../../shared/adapters/failure/run-failures';
import { readEnvironment } from '../../shared/contracts/handler-environment';
import { sendHeartbeats } from '../adapters/queue-messages';
import { sendReconciles, sendTellNews } from '../adapters/reconcile-messages';
import { HEARTBEATS_TASK, SCHEDULE_MEMBERS } from '../contracts/schedule-members.environment';

const environment = readEnvironment(SCHEDULE_MEMBERS, process.env);
const hub = readHubVariable(environment.HUB)!;
const logger = new Logger({ serviceName: environment.SENTRY_NAME });
const own = { accountId: environment.ACCOUNT_ID, region: process.env.AWS_REGION ?? 'unknown' };
const ssm = new SSMClient(CLIENT_SETTINGS);
const sqs = new SQSClient({ ...CLIENT_SETTINGS, useQueueUrlAsEndpoint: false });
const coverage = new DynamoCoverage(new DynamoDBClient(CLIENT_SETTINGS), hub.coverageTable);
const runFailures = new RunFailures({
  failures: FailureReporter.ofFunction({
    construct: environment.SENTRY_NAME,
    topicArn: environment.NOTIFICATION_TOPIC_ARN,
    logger,
  }),
  clock: SYSTEM_CLOCK,
  what: 'A run that has members reconciled, or tried',
  next: 'The next run starts from the beginning. Until one succeeds, changes in members whose events were lost are not found.',
});

const heartbeatsInput = z.object({ task: z.literal(HEARTBEATS_TASK.task) });

/** One run. A failure is thrown: Lambda tries again, and the alarm goes off. */
export async function handler(event: unknown, context: RunContext): Promise<void> {
  await runFailures.reporting({ event, context }, async () => {
    const [memory, { accounts: selection, regions, expected }] = await Promise.all([
      coverage.read(),
      readHubConfiguration(ssm, hub.configurationParameter),
    ]);
    const places = { selection, regions, own, sources: expected.sources };
    if (!heartbeatsInput.safeParse(event).success) {
      const found = placesToReconcile(memory, places);
      await sendReconciles(sqs, environment.RECONCILE_QUEUE_URL, found);
      return logger.info('has members reconciled', { places: found.length });
    }
    const silent = placesToTry(memory, places, SYSTEM_CLOCK.now());
    await sendHeartbeats(sqs, hub.intakeQueueUrl, silent);
    await sendTellNews(sqs, environment.RECONCILE_QUEUE_URL, own);
    logger.info('has members tried', { places: silent.length });
  });
}
