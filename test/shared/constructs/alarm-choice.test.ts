import { Annotations, App, NestedStack, Stack } from 'aws-cdk-lib';
import { Annotations as Found, Match, Template } from 'aws-cdk-lib/assertions';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as sns from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import {
  Approvers,
  ChangeResponse,
  IamKeySentry,
  ManagementEventsTrail,
  MemberAccounts,
  MonitoredGroups,
  SecurityGroupBaseline,
  SecurityGroupSentry,
  type SecurityGroupSentryProps,
  SentryHub,
  SlackApprovalWorkflow,
} from '../../../src';

const ID = 'Watched';

interface Choice {
  readonly excludedAlarms?: string[];
  readonly tamperRules?: boolean;
}

/** Each construct that looks after itself. */
const CONSTRUCTS = {
  SecurityGroupSentry: (stack: Stack, choice: Choice) => groupSentry(stack, choice),
  IamKeySentry: (stack: Stack, { excludedAlarms }: Choice) =>
    new IamKeySentry(stack, ID, { excludedAlarms }),
  SlackApprovalWorkflow: (stack: Stack, choice: Choice) =>
    new SlackApprovalWorkflow(stack, ID, {
      ...choice,
      signingSecret: secretsmanager.Secret.fromSecretNameV2(stack, 'Signing', 'signing'),
      botToken: secretsmanager.Secret.fromSecretNameV2(stack, 'Token', 'token'),
      approvalChannelId: 'C0APPROVE',
      approvers: Approvers.users(['U0ALICE', 'U0BOB']),
    }),
  SentryHub: (stack: Stack, choice: Choice) =>
    new SentryHub(stack, ID, {
      ...choice,
      accounts: MemberAccounts.accounts(['333333333333']),
    }),
  ManagementEventsTrail: (stack: Stack, choice: Choice) =>
    new ManagementEventsTrail(stack, ID, choice),
};
const NAMES = Object.keys(CONSTRUCTS) as (keyof typeof CONSTRUCTS)[];

describe.each(NAMES)('%s', (name) => {
  const made = (choice: Choice = {}) => {
    const stack = new Stack(new App(), 'App');
    return { stack, construct: CONSTRUCTS[name](stack, choice) };
  };

  test('leaves out the alarms that are excluded, and nothing else', () => {
    const whole = made();
    const [gone, ...kept] = whole.construct.alarms.map(({ node }) => node.id);
    const { stack, construct } = made({ excludedAlarms: [gone!] });

    expect(construct.alarms.map(({ node }) => node.id)).toEqual(kept);
    const [before, after] = [whole.stack, stack].map((one) =>
      Object.keys(Template.fromStack(one).toJSON().Resources),
    );
    expect(before!.filter((id) => !after!.includes(id))).toEqual([
      expect.stringMatching(`^${ID}${gone}`),
    ]);
  });

  test('refuses a name that none of its alarms has, and says those that there are', () => {
    const names = made().construct.alarms.map(({ node }) => node.id);

    expect(() => made({ excludedAlarms: ['NoSuchAlarm'] })).toThrow(
      `App/Watched: "excludedAlarms" has "NoSuchAlarm", and there is no such alarm to leave out: write one of ${names.sort().join(', ')}.`,
    );
  });

  test('warns where neither alarms nor tamper rules are left', () => {
    const quiet = { tamperRules: false };
    const excludedAlarms = made(quiet).construct.alarms.map(({ node }) => node.id);
    const { stack, construct } = made({ ...quiet, excludedAlarms });

    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::CloudWatch::Alarm', 0);
    expect(JSON.stringify(template.findResources('AWS::Events::Rule'))).not.toContain('CRITICAL');
    expect(found(stack, 'Warning')).toContainEqual(
      'App/Watched has no alarm and no tamper rule, so no one hears when it stands still or is switched off: ' +
        'leave some of "excludedAlarms" out, or have something of your own look after it, and acknowledge this warning. [ack: cdk-sentries:nothingTells]',
    );
    Annotations.of(construct).acknowledgeWarning('cdk-sentries:nothingTells', 'On purpose.');
    expect(found(stack, 'Warning')).not.toContainEqual(expect.stringMatching('nothingTells'));
  });
});

describe('tamper rules that are switched off', () => {
  test.each<[keyof typeof CONSTRUCTS, RegExp]>([
    ['SecurityGroupSentry', /^WatchedTamper/],
    ['SlackApprovalWorkflow', /^WatchedTamper|^WatchedUndeliveredEvents/],
    ['SentryHub', /^WatchedMemberTamperingRule/],
    ['ManagementEventsTrail', /^WatchedTamper|^WatchedUndeliveredEvents|^WatchedBucketRule/],
  ])('of %s take with them what is of use to them alone', (name, theirs) => {
    const [on, off] = [true, false].map((tamperRules) => {
      const stack = new Stack(new App(), 'App');
      CONSTRUCTS[name](stack, { tamperRules });
      return Object.keys(Template.fromStack(stack).toJSON().Resources);
    });

    expect(on!.filter((id) => !theirs.test(id))).toEqual(off);
    expect(on!.length).toBeGreaterThan(off!.length);
  });

  test('let an imported topic do with less', () => {
    const stack = new Stack(new App(), 'App');
    const notificationTopic = sns.Topic.fromTopicArn(
      stack,
      'Imported',
      'arn:aws:sns:eu-west-1:111111111111:security',
    );
    groupSentry(stack, { tamperRules: false, notificationTopic });

    const [warning] = found(stack, 'Warning').filter((text) => text.includes('importedTopic'));
    expect(warning).toContain('cloudwatch.amazonaws.com');
    expect(warning).not.toContain('events.amazonaws.com');
  });
});

