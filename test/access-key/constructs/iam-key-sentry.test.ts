import { App, Duration, Stack, Stage } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import { AwsSolutionsChecks } from 'cdk-nag';
import {
  IamKeySentry,
  type IamKeySentryProps,
  KeyActions,
  KeyExclusion,
  KeyOwner,
  KeyReports,
  SentryMode,
  Weekday,
} from '../../../src';
import { CHECK_ACCESS_KEYS } from '../../../src/access-key/contracts/check-access-keys.environment';

const ANY_WARNING = Match.stringLikeRegexp('outsideHomeRegion');

const retire = KeyActions.of({
  deactivateAfter: Duration.days(120),
  deleteAfterInactive: Duration.days(30),
});

describe('the configuration', () => {
  test('is, by default, to list keys that are older than 90 days', () => {
    expect(configuration()).toEqual({
      version: 1,
      rules: { maxKeyAge: 90, includeInactive: false },
      exemptions: [],
      tellsWhenNothingFound: false,
    });
  });

  test('holds all that the props say, in days', () => {
    expect(
      configuration({
        maxKeyAge: Duration.days(60),
        warnBefore: Duration.days(14),
        maxUnusedAge: Duration.days(45),
        includeInactiveKeys: true,
        excluding: [
          KeyExclusion.user('breakglass'),
          KeyExclusion.path('/service/'),
          KeyExclusion.tag('keep-until', { maxDuration: Duration.days(30) }),
        ],
        actions: KeyActions.of({
          deactivateAfter: Duration.days(60),
          grace: Duration.days(3),
          maxActionsPerRun: 2,
        }),
        notifyWhenNothingFound: true,
      }),
    ).toEqual({
      version: 1,
      rules: {
        maxKeyAge: 60,
        warnBefore: 14,
        maxUnusedAge: 45,
        neverUsedGrace: 45,
        includeInactive: true,
      },
      exemptions: [
        { kind: 'user', userName: 'breakglass' },
        { kind: 'path', path: '/service/' },
        { kind: 'tag', key: 'keep-until', maxDays: 30 },
      ],
      actions: { deactivateAfter: 60, grace: 3, maxActionsPerRun: 2, mode: 'enforce' },
      tellsWhenNothingFound: true,
    });
  });

  test('in OBSERVE keeps the actions, to say what would happen', () => {
    expect(configuration({ actions: retire, mode: SentryMode.OBSERVE }).actions).toMatchObject({
      deactivateAfter: 120,
      mode: 'observe',
    });
  });
});

describe('rights to change keys', () => {
  const CHANGES = ['iam:UpdateAccessKey', 'iam:DeleteAccessKey'];

  test.each<[string, IamKeySentryProps, boolean]>([
    ['are not there by default', {}, false],
    ['are not there in OBSERVE', { actions: retire, mode: SentryMode.OBSERVE }, false],
    ['are there when an action is configured', { actions: retire }, true],
  ])('%s', (_, props, expected) => {
    const synthesized = template(props);
    expect(actions(synthesized).filter((action) => CHANGES.includes(action))).toEqual(
      expected ? CHANGES : [],
    );
    synthesized.resourceCountIs('AWS::DynamoDB::Table', expected ? 1 : 0);
  });
});

