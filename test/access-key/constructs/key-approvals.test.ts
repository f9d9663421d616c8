import { App, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import {
  IamKeySentry,
  KeyActions,
  type KeyActionsProps,
  KeyExclusion,
  KeyOwner,
  SentryMode,
  type SlackApprovalWorkflow,
} from '../../../src';
import { DECISION_LEASE, RUN_LEASE } from '../../../src/access-key/adapters/dynamo-key-records';
import { CARRY_OUT_KEY_DECISION } from '../../../src/access-key/contracts/carry-out-key-decision.environment';
import {
  actionsOf,
  resolved,
  statementsOf,
  targetsOf,
  workflow,
} from '../../approval/samples/workflows';

const PLACE = { env: { account: '111111111111', region: 'eu-west-1' } };
const CARRY_OUT = 'KeySentryCarryOutDecisionRole';
const CHECKER = 'KeySentryCheckAccessKeysRole';
const TOO_OLD = Duration.days(120);

function asking(approvals: SlackApprovalWorkflow, props: KeyActionsProps = {}): KeyActions {
  return KeyActions.of({
    deactivateAfter: TOO_OLD,
    deleteAfterInactive: Duration.days(30),
    askBeforeDeactivating: approvals,
    ...props,
  });
}

interface Sentry {
  readonly stack: Stack;
  readonly sentry: IamKeySentry;
  readonly synthesized: Template;
}

function sentryWith(
  actionsOver: (approvals: SlackApprovalWorkflow) => KeyActions = asking,
  mode = SentryMode.ENFORCE,
  owners?: KeyOwner[],
): Sentry {
  const stack = new Stack(new App(), 'App', PLACE);
  const sentry = new IamKeySentry(stack, 'KeySentry', {
    actions: actionsOver(workflow(stack)),
    mode,
    excluding: [KeyExclusion.tag('keep-until')],
    owners,
  });
  return { stack, sentry, synthesized: Template.fromStack(stack) };
}

let plainSentry: Sentry | undefined;

/** One that asks before it deactivates, for all tests that add nothing to it. */
function askingSentry(): Sentry {
  return (plainSentry ??= sentryWith());
}

function configurationIn(synthesized: Template) {
  const [, parameter] = Object.entries(synthesized.findResources('AWS::SSM::Parameter')).find(
    ([id]) => id.startsWith('KeySentryConfiguration'),
  )!;
  return JSON.parse(resolved(parameter.Properties.Value));
}

function functionIn(synthesized: Template, start: string) {
  return Object.entries(synthesized.findResources('AWS::Lambda::Function')).find(([id]) =>
    id.startsWith(start),
  )?.[1].Properties;
}

function queuesBesideWorkflow(synthesized: Template): string[] {
  return Object.keys(synthesized.findResources('AWS::SQS::Queue')).filter((id) =>
    id.startsWith('ApprovalsAsker'),
  );
}

describe('the configuration', () => {
  test('says whom the sentry asks, and that it asks again a month after a denial', () => {
    const { actions, workflow: asked } = configurationIn(askingSentry().synthesized);
    expect(actions).toEqual({
      mode: 'enforce',
      deactivateAfter: 120,
      deleteAfterInactive: 30,
      grace: 7,
      maxActionsPerRun: 10,
      askAgainAfter: 30,
    });
    expect(asked).toEqual({
      asker: 'App/KeySentry',
      queueUrl: expect.stringMatching(/^<ApprovalsRequestQueue/),
      decisionKeyArn: expect.stringMatching(/^<Approvals\w+\.Arn>$/),
    });
  });

  test('says when else it asks again', () => {
    const { synthesized } = sentryWith((approvals) =>
      asking(approvals, { askAgainAfter: Duration.days(5) }),
    );
    expect(configurationIn(synthesized).actions).toMatchObject({ askAgainAfter: 5 });
  });
});

describe.each<[string, Sentry]>([
  ['that asks no one', sentryWith(() => KeyActions.of({ deactivateAfter: TOO_OLD }))],
  ['in OBSERVE', sentryWith(asking, SentryMode.OBSERVE)],
])('a sentry %s', (_, { sentry, synthesized }) => {
  test('has neither a function nor queues nor alarms for decisions', () => {
    expect(functionIn(synthesized, 'KeySentryCarryOut')).toBeUndefined();
    expect(queuesBesideWorkflow(synthesized)).toEqual([]);
    expect(sentry.alarms).toHaveLength(5);
  });

  test('cannot send anything to a workflow', () => {
    expect(configurationIn(synthesized).workflow).toBeUndefined();
    expect(actionsOf(synthesized, CHECKER)).not.toContain('sqs:SendMessage');
  });
});

describe('rights', () => {
  const { synthesized } = askingSentry();

  test('the function that carries decisions out can check them and deactivate', () => {
    expect(actionsOf(synthesized, CARRY_OUT)).toEqual(
      expect.arrayContaining([
        'kms:VerifyMac',
        'sqs:SendMessage',
        'sqs:ReceiveMessage',
        'iam:UpdateAccessKey',
        'iam:ListAccessKeys',
        'iam:ListUserTags',
        'dynamodb:GetItem',
        'dynamodb:PutItem',
        'dynamodb:Scan',
        'ssm:GetParameters',
        'sns:Publish',
      ]),
    );
  });

  test('it can neither delete a key, nor make a decision, nor read a secret, nor put findings on the bus', () => {
    expect(
      actionsOf(synthesized, CARRY_OUT).filter((action) =>
        /Delete(?!Message)|GenerateMac|secretsmanager|events:|CreateAccessKey/.test(action),
      ),
    ).toEqual([]);
  });

  test('it can put events on the bus where owners hear of what was decided', () => {
    const owned = sentryWith(asking, SentryMode.ENFORCE, [KeyOwner.path('/teams/')]);
    expect(actionsOf(owned.synthesized, CARRY_OUT)).toContain('events:PutEvents');
  });

  test('the function that looks at the keys can ask, and neither check decisions nor deactivate', () => {
    const actions = actionsOf(synthesized, CHECKER);
    expect(actions).toEqual(expect.arrayContaining(['sqs:SendMessage', 'iam:DeleteAccessKey']));
    expect(
      actions.filter((action) => /Mac$|iam:UpdateAccessKey|secretsmanager/.test(action)),
    ).toEqual([]);
  });

  test.each([CHECKER, CARRY_OUT])('%s sends to the queue of requests alone', (role) => {
    expect(targetsOf(synthesized, role, 'sqs:SendMessage')).toEqual([
      expect.stringMatching(/^ApprovalsRequestQueue/),
    ]);
  });

  test('no function of the workflow may do anything in IAM', () => {
    const statements = statementsOf(synthesized, 'Approvals');
    expect(statements.length).toBeGreaterThan(0);
    expect(
      statements.flatMap(({ Action }) => Action).filter((action) => action.startsWith('iam:')),
    ).toEqual([]);
  });
});

describe('the function that carries decisions out', () => {
  const { synthesized } = askingSentry();

  test('runs the shipped bundle with its whole environment', () => {
    expect(
      Object.keys(functionIn(synthesized, 'KeySentryCarryOut').Environment.Variables).sort(),
    ).toEqual([...CARRY_OUT_KEY_DECISION.variables].sort());
  });

  test.each([
    ['KeySentryCarryOut', DECISION_LEASE],
    ['KeySentryCheckAccessKeys', RUN_LEASE],
  ])('%s ends before its lease on the records does', (start, { milliseconds }) => {
    expect(functionIn(synthesized, start).Timeout * 1_000).toBeLessThan(milliseconds);
  });

  test('gets each decision alone, from a queue that keeps what is given up', () => {
    const [unhandled, decisions] = queuesBesideWorkflow(synthesized);
    expect([unhandled, decisions]).toEqual([
      expect.stringContaining('UnhandledDecisions'),
      expect.stringContaining('Decisions'),
    ]);
    synthesized.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      EventSourceArn: { 'Fn::GetAtt': [decisions, 'Arn'] },
      BatchSize: 1,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 2 },
    });
    synthesized.hasResourceProperties('AWS::SQS::Queue', {
      RedrivePolicy: {
        deadLetterTargetArn: { 'Fn::GetAtt': [unhandled, 'Arn'] },
        maxReceiveCount: 30,
      },
      VisibilityTimeout: 6 * functionIn(synthesized, 'KeySentryCarryOut').Timeout,
    });
  });
});

