import { Logger } from '@aws-lambda-powertools/logger';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EC2Client } from '@aws-sdk/client-ec2';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import type { Context } from 'aws-lambda';
import type { DescribedPlace } from '../../organization/domain/described-place';
import { isSamePlace, type Place } from '../../organization/domain/place';
import { CLIENT_SETTINGS } from '../../shared/adapters/aws/client-settings';
import { SYSTEM_CLOCK } from '../../shared/adapters/clock/system-clock';
import { FailureReporter } from '../../shared/adapters/failure/failure-reporter';
import { SnsNotifications } from '../../shared/adapters/notification/sns-notifications';
import { readEnvironment } from '../../shared/contracts/handler-environment';
import { Announcements } from '../adapters/announcements';
import { ACTING_PATIENCE_SECONDS } from '../adapters/cloudtrail-event-history';
import { DynamoLedger } from '../adapters/dynamo-ledger';
import { DynamoSignsOfLife } from '../adapters/dynamo-signs-of-life';
import { Ec2SecurityGroups } from '../adapters/ec2-security-groups';
import { Ec2Vpcs } from '../adapters/ec2-vpcs';
import { hubWork } from '../adapters/hub-work';
import { operatorNotification } from '../adapters/operator-notification';
import { parseOperatorRequest } from '../adapters/operator-request';
import { writeDisablings, writePause } from '../adapters/order-parameters';
import { sendDifferences } from '../adapters/queue-messages';
import { reportUnsentEvent } from '../adapters/report-announcer';
import { loadWithVpcRanges } from '../adapters/sentry-configuration';
import { ledgerKeysOf } from '../contracts/ledger-items';
import { OPERATE_SENTRY } from '../contracts/operate-sentry.environment';
import {
  carryOut,
  isQuestion,
  type OperatorAnswer,
  type OperatorPorts,
  type PlacePorts,
} from '../domain/operator';
import type { Announcement } from '../domain/reporting/announcement';
import { placeFields } from '../domain/reporting/place-text';
import { ruleText } from '../domain/rules/rule-text';
import { SIGNS_WITHOUT_HEARTBEAT } from '../domain/signs-of-life';

const environment = readEnvironment(OPERATE_SENTRY, process.env);
const sentry = environment.SENTRY_NAME;
const logger = new Logger({ serviceName: sentry });
const ssm = new SSMClient(CLIENT_SETTINGS);
const ec2 = new EC2Client(CLIENT_SETTINGS);
const vpcs = new Ec2Vpcs(ec2);
const sqs = new SQSClient({ ...CLIENT_SETTINGS, useQueueUrlAsEndpoint: false });
const announcements = new Announcements(
  new SnsNotifications(new SNSClient(CLIENT_SETTINGS), environment.NOTIFICATION_TOPIC_ARN),
  new EventBridgeClient(CLIENT_SETTINGS),
);
const failures = FailureReporter.ofFunction({
  construct: sentry,
  topicArn: environment.NOTIFICATION_TOPIC_ARN,
  logger,
});
const dynamo = new DynamoDBClient(CLIENT_SETTINGS);
const own = { accountId: environment.ACCOUNT_ID, region: process.env.AWS_REGION ?? 'unknown' };
const ownPorts: PlacePorts = {
  groups: new Ec2SecurityGroups(ec2, environment.ACCOUNT_ID),
  ledger: new DynamoLedger(dynamo, environment.LEDGER_TABLE),
  signs: new DynamoSignsOfLife(dynamo, environment.LEDGER_TABLE),
  ...(environment.NO_HEARTBEAT && { expectedSigns: SIGNS_WITHOUT_HEARTBEAT }),
  pointTo: async (groupIds) =>
    sendDifferences(sqs, { queueUrl: environment.CHANGE_QUEUE_URL }, groupIds),
};
const hub = hubWork({
  variable: environment.HUB,
  own,
  hubFunction: 'operate',
  patienceSeconds: ACTING_PATIENCE_SECONDS,
  ssm,
  dynamo,
});
const ports: Omit<OperatorPorts, 'places' | 'at'> = {
  clock: SYSTEM_CLOCK,
  writePause: async (pause) => writePause(ssm, environment.PAUSE_PARAMETER, pause),
  writeDisablings: async (disablings) =>
    writeDisablings(ssm, environment.DISABLED_POLICIES_PARAMETER, disablings),
};

function portsIn(place: Place): PlacePorts {
  if (!hub || isSamePlace(place, own)) return ownPorts;
  return {
    groups: hub.places.at(place, 'operate').groups,
    ledger: new DynamoLedger(dynamo, environment.LEDGER_TABLE, ledgerKeysOf(place)),
    signs: ownPorts.signs,
    expectedSigns: ownPorts.expectedSigns,
    pointTo: async (groupIds) =>
      sendDifferences(sqs, { queueUrl: hub.variable.intakeQueueUrl, place }, groupIds),
  };
}

/**
 * One order of an operator, as the payload of an invocation. A failure is thrown: the operator sees
 * it.
 */
export async function handler(
  payload: unknown,
  { awsRequestId: requestId }: Pick<Context, 'awsRequestId'>,
) {
  const request = parseOperatorRequest(payload);
  logger.info('ordered', { requestId, ...request });
  const members = await hub?.directory.known();
  const configuration = await loadWithVpcRanges(ssm, environment, vpcs);
  const answer = await carryOut(request, configuration, {
    ...ports,
    at: async (there) => {
      const known = await hub?.known.at(there);
      return {
        ...portsIn(there),
        ...(known && { configuration: () => known.narrowed(configuration) }),
      };
    },
    places: { own, ...(members && { members }) },
  });
  const known = answer.place && (await hub?.known.at(answer.place));
  const place = known?.described;
  if (!isQuestion(request)) {
    logger.info('done', { requestId, done: answer.done });
    const { done = '' } = answer;
    const at = SYSTEM_CLOCK.now();
    await tell(operatorNotification({ act: request, done, place, at, requestId }, sentry));
  }
  return rendered(answer, place);
}

/** It is done by then: that an event for machines is missing is no failure of it. */
async function tell(announcement: Announcement): Promise<void> {
  const leftOut = await announcements.tell(announcement, () => true);
  leftOut.forEach(({ error }) => reportUnsentEvent(announcement, error, failures));
  await failures.send();
}

function rendered(
  { done, rules, exclusions, life, policies, holding }: OperatorAnswer,
  place?: DescribedPlace,
) {
  const now = SYSTEM_CLOCK.now().getTime();
  return {
    ...(done && { done }),
    ...placeFields(place),
    ...life,
    ...(policies && { policies }),
    ...(holding && { holding }),
    ...(rules && {
      rules: rules.map(({ groupId, rule, grants }) => ({
        groupId,
        ruleId: rule.id,
        rule: ruleText(rule),
        grants: grants.map(({ since, ...grant }) => ({
          ...grant,
          since,
          ageInDays: Math.floor((now - since.getTime()) / 86_400_000),
        })),
      })),
    }),
    ...(exclusions && {
      exclusions: exclusions.map(({ rule, ...exclusion }) => ({
        ...exclusion,
        rule: ruleText(rule),
      })),
    }),
  };
}