describe('reports', () => {
  test.each<[string, KeyReports, object]>([
    ['every run', KeyReports.everyRun(), { kind: 'every-run' }],
    ['changes only', KeyReports.changesOnly(), { kind: 'changes-only' }],
    ['on Sundays', KeyReports.weekly(Weekday.SUNDAY), { kind: 'weekly', day: 0 }],
    ['on Saturdays', KeyReports.weekly(Weekday.SATURDAY), { kind: 'weekly', day: 6 }],
  ])('%s are in the configuration', (_, reports, expected) => {
    expect(configuration({ reports }).reports).toEqual(expected);
  });

  test('have a table without actions, and give no right to change keys', () => {
    const synthesized = template({ reports: KeyReports.everyRun() });
    synthesized.resourceCountIs('AWS::DynamoDB::Table', 1);
    const granted = actions(synthesized);
    expect(granted.filter((action) => action.startsWith('dynamodb:'))).toEqual([
      'dynamodb:GetItem',
      'dynamodb:PutItem',
    ]);
    expect(granted).not.toContain('iam:UpdateAccessKey');
  });

  test('of changes only say nothing where nothing is found', () => {
    expect(() =>
      template({ reports: KeyReports.changesOnly(), notifyWhenNothingFound: true }),
    ).toThrow(
      'Sentry: "notifyWhenNothingFound" does nothing with KeyReports.changesOnly(), which reports what is not listed any more by itself: leave it out, or write KeyReports.weekly().',
    );
  });
});

test('the function may read keys, and nothing else of IAM', () => {
  expect(actions(template()).filter((action) => action.startsWith('iam:'))).toEqual([
    'iam:GenerateCredentialReport',
    'iam:GetCredentialReport',
    'iam:ListAccessKeys',
    'iam:GetAccessKeyLastUsed',
  ]);
});

test('members of excluded groups and tags may be read where they matter', () => {
  const stack = new Stack();
  const group = iam.Group.fromGroupArn(
    stack,
    'Group',
    'arn:aws:iam::111111111111:group/ops/breakglass',
  );
  sentry(stack, { excluding: [KeyExclusion.group(group), KeyExclusion.tag('keep-until')] });
  const synthesized = Template.fromStack(stack);
  expect(actions(synthesized)).toEqual(
    expect.arrayContaining(['iam:GetGroup', 'iam:ListUserTags']),
  );
  expect(statements(synthesized)).toContainEqual(
    expect.objectContaining({ Action: 'iam:GetGroup', Resource: group.groupArn }),
  );
});

test('tags of users may be read for owners where a tag can name one', () => {
  const readsTags = (...owners: KeyOwner[]) =>
    actions(template({ owners })).includes('iam:ListUserTags');
  expect(readsTags(KeyOwner.path('/teams/'), KeyOwner.userName())).toBe(false);
  expect(readsTags(KeyOwner.path('/teams/'), KeyOwner.tag('Owner'))).toBe(true);
});

test('the function runs the shipped bundle with its whole environment', () => {
  const { Environment } = Object.values(template().findResources('AWS::Lambda::Function'))[0]!
    .Properties;
  expect(Object.keys(Environment.Variables).sort()).toEqual(
    [...CHECK_ACCESS_KEYS.variables].sort(),
  );
});

test('the schedule is daily unless another is given', () => {
  template().hasResourceProperties('AWS::Events::Rule', { ScheduleExpression: 'rate(1 day)' });
  template({ schedule: events.Schedule.cron({ hour: '6', minute: '0' }) }).hasResourceProperties(
    'AWS::Events::Rule',
    { ScheduleExpression: 'cron(0 6 * * ? *)' },
  );
});

test.each<[string, boolean]>([
  ['rate(5 minutes)', true],
  ['cron(0 6,9 * * ? *)', true],
  ['rate(4 hours)', false],
  ['cron(0 6 ? * MON-FRI *)', false],
])(
  'that runs by %s are more frequent than IAM makes a list of users is warned of: %s',
  (expression, isWarned) => {
    const stack = new Stack();
    sentry(stack, { schedule: events.Schedule.expression(expression) });
    const warnings = Annotations.fromStack(stack).findWarning(
      '*',
      Match.stringLikeRegexp('runsTooFrequent'),
    );
    expect(warnings).toHaveLength(isWarned ? 1 : 0);
  },
);

test('what is remembered of keys is encrypted, recoverable, protected and retained', () => {
  template({ actions: retire }).hasResource('AWS::DynamoDB::Table', {
    DeletionPolicy: 'Retain',
    Properties: {
      KeySchema: [{ AttributeName: 'keyId', KeyType: 'HASH' }],
      SSESpecification: { SSEEnabled: true },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      DeletionProtectionEnabled: true,
    },
  });
});

