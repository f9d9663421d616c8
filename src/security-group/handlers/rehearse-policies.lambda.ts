import { Logger } from '@aws-lambda-powertools/logger';
import { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import { EC2Client } from '@aws-sdk/client-ec2';
import { SNSClient } from '@aws-sdk/client-sns';
import { SSMClient } from '@aws-sdk/client-ssm';
import type { Context } from 'aws-lambda';
import { CLIENT_SETTINGS } from '../../shared/adapters/aws/client-settings';
import { SYSTEM_CLOCK } from '../../shared/adapters/clock/system-clock';
import {
  largestThatFits,
  SnsNotifications,
} from '../../shared/adapters/notification/sns-notifications';
import { readEnvironment } from '../../shared/contracts/handler-environment';
import { REHEARSED_CALLS } from '../../shared/contracts/watched-calls';
import { reasonOf } from '../../shared/domain/failure/failure';
import { HISTORY_CLIENT_SETTINGS } from '../adapters/cloudtrail-event-history';
import { CloudTrailPagedHistory } from '../adapters/cloudtrail-paged-history';
import { Ec2SecurityGroups } from '../adapters/ec2-security-groups';
import { Ec2Vpcs } from '../adapters/ec2-vpcs';
import { rehearsalAnswer } from '../adapters/rehearsal-answer';
import { rehearsalNotification } from '../adapters/rehearsal-notification';
import { parseRehearsalRequest, tokenFor } from '../adapters/rehearsal-request';
import { loadConfigurationOfRehearsal } from '../adapters/rehearsed-configuration';
import { MAX_CHANGES_IN_REPORT } from '../contracts/rehearsal-report';
import { REHEARSE_POLICIES } from '../contracts/rehearse-policies.environment';
import { rehearse } from '../domain/rehearsing/rehearse';

const environment = readEnvironment(REHEARSE_POLICIES, process.env);
const logger = new Logger({ serviceName: environment.REHEARSAL_NAME });
const ssm = new SSMClient(CLIENT_SETTINGS);
const cloudTrail = new CloudTrailClient(HISTORY_CLIENT_SETTINGS);
const ec2 = new EC2Client(CLIENT_SETTINGS);
const groups = new Ec2SecurityGroups(ec2, environment.ACCOUNT_ID);
const vpcs = new Ec2Vpcs(ec2);
const notifications = new SnsNotifications(
  new SNSClient(CLIENT_SETTINGS),
  environment.NOTIFICATION_TOPIC_ARN,
);
const own = { accountId: environment.ACCOUNT_ID, region: process.env.AWS_REGION ?? 'unknown' };
const place = {
  name: environment.REHEARSAL_NAME,
  account: own.accountId,
  region: own.region,
};

/** For the groups as they are today, the verdicts, and what is told of them. */
const MILLISECONDS_AFTER_READING = 90_000;

/**
 * A rehearsal that someone asks for, as the payload of an invocation. A failure is thrown: who
 * asked sees it.
 */
export async function handler(
  payload: unknown,
  context: Pick<Context, 'getRemainingTimeInMillis'>,
) {
  const now = SYSTEM_CLOCK.now();
  const until = new Date(
    now.getTime() + context.getRemainingTimeInMillis() - MILLISECONDS_AFTER_READING,
  );
  const configuration = await loadConfigurationOfRehearsal(ssm, environment, own, vpcs);
  const subject = JSON.stringify([place, configuration.digests, configuration.trustedActors]);
  const { as, ...part } = parseRehearsalRequest(payload, now, subject);
  const rehearsal = await rehearse(
    {
      ...part,
      eventNames: REHEARSED_CALLS,
      ownRoleArns: environment.OWN_ROLE_ARNS?.split(',') ?? [],
    },
    configuration,
    {
      groups,
      rulesOfAll: groups.rulesOfAll.bind(groups),
      history: new CloudTrailPagedHistory(cloudTrail, own, SYSTEM_CLOCK, until),
      clock: SYSTEM_CLOCK,
    },
  );
  const { rest, asked, counts, records } = rehearsal;
  logger.info('rehearsed', { covered: rehearsal.covered, counts, records });
  const token = rest && tokenFor({ asked, window: rest, part: part.part + 1 }, subject);
  const notSent = await tell(() =>
    notifications.publish(
      largestThatFits(MAX_CHANGES_IN_REPORT, (most) =>
        rehearsalNotification(rehearsal, place, most),
      ),
    ),
  );
  return rehearsalAnswer(rehearsal, place, as, {
    ...(token !== undefined && { token }),
    ...(notSent !== undefined && { notSent }),
  });
}

/** Who asked has waited for minutes: that no message can be sent is told with the answer. */
async function tell(publish: () => Promise<void>): Promise<string | undefined> {
  try {
    await publish();
    return undefined;
  } catch (error) {
    logger.error('the message could not be sent', { error });
    return reasonOf(error);
  }
}