describe('a heartbeat that is switched off', () => {
  test('takes its alarm with it, and leaves all else', () => {
    const [on, off] = [true, false].map((heartbeat) => {
      const stack = new Stack(new App(), 'App');
      const { alarms } = groupSentry(stack, { heartbeat });
      return { alarms: alarms.map(({ node }) => node.id), template: Template.fromStack(stack) };
    });
    const [before, after] = [on!, off!].map(({ template }) =>
      Object.keys(template.toJSON().Resources),
    );

    expect(off!.alarms).toEqual(on!.alarms.filter((id) => id !== 'DetectorDeadAlarm'));
    expect(before!.filter((id) => !after!.includes(id))).toEqual([
      expect.stringMatching(/^WatchedHeartbeatRule/),
      expect.stringMatching(/^WatchedDetectorDeadAlarm/),
    ]);
    expect(after!.filter((id) => !before!.includes(id))).toEqual([]);
  });

  test('is not waited for by the function that says whether the sentry is alive', () => {
    const variables = [true, false].map((heartbeat) => {
      const stack = new Stack(new App(), 'App');
      groupSentry(stack, { heartbeat });
      const functions = Template.fromStack(stack).findResources('AWS::Lambda::Function');
      return Object.entries(functions)
        .filter(([, { Properties }]) => 'NO_HEARTBEAT' in Properties.Environment.Variables)
        .map(([id]) => id);
    });

    expect(variables).toEqual([[], [expect.stringMatching(/^WatchedOperateSentry/)]]);
  });

  test('has no alarm to exclude', () => {
    const excluded = { heartbeat: false, excludedAlarms: ['DetectorDeadAlarm'] };

    expect(() => groupSentry(new Stack(new App(), 'App'), excluded)).toThrow(
      /"excludedAlarms" has "DetectorDeadAlarm", and there is no such alarm to leave out/,
    );
  });
});

describe('a second alarm action', () => {
  const advice = (stack: Stack) =>
    found(stack, 'Info').filter((text) => text.includes('onlyAlarmAction'));

  test('is suggested, once', () => {
    const stack = new Stack(new App(), 'App');
    new IamKeySentry(stack, 'Keys');

    expect(advice(stack)).toEqual([
      'All alarms of App/Keys publish to one topic, also those that tell that nothing reaches it: give them a second action, ' +
        'such as Keys.alarms.forEach((alarm) => alarm.addAlarmAction(new SnsAction(anotherTopic))), or acknowledge this. [ack: cdk-sentries:onlyAlarmAction]',
    ]);
  });

  test('is not suggested where there is one, however late it came', () => {
    const stack = new Stack(new App(), 'App');
    const { alarms } = new IamKeySentry(stack, 'Keys');
    const other = new sns.Topic(stack, 'Other');
    alarms[0]!.addAlarmAction(new SnsAction(other));

    expect(advice(stack)).toEqual([]);
  });

  test('is not suggested where that was acknowledged', () => {
    const stack = new Stack(new App(), 'App');
    const keys = new IamKeySentry(stack, 'Keys');
    Annotations.of(keys).acknowledgeInfo('cdk-sentries:onlyAlarmAction', 'One topic will do.');

    expect(advice(stack)).toEqual([]);
  });
});

describe('a topic of its own to which no one subscribes', () => {
  const advice = (stack: Stack) =>
    found(stack, 'Info').filter((text) => text.includes('noSubscription'));

  test('is told', () => {
    const stack = new Stack(new App(), 'App');
    new IamKeySentry(stack, 'Keys');

    expect(advice(stack)).toEqual([
      expect.stringMatching(
        /^No one in the app subscribes to the topic of App\/Keys: write Keys\.notificationTopic\.addSubscription/,
      ),
    ]);
  });

  test.each<[string, (stack: Stack) => Stack]>([
    ['its own stack', (stack) => stack],
    ['another stack', (stack) => new Stack(stack.node.root as App, 'Other')],
    ['a nested stack', (stack) => new NestedStack(stack, 'Nested')],
  ])('is not told where someone does in %s', (_, place) => {
    const stack = new Stack(new App(), 'App');
    const topic = new IamKeySentry(stack, 'Keys').notificationTopic;
    new sns.CfnSubscription(place(stack), 'Subscription', {
      protocol: 'email',
      endpoint: 'security@example.com',
      topicArn: topic.topicArn,
    });

    expect(advice(stack)).toEqual([]);
  });

  test('is not told of a topic that is given', () => {
    const stack = new Stack(new App(), 'App');
    new IamKeySentry(stack, 'Keys', { notificationTopic: new sns.Topic(stack, 'Topic') });

    expect(advice(stack)).toEqual([]);
  });

  test('is not told once it has a subscription to mail', () => {
    const stack = new Stack(new App(), 'App');
    const { notificationTopic } = new IamKeySentry(stack, 'Keys');
    notificationTopic.addSubscription(new EmailSubscription('security@example.com'));

    expect(advice(stack)).toEqual([]);
  });
});

function groupSentry(stack: Stack, props: Partial<SecurityGroupSentryProps>): SecurityGroupSentry {
  return new SecurityGroupSentry(stack, ID, {
    monitoredGroups: MonitoredGroups.ids(['sg-0123456789abcdef0']),
    policies: [{ baseline: SecurityGroupBaseline.locked(), response: ChangeResponse.notifyOnly() }],
    ...props,
  });
}

function found(stack: Stack, level: 'Info' | 'Warning'): string[] {
  return Found.fromStack(stack)
    [`find${level}`]('*', Match.anyValue())
    .map(({ entry }) => String(entry.data));
}