test('alarms go when a run fails, is incomplete, or did not happen', () => {
  const stack = new Stack(undefined, 'App');
  const topicArn = stack.resolve(sentry(stack).notificationTopic.topicArn);
  const synthesized = Template.fromStack(stack);
  synthesized.allResourcesProperties('AWS::CloudWatch::Alarm', { AlarmActions: [topicArn] });
  synthesized.hasResourceProperties('AWS::CloudWatch::Alarm', {
    MetricName: 'Errors',
    Threshold: 0,
    Period: 3600,
    ComparisonOperator: 'GreaterThanThreshold',
  });
  synthesized.hasResourceProperties('AWS::CloudWatch::Alarm', {
    MetricName: 'StepsFailed',
    Threshold: 0,
    ComparisonOperator: 'GreaterThanThreshold',
  });
  synthesized.hasResourceProperties('AWS::CloudWatch::Alarm', {
    MetricName: 'UnknownLookUps',
    Namespace: 'CdkSentries',
    Dimensions: [{ Name: 'service', Value: 'App/Sentry' }],
    Threshold: 0,
  });
  const silence = {
    Threshold: 1,
    ComparisonOperator: 'LessThanThreshold',
    EvaluationPeriods: 2,
    TreatMissingData: 'breaching',
  };
  synthesized.hasResourceProperties('AWS::CloudWatch::Alarm', {
    ...silence,
    MetricName: 'RunsCompleted',
    Statistic: 'Sum',
    Period: 86_400,
  });
  template({ homeRegion: 'us-east-1' }).hasResourceProperties('AWS::CloudWatch::Alarm', {
    ...silence,
    Metrics: Match.arrayWith([
      Match.objectLike({ Expression: 'FILL(completed, 0) + FILL(skipped, 0)' }),
    ]),
  });
});

test('the alarm about missed runs gives a rarer schedule its time', () => {
  template({ schedule: events.Schedule.rate(Duration.days(3)) }).hasResourceProperties(
    'AWS::CloudWatch::Alarm',
    {
      ComparisonOperator: 'LessThanThreshold',
      EvaluationPeriods: 6,
      WarmUpConfiguration: {
        WarmUpPeriodDurationInMinutes: 2_880,
        OnlyStartEvaluatingAfterWarmUpPeriodEnds: true,
      },
    },
  );
});

test.each<[string, number]>([
  ['cron(0 6 ? * MON-FRI *)', 6],
  ['cron(0 6 ? * MON,THU *)', 7],
  ['rate(6 days)', 7],
])('so does the alarm with %s', (expression, days) => {
  template({ schedule: events.Schedule.expression(expression) }).hasResourceProperties(
    'AWS::CloudWatch::Alarm',
    { ComparisonOperator: 'LessThanThreshold', EvaluationPeriods: days },
  );
});

test.each(['rate(7 days)', 'cron(0 6 ? * MON *)'])(
  'a schedule of a run a week (%s) has an alarm for calendar weeks, which ends with the next run',
  (expression) => {
    template({ schedule: events.Schedule.expression(expression) }).hasResourceProperties(
      'AWS::CloudWatch::Alarm',
      {
        AlarmDescription: Match.stringLikeRegexp('the end of a run for a calendar week'),
        EvaluationPeriods: 1,
        EvaluationWindow: { WallClockWindow: { Timezone: 'UTC' } },
        MetricName: 'RunsCompleted',
        Period: 604_800,
      },
    );
  },
);

test('a copy outside the home Region is warned of', () => {
  const stack = new Stack(undefined, 'App', {
    env: { account: '111111111111', region: 'eu-west-1' },
  });
  sentry(stack, { homeRegion: 'us-east-1' });
  Annotations.fromStack(stack).hasWarning(
    '/App/Sentry',
    Match.stringLikeRegexp('This copy is in eu-west-1 and will do nothing'),
  );
});

