import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import {
  ChangeResponse,
  MonitoredGroups,
  SecurityGroupBaseline,
  SecurityGroupSentry,
  type SlackApprovalWorkflow,
  UnansweredChange,
} from '../../../src';
import { CARRY_OUT_DECISION } from '../../../src/security-group/contracts/carry-out-decision.environment';
import { actionsOf, resolved, statementsOf, workflow } from '../../approval/samples/workflows';

type Respond = (approvals: SlackApprovalWorkflow) => ChangeResponse;

const untilApproved: Respond = (approvals) => ChangeResponse.revertUntilApproved(approvals);
const ifDenied: Respond = (approvals) =>
  ChangeResponse.revertIfDenied(approvals, { whenUnanswered: UnansweredChange.ACCEPT });
const CARRIER = 'GroupSentryCarryOutDecisionRole';
const RESPONDER = 'GroupSentryRespondToChangesRole';

function stackWith(...responses: Respond[]): Stack {
  const stack = new Stack(new App(), 'App', {
    env: { account: '111111111111', region: 'eu-west-1' },
  });
  const approvals = workflow(stack);
  new SecurityGroupSentry(stack, 'GroupSentry', {
    monitoredGroups: MonitoredGroups.ids(['sg-0123456789abcdef0']),
    policies: responses.map((respond) => ({
      baseline: SecurityGroupBaseline.locked(),
      response: respond(approvals),
    })),
  });
  return stack;
}

let plainTemplate: Template | undefined;

/** Of a sentry that reverts until someone approves. */
function askingTemplate(): Template {
  return (plainTemplate ??= Template.fromStack(stackWith(untilApproved)));
}

function policiesIn(synthesized: Template) {
  const parameters = Object.entries(synthesized.findResources('AWS::SSM::Parameter')).filter(
    ([id]) => id.startsWith('GroupSentryParametersPolicies'),
  );
  return JSON.parse(resolved(parameters[0]![1].Properties.Value));
}

test('a policy names whom it asks, and what becomes of a change that no one decides', () => {
  const parameter = policiesIn(Template.fromStack(stackWith(untilApproved, ifDenied)));
  expect(parameter.policies).toMatchObject([
    {
      response: 'revertUntilApproved',
      asking: { workflow: 'App/Approvals', whenUnanswered: 'revert' },
    },
    { response: 'revertIfDenied', asking: { workflow: 'App/Approvals', whenUnanswered: 'accept' } },
  ]);
  expect(parameter.workflows).toMatchObject([
    { name: 'App/Approvals', asker: 'App/GroupSentry', expireSeconds: 86_400 },
  ]);
});

test('a sentry that asks no one has no function for decisions', () => {
  const functions = Template.fromStack(stackWith(() => ChangeResponse.revert())).findResources(
    'AWS::Lambda::Function',
  );
  expect(Object.keys(functions).filter((id) => id.startsWith('GroupSentryCarryOut'))).toEqual([]);
});

test('the function that carries decisions out has its whole environment, and no more', () => {
  const functions = askingTemplate().findResources('AWS::Lambda::Function');
  const [, carrier] = Object.entries(functions).find(([id]) =>
    id.startsWith('GroupSentryCarryOutDecision'),
  )!;
  expect(Object.keys(carrier.Properties.Environment.Variables).sort()).toEqual(
    [...CARRY_OUT_DECISION.variables].sort(),
  );
});

test('the function that carries decisions out can check them, and neither make them nor read a secret', () => {
  const actions = actionsOf(askingTemplate(), CARRIER);
  expect(actions).toEqual(
    expect.arrayContaining([
      'kms:VerifyMac',
      'sqs:SendMessage',
      'ec2:AuthorizeSecurityGroupIngress',
    ]),
  );
  expect(actions.filter((action) => /GenerateMac|secretsmanager/.test(action))).toEqual([]);
});

test('the function that responds to changes can ask, and check nothing', () => {
  const actions = actionsOf(askingTemplate(), RESPONDER);
  expect(actions).toContain('sqs:SendMessage');
  expect(actions.filter((action) => /Mac$/.test(action))).toEqual([]);
});

