import { randomUUID } from 'node:crypto';
import type { ScheduledEvent } from 'aws-lambda';
import type { StackDeployment } from '../deployer/deploy-stack';
import type { Schedule } from '../deployer/schedules';
import { ACCOUNT_ID, REGION } from '../emulator-access';

/** What EventBridge sends when a schedule is due. Its times have whole seconds. */
export function scheduledEventOf({ ruleArn }: Schedule, now: number): ScheduledEvent<Record<string, never>> {
  return {
    'version': '0',
    'id': randomUUID(),
    'detail-type': 'Scheduled Event',
    'source': 'aws.events',
    'account': ACCOUNT_ID,
    'time': new Date(now).toISOString().replace(/\.\d{3}Z$/, 'Z'),
    'region': REGION,
    'resources': [ruleArn],
    'detail': {},
  };
}

/** The one schedule that calls a function and whose rule's logical id begins so. */
export function scheduleNamed({ name, schedules }: StackDeployment, ruleLogicalIdPrefix: string): Schedule {
  const [schedule, ...others] = schedules.filter(({ ruleLogicalId }) => ruleLogicalId.startsWith(ruleLogicalIdPrefix));
  if (!schedule || others.length > 0) {
    const there = schedules.map(({ ruleLogicalId, functionName }) => `${ruleLogicalId} (calls ${functionName})`).join(', ') || 'none';
    throw new Error(`The stack ${name} has ${schedule ? 'several schedules' : 'no schedule'} for functions under ${ruleLogicalIdPrefix}. There are: ${there}.`);
  }
  if (!schedule.isEnabled) throw new Error(`The rule ${schedule.ruleLogicalId} is disabled: it never fires.`);
  return schedule;
}