describe('a home Region in which the sentry could never work is refused', () => {
  const inRegion = (region: string | undefined, homeRegion: string) => () =>
    sentry(new Stack(undefined, 'App', { env: { region } }), { homeRegion });

  test.each(['eu-west-9', 'eu-west1', 'Frankfurt', ''])('one that does not exist: %j', (region) => {
    const message = `App/Sentry: "homeRegion" is ${region}, and no such Region is known: every copy would do nothing`;
    expect(inRegion('eu-west-1', region)).toThrow(message);
    expect(inRegion(undefined, region)).toThrow(message);
  });

  test('one of another partition', () => {
    expect(inRegion('us-gov-west-1', 'us-east-1')).toThrow(
      'in the partition aws, and the stack is in us-gov-west-1, in aws-us-gov: the two have no account in common',
    );
    expect(inRegion('cn-north-1', 'cn-northwest-1')).not.toThrow();
  });

  test("the stack's own, which exists even where aws-cdk-lib does not know it", () => {
    expect(inRegion('eu-west-9', 'eu-west-9')).not.toThrow();
  });
});

test('a copy that may be outside its home Region has an alarm for runs that are skipped everywhere, and others do not', () => {
  const metric = { MetricName: 'RunsSkippedEverywhere' };
  template({ homeRegion: 'us-east-1' }).hasResourceProperties('AWS::CloudWatch::Alarm', metric);
  template({}).resourcePropertiesCountIs('AWS::CloudWatch::Alarm', metric, 0);
});

test('the role says in which Region its copy is, since IAM lists those of all Regions', () => {
  template({}).hasResourceProperties('AWS::IAM::Role', {
    Description: {
      'Fn::Join': [
        '',
        ['Looks at the access keys of the account for Default/Sentry in ', { Ref: 'AWS::Region' }],
      ],
    },
  });
});

test.each<[string, IamKeySentryProps]>([
  ['that only tells', {}],
  ['that retires keys', { actions: retire }],
])('cdk-nag finds nothing in a sentry %s that is not acknowledged with its reason', (_, props) => {
  const app = new App();
  sentry(new Stack(app, 'Stack'), props);
  expect(new AwsSolutionsChecks(app).validateScope(app).violations).toEqual([]);
});