test('no function of the workflow may do anything in EC2', () => {
  const synthesized = askingTemplate();
  const statements = statementsOf(synthesized, 'Approvals');
  expect(statements.length).toBeGreaterThan(0);
  expect(
    statements.flatMap(({ Action }) => Action).filter((action) => action.startsWith('ec2:')),
  ).toEqual([]);
});

test('a rule may be given the tag that says when its time ends, and no other', () => {
  const [tagging] = statementsOf(askingTemplate(), CARRIER).filter(
    ({ Action, Condition }) =>
      Action === 'ec2:CreateTags' && !JSON.stringify(Condition).includes('ec2:CreateAction'),
  );
  expect(tagging?.Condition).toEqual({
    'ForAllValues:StringEquals': { 'aws:TagKeys': ['cdk-sentries:approved-until'] },
    Null: { 'aws:TagKeys': 'false' },
  });
});

describe('a sentry in another stack than its workflows', () => {
  const PLACE = { env: { account: '111111111111', region: 'eu-west-1' } };

  function apart() {
    const app = new App();
    const [one, other, own] = ['One', 'Other', 'Own'].map((id) => new Stack(app, id, PLACE)) as [
      Stack,
      Stack,
      Stack,
    ];
    const [first, second] = [workflow(one), workflow(other)];
    new SecurityGroupSentry(own, 'GroupSentry', {
      monitoredGroups: MonitoredGroups.ids(['sg-0123456789abcdef0']),
      policies: [untilApproved(first), ifDenied(second)].map((response) => ({
        baseline: SecurityGroupBaseline.locked(),
        response,
      })),
    });
    return { app, one, other, own };
  }

  test('needs their stacks, and none of them needs its own', () => {
    const { app, one, other, own } = apart();
    app.synth();
    expect([one, other, own].map(({ dependencies }) => dependencies)).toEqual([
      [],
      [],
      expect.arrayContaining([one, other]),
    ]);
  });

  test('takes decisions from a queue beside each workflow, and tells of what is given up in each', () => {
    const { one, other, own } = apart();
    for (const stack of [one, other]) {
      const queues = Object.keys(Template.fromStack(stack).findResources('AWS::SQS::Queue')).filter(
        (id) => id.startsWith('ApprovalsAsker'),
      );
      expect(queues).toEqual([
        expect.stringContaining('UnhandledDecisions'),
        expect.stringContaining('Decisions'),
      ]);
    }
    const synthesized = Template.fromStack(own);
    const sourcesOf = JSON.stringify(synthesized.findResources('AWS::Lambda::EventSourceMapping'));
    for (const stack of ['One', 'Other']) {
      expect(sourcesOf).toContain(`"Fn::ImportValue":"${stack}:`);
    }
    const [carrier] = Object.values(
      synthesized.findResources('AWS::Lambda::Function', {
        Properties: { Environment: { Variables: { DECISION_QUEUE_URLS: Match.anyValue() } } },
      }),
    );
    expect(resolvedImports(carrier!.Properties.Environment.Variables.DECISION_QUEUE_URLS)).toEqual([
      'One',
      'Other',
    ]);
    const alarms = Object.keys(synthesized.findResources('AWS::CloudWatch::Alarm')).filter((id) =>
      id.startsWith('GroupSentryUnhandledDecisions'),
    );
    expect(alarms).toHaveLength(2);
  });

  test('has nothing that cdk-nag finds', () => {
    const { app } = apart();
    const { violations } = new AwsSolutionsChecks(app).validateScope(app);
    expect(violations.filter(({ ruleName }) => ruleName !== 'AwsSolutions-SMG4')).toEqual([]);
  });
});

/** The stacks that a value's parts are imported from. */
function resolvedImports(value: unknown): string[] {
  return [...JSON.stringify(value).matchAll(/"Fn::ImportValue":"(\w+):/g)].map(
    ([, stack]) => stack!,
  );
}

test('cdk-nag finds nothing in it that is not acknowledged with its reason', () => {
  const stack = stackWith(untilApproved, ifDenied);
  const { violations } = new AwsSolutionsChecks(stack.node.root as App).validateScope(
    stack.node.root,
  );
  // The secrets are the test's own; nothing rotates them.
  expect(violations.filter(({ ruleName }) => ruleName !== 'AwsSolutions-SMG4')).toEqual([]);
});
