import { App, Duration, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { SlackApprovalWorkflowProps } from '../../../src';
import { slackApprovalWorkflowSettings } from '../../../src/approval/constructs/slack-approval-workflow-settings';
import { APPROVERS, secret } from '../samples/workflows';

describe('what cannot work is refused, with the path of the construct and what to write instead', () => {
  test.each<[string, Partial<SlackApprovalWorkflowProps>, RegExp]>([
    [
      'a channel by name',
      { approvalChannelId: '#approvals' },
      /"approvalChannelId": "#approvals" is no channel id of Slack/,
    ],
    [
      'more approvals than approvers',
      { requiredApprovals: 3 },
      /"requiredApprovals" is 3 and there are 2 approvers, so nothing could be approved/,
    ],
    [
      'no approvals',
      { requiredApprovals: 0 },
      /"requiredApprovals" is 0: write a whole number of people, at least 1/,
    ],
    ['half an approval', { requiredApprovals: 1.5 }, /"requiredApprovals" is 1\.5/],
    [
      'no time to decide',
      { expireAfter: Duration.seconds(0) },
      /"expireAfter" is .+: write 5 minutes to 14 days/,
    ],
    ['a month to decide', { expireAfter: Duration.days(30) }, /"expireAfter" is 30 days/],
    [
      'a reminder at once',
      { remindAfter: Duration.seconds(0) },
      /"remindAfter" is .+: write 1 minute to 14 days/,
    ],
    [
      'a reminder after the end',
      { expireAfter: Duration.hours(2), remindAfter: Duration.hours(2) },
      /"remindAfter" is 2 hours and requests expire after 2 hours/,
    ],
    [
      'an approval for no time',
      { approvalDurations: [Duration.hours(0)] },
      /"approvalDurations" is .+: write 5 minutes to 30 days/,
    ],
    [
      'an approval for a broken second',
      { approvalDurations: [Duration.millis(300_500)] },
      /"approvalDurations" is .+ in whole seconds/,
    ],
    [
      'a duration twice',
      { approvalDurations: [Duration.hours(1), Duration.minutes(60)] },
      /"approvalDurations" has .+ twice: write each duration once/,
    ],
    [
      'too many durations',
      { approvalDurations: [1, 2, 3, 4, 5, 6].map((hours) => Duration.hours(hours)) },
      /"approvalDurations" has 6 entries, and each is a button: write up to 5/,
    ],
    [
      'no pause',
      { pauseAfterDenial: Duration.seconds(0) },
      /"pauseAfterDenial" is .+: write 1 minute to 7 days/,
    ],
    [
      'no requests',
      { maxRequestsPerHour: 0 },
      /"maxRequestsPerHour" is 0: write a whole number from 1 to 1000/,
    ],
    [
      'an audit of a day',
      { auditRetention: Duration.days(1) },
      /"auditRetention" is 1 day: write 7 days to 3650 days/,
    ],
  ])('%s', (_, props, message) => {
    expect(() => settings(props)).toThrow(new RegExp(`^App/Approvals: ${message.source}`));
  });
});

function settings(props: Partial<SlackApprovalWorkflowProps>) {
  const stack = new Stack(new App(), 'App');
  return slackApprovalWorkflowSettings(new Construct(stack, 'Approvals'), {
    signingSecret: secret(stack, 'SigningSecret'),
    botToken: secret(stack, 'BotToken'),
    approvalChannelId: 'C0APPROVE',
    approvers: APPROVERS,
    ...props,
  });
}