describe('one sentry an account', () => {
  test('a second one for the same account is refused', () => {
    const app = new App();
    sentry(new Stack(app, 'One'));
    expect(() => sentry(new Stack(app, 'Two'))).toThrow(
      /Two\/Sentry: One\/Sentry already watches the access keys of the same account: write one IamKeySentry/,
    );
  });

  const inRegion = (app: App, region: string, props: IamKeySentryProps = {}) =>
    sentry(new Stack(app, region, { env: { account: '111111111111', region } }), props);

  test('copies in several Regions are well where they have one home, and it has one', () => {
    const app = new App();
    inRegion(app, 'eu-west-1', { homeRegion: 'us-east-1' });
    inRegion(app, 'us-east-1');
    inRegion(app, 'eu-north-1', { homeRegion: 'us-east-1' });
    app.synth();
    for (const region of ['eu-west-1', 'us-east-1', 'eu-north-1']) {
      Annotations.fromStack(app.node.findChild(region) as Stack).hasNoWarning('*', ANY_WARNING);
    }
  });

  test.each<[string, IamKeySentryProps, IamKeySentryProps, string]>([
    [
      'no home is named',
      {},
      {},
      'eu-west-1/Sentry: us-east-1/Sentry already watches the access keys of the same account, in us-east-1, and both would work: ' +
        'write one IamKeySentry for each account, or name the Region in which the copies work in each, such as homeRegion: "us-east-1".',
    ],
    [
      'one of them names another',
      {},
      { homeRegion: 'eu-central-1' },
      'and both would work: write one',
    ],
    [
      'they have two homes',
      { homeRegion: 'us-east-1' },
      { homeRegion: 'eu-west-1' },
      'with us-east-1 for its "homeRegion" and not eu-west-1: one account has one home, so name the same Region in all copies.',
    ],
  ])('copies are refused where %s', (_, first, second, message) => {
    const app = new App();
    inRegion(app, 'us-east-1', first);
    expect(() => inRegion(app, 'eu-west-1', second)).toThrow(message);
  });

  test('copies are refused at synth where none is in their home', () => {
    const app = new App();
    const homeRegion = 'us-east-1';
    inRegion(app, 'eu-west-1', { homeRegion });
    inRegion(app, 'eu-north-1', { homeRegion });
    expect(() => app.synth()).toThrow(
      '"homeRegion" is us-east-1, and the copies of this app are in eu-north-1, eu-west-1: none of them would do anything. Write one in a stack in us-east-1, or name the Region of one of them.',
    );
  });

  test('others for other accounts, or in stages of their own, are not', () => {
    const app = new App();
    const accounts = ['111111111111', '222222222222'].map(
      (account) => new Stack(app, `Account${account}`, { env: { account, region: 'eu-west-1' } }),
    );
    const stages = ['Development', 'Production'].map(
      (id) => new Stack(new Stage(app, id), 'Stack'),
    );
    expect([...accounts, ...stages].map((stack) => sentry(stack))).toHaveLength(4);
  });
});

