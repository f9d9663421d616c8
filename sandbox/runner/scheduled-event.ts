import { randomUUID } from 'node:crypto';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { ScheduledEvent } from 'aws-lambda';
import type { FireReport } from './asynchronous-invocation';
import type { StackDeployment } from '../deployer/deploy-stack';
import type { Schedule, ScheduleTarget } from '../deployer/schedules';
import { type EmulatorAccess, placeOfArn } from '../emulator/emulator-access';

/** What EventBridge sends when a schedule is due. Its times have whole seconds. */
export function scheduledEventOf(
  { ruleArn }: Schedule,
  now: number,
): ScheduledEvent<Record<string, never>> {
  const { accountId, region } = placeOfArn(ruleArn);
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: accountId,
    time: new Date(now).toISOString().replace(/\.\d{3}Z$/, 'Z'),
    region,
    resources: [ruleArn],
    detail: {},
  };
}

/** What EventBridge does for a target that is a queue. */
export async function sendToQueue(
  queueUrl: string,
  event: unknown,
  access: EmulatorAccess,
): Promise<FireReport> {
  const startedAt = Date.now();
  await new SQSClient(access).send(
    new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify(event) }),
  );
  return { startedAt, endedAt: Date.now(), succeeded: true };
}

/**
 * The one schedule that has a function or a queue for its target and whose rule's logical id begins
 * so.
 */
export function scheduleNamed(
  { name, schedules }: StackDeployment,
  ruleLogicalIdPrefix: string,
): Schedule {
  const [schedule, ...others] = schedules.filter(({ ruleLogicalId }) =>
    ruleLogicalId.startsWith(ruleLogicalIdPrefix),
  );
  if (!schedule || others.length > 0) {
    const there =
      schedules
        .map(({ ruleLogicalId, target }) => `${ruleLogicalId} (${textOf(target)})`)
        .join(', ') || 'none';
    throw new Error(
      `The stack ${name} has ${schedule ? 'several schedules' : 'no schedule'} for functions and queues under ${ruleLogicalIdPrefix}. There are: ${there}.`,
    );
  }
  if (!schedule.isEnabled) {
    throw new Error(`The rule ${schedule.ruleLogicalId} is disabled: it never fires.`);
  }
  return schedule;
}

function textOf(target: ScheduleTarget): string {
  return target.kind === 'function'
    ? `calls ${target.functionName}`
    : `sends to ${target.queueUrl.split('/').at(-1)}`;
}