test('alarms go when decisions are given up, fail, or are forged', () => {
  const { stack, sentry, synthesized } = askingSentry();
  expect(sentry.alarms).toHaveLength(9);
  const ofSentry = {
    Namespace: 'CdkSentries',
    Dimensions: [{ Name: 'service', Value: 'App/KeySentry' }],
    Threshold: 0,
    ComparisonOperator: 'GreaterThanThreshold',
  };
  for (const MetricName of ['KeyDecisionsFailed', 'KeyDecisionsRefused']) {
    synthesized.hasResourceProperties('AWS::CloudWatch::Alarm', { ...ofSentry, MetricName });
  }
  const alarms = Object.entries(synthesized.findResources('AWS::CloudWatch::Alarm')).filter(
    ([id]) => id.startsWith('KeySentry'),
  );
  expect(alarms).toHaveLength(9);
  for (const [, { Properties }] of alarms) {
    expect(Properties.AlarmActions).toEqual([stack.resolve(sentry.notificationTopic.topicArn)]);
  }
  const metricOf = (start: string) => alarms.find(([id]) => id.startsWith(start))?.[1].Properties;
  const [unhandled] = queuesBesideWorkflow(synthesized);
  expect(metricOf('KeySentryUnhandledDecisions')).toMatchObject({
    MetricName: 'ApproximateNumberOfMessagesVisible',
    Dimensions: [{ Name: 'QueueName', Value: { 'Fn::GetAtt': [unhandled, 'QueueName'] } }],
  });
  expect(metricOf('KeySentryDecisionErrors')).toMatchObject({
    MetricName: 'Errors',
    Dimensions: [
      { Name: 'FunctionName', Value: { Ref: expect.stringMatching(/^KeySentryCarryOut/) } },
    ],
  });
});