describe('bad input is refused at synth, with what to write instead', () => {
  test.each<[string, () => unknown, RegExp]>([
    [
      'deletion without deactivation',
      () => KeyActions.of({ deleteAfterInactive: Duration.days(30) }),
      /without "deactivateAfter" or "deactivateUnusedAfter": .+ write when keys are deactivated first/,
    ],
    [
      'actions that do nothing',
      () => KeyActions.of({}),
      /write "deactivateAfter" or "deactivateUnusedAfter", or KeyActions\.reportOnly\(\)/,
    ],
    [
      'unused keys that are too old by then',
      () =>
        KeyActions.of({
          deactivateAfter: Duration.days(90),
          deactivateUnusedAfter: Duration.days(90),
        }),
      /"deactivateUnusedAfter" is 90 days and "deactivateAfter" 90: .+ write a "deactivateUnusedAfter" that is shorter, or leave it out/,
    ],
    [
      'unused keys after half a day',
      () => KeyActions.of({ deactivateUnusedAfter: Duration.hours(12) }),
      /"deactivateUnusedAfter" is/,
    ],
    [
      'a grace of zero',
      () => KeyActions.of({ deactivateAfter: Duration.days(90), grace: Duration.days(0) }),
      /"grace" is/,
    ],
    [
      'no actions in a run',
      () => KeyActions.of({ deactivateAfter: Duration.days(90), maxActionsPerRun: 0 }),
      /"maxActionsPerRun" is 0/,
    ],
    [
      'a path without slashes',
      () => KeyExclusion.path('service'),
      /"service" is no path of IAM: write one that begins and ends with a slash/,
    ],
    ['the path of everyone', () => KeyExclusion.path('/'), /no key would be listed/],
    ['a user with a path', () => KeyExclusion.user('/service/bot'), /is no name of an IAM user/],
    ['an empty tag', () => KeyExclusion.tag(''), /is no key of a tag/],
    ["a tag of AWS's own", () => KeyExclusion.tag('aws:keep'), /only AWS writes tags/],
    ['an owner by an empty tag', () => KeyOwner.tag(''), /"" is no key of a tag: .+ "Owner"/],
    [
      'an owner by a tag that is too long',
      () => KeyOwner.tag('x'.repeat(129)),
      /is no key of a tag: write up to 128/,
    ],
    [
      "an owner by a tag of AWS's own",
      () => KeyOwner.tag('AWS:owner'),
      /"AWS:owner" is no key of a tag of users, since only AWS writes tags that begin with aws:/,
    ],
    [
      'an owner by a path without slashes',
      () => KeyOwner.path('teams'),
      /"teams" is no path of IAM: write one that begins and ends with a slash, such as "\/teams\/"/,
    ],
    [
      'an owner by a path that no part can follow',
      () => KeyOwner.path(`/${'x'.repeat(509)}/`),
      /has 511 characters, and IAM takes 512 with the part that follows/,
    ],
    [
      'runs that are too far apart',
      () => sentry(new Stack(), { schedule: events.Schedule.rate(Duration.days(14)) }),
      /^Default\/Sentry: "schedule" is rate\(14 days\), and runs may be a week apart at the most/,
    ],
    [
      'a cron expression of one run a month',
      () => sentry(new Stack(), { schedule: events.Schedule.expression('cron(0 6 1 * ? *)') }),
      /^Default\/Sentry: "schedule" is cron\(0 6 1 \* \? \*\), and runs may be a week apart/,
    ],
    [
      'an alarm that goes off before each run',
      () => sentry(new Stack(), { missedRunAlarmAfter: Duration.days(1) }),
      /^Default\/Sentry: "missedRunAlarmAfter" is 1 day, and "schedule" is rate\(1 day\), which has up to 1 day between two runs: the alarm would go off before each\. Write Duration\.days\(2\) or more, or leave it out\./,
    ],
    [
      'an alarm that goes off at weekends',
      () =>
        sentry(new Stack(), {
          schedule: events.Schedule.expression('cron(0 6 ? * MON-FRI *)'),
          missedRunAlarmAfter: Duration.days(2),
        }),
      /which has up to 3 days between two runs: the alarm would go off before each\. Write Duration\.days\(4\) or more/,
    ],
    [
      'an alarm that goes off before each weekly run',
      () =>
        sentry(new Stack(), {
          schedule: events.Schedule.rate(Duration.days(7)),
          missedRunAlarmAfter: Duration.days(7),
        }),
      /Leave it out: the alarm then goes off after a calendar week without a run\./,
    ],
    [
      'an alarm beyond what CloudWatch sees',
      () =>
        sentry(new Stack(), {
          missedRunAlarmAfter: Duration.days(3),
          excludedAlarms: ['MissedRunAlarm'],
        }),
      /^Default\/Sentry: "missedRunAlarmAfter" does nothing, since "excludedAlarms" leaves MissedRunAlarm out/,
    ],
    [
      'an alarm that is too slow for CloudWatch',
      () => sentry(new Stack(), { missedRunAlarmAfter: Duration.days(8) }),
      /^Default\/Sentry: "missedRunAlarmAfter" is 8 days, and CloudWatch looks back for 7 at the most/,
    ],
  ])('%s', (_, act, message) => {
    expect(act).toThrow(message);
  });
});

function sentry(stack: Stack, props: IamKeySentryProps = {}): IamKeySentry {
  return new IamKeySentry(stack, 'Sentry', props);
}

let plainTemplate: Template | undefined;

/** Without props it is one for the whole file, which no test changes. */
function template(props?: IamKeySentryProps): Template {
  if (!props) return (plainTemplate ??= template({}));
  const stack = new Stack();
  sentry(stack, props);
  return Template.fromStack(stack);
}

function configuration(props: IamKeySentryProps = {}) {
  return JSON.parse(
    Object.values(template(props).findResources('AWS::SSM::Parameter'))[0]!.Properties.Value,
  );
}

/** Those that allow. */
function statements(synthesized: Template) {
  return Object.values(synthesized.findResources('AWS::IAM::Policy'))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
    .filter(({ Effect }) => Effect === 'Allow');
}

function actions(synthesized: Template): string[] {
  return statements(synthesized).flatMap(({ Action }) => Action);
}