describe('a sentry in another stack than its workflow', () => {
  function apart() {
    const app = new App();
    const [one, own] = [new Stack(app, 'One', PLACE), new Stack(app, 'Own', PLACE)];
    new IamKeySentry(own, 'KeySentry', { actions: asking(workflow(one)) });
    return { app, one, own };
  }

  test('needs its stack, and is not needed by it', () => {
    const { app, one, own } = apart();
    app.synth();
    expect([one.dependencies, own.dependencies]).toEqual([[], [one]]);
  });

  test('takes decisions from a queue beside the workflow', () => {
    const { one, own } = apart();
    expect(queuesBesideWorkflow(Template.fromStack(one))).toHaveLength(2);
    expect(
      JSON.stringify(Template.fromStack(own).findResources('AWS::Lambda::EventSourceMapping')),
    ).toContain('"Fn::ImportValue":"One:');
  });

  test('has nothing that cdk-nag finds', () => {
    expect(findings(apart().app)).toEqual([]);
  });
});

test('cdk-nag finds nothing in a sentry that asks that is not acknowledged with its reason', () => {
  expect(findings(sentryWith().stack.node.root as App)).toEqual([]);
});

/** The secrets are the test's own; nothing rotates them. */
function findings(app: App): unknown[] {
  return new AwsSolutionsChecks(app)
    .validateScope(app)
    .violations.filter(({ ruleName }) => ruleName !== 'AwsSolutions-SMG4');
}

describe('bad input is refused at synth, with what to write instead', () => {
  function inOtherPlace(env: StackProps['env']): void {
    const app = new App();
    new IamKeySentry(new Stack(app, 'Own', PLACE), 'KeySentry', {
      actions: asking(workflow(new Stack(app, 'Other', { env }))),
    });
  }

  test.each<[string, () => unknown, RegExp]>([
    [
      'asking again without asking',
      () => KeyActions.of({ deactivateAfter: TOO_OLD, askAgainAfter: Duration.days(3) }),
      /"askAgainAfter" without "askBeforeDeactivating": write which workflow asks, or leave it out/,
    ],
    [
      'asking again at once',
      () => sentryWith((approvals) => asking(approvals, { askAgainAfter: Duration.days(0) })),
      /"askAgainAfter" is .+: write a whole number of days, at least one/,
    ],
    [
      'asking again after hours',
      () => sentryWith((approvals) => asking(approvals, { askAgainAfter: Duration.hours(36) })),
      /"askAgainAfter" is .+: write a whole number of days/,
    ],
    [
      'a workflow of another Region',
      () => inOtherPlace({ account: '111111111111', region: 'us-east-1' }),
      /Own\/KeySentry: it is in the region eu-west-1, and the workflow Other\/Approvals that it asks in us-east-1: write a SlackApprovalWorkflow for its own account and Region/,
    ],
    [
      'a workflow of another account',
      () => inOtherPlace({ account: '222222222222', region: 'eu-west-1' }),
      /it is in the account 111111111111, and the workflow .+ in 222222222222/,
    ],
  ])('%s', (_, act, message) => {
    expect(act).toThrow(message);
  });
});
