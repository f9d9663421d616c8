import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { ChangeResponse, MonitoredGroups, SecurityGroupBaseline, SecurityGroupSentry, type SlackApprovalWorkflow, UnansweredChange } from '../../../src';
import { actionsOf, resolved, statementsOf, workflow } from '../approval/workflows';

type Respond = (approvals: SlackApprovalWorkflow) => ChangeResponse;

const untilApproved: Respond = (approvals) => ChangeResponse.revertUntilApproved(approvals);
const ifDenied: Respond = (approvals) => ChangeResponse.revertIfDenied(approvals, { whenUnanswered: UnansweredChange.ACCEPT });
const CARRIER = 'GroupSentryCarryOutDecisionRole';
const RESPONDER = 'GroupSentryRespondToChangesRole';

function stackWith(...responses: Respond[]): Stack {
  const stack = new Stack(new App(), 'App', { env: { account: '111111111111', region: 'eu-west-1' } });
  const approvals = workflow(stack);
  new SecurityGroupSentry(stack, 'GroupSentry', {
    monitoredGroups: MonitoredGroups.ids(['sg-0123456789abcdef0']),
    policies: responses.map((respond) => ({ baseline: SecurityGroupBaseline.locked(), response: respond(approvals) })),
  });
  return stack;
}

function policiesIn(synthesized: Template) {
  const parameters = Object.entries(synthesized.findResources('AWS::SSM::Parameter')).filter(([id]) => id.startsWith('GroupSentryParametersPolicies'));
  return JSON.parse(resolved(parameters[0]![1].Properties.Value));
}

test('a policy names whom it asks, and what becomes of a change that nobody decides', () => {
  const parameter = policiesIn(Template.fromStack(stackWith(untilApproved, ifDenied)));
  expect(parameter.policies).toMatchObject([
    { response: 'revertUntilApproved', asking: { workflow: 'App/Approvals', whenUnanswered: 'revert' } },
    { response: 'revertIfDenied', asking: { workflow: 'App/Approvals', whenUnanswered: 'accept' } },
  ]);
  expect(parameter.workflows).toMatchObject([{ name: 'App/Approvals', asker: 'App/GroupSentry', expireSeconds: 86_400 }]);
});

test('a sentry that asks nobody has no function for decisions', () => {
  const functions = Template.fromStack(stackWith(() => ChangeResponse.revert())).findResources('AWS::Lambda::Function');
  expect(Object.keys(functions).filter((id) => id.startsWith('GroupSentryCarryOut'))).toEqual([]);
});

test('the function that carries decisions out can check them, and neither make them nor read a secret', () => {
  const actions = actionsOf(Template.fromStack(stackWith(untilApproved)), CARRIER);
  expect(actions).toEqual(expect.arrayContaining(['kms:VerifyMac', 'sqs:SendMessage', 'ec2:AuthorizeSecurityGroupIngress']));
  expect(actions.filter((action) => /GenerateMac|secretsmanager/.test(action))).toEqual([]);
});

test('the function that responds to changes can ask, and check nothing', () => {
  const actions = actionsOf(Template.fromStack(stackWith(untilApproved)), RESPONDER);
  expect(actions).toContain('sqs:SendMessage');
  expect(actions.filter((action) => /Mac$/.test(action))).toEqual([]);
});

test('no function of the workflow may do anything in EC2', () => {
  const synthesized = Template.fromStack(stackWith(untilApproved));
  const statements = statementsOf(synthesized, 'Approvals');
  expect(statements.length).toBeGreaterThan(0);
  expect(statements.flatMap(({ Action }) => Action).filter((action) => action.startsWith('ec2:'))).toEqual([]);
});

test('a rule may be given the tag that says when its time ends, and no other', () => {
  const [tagging] = statementsOf(Template.fromStack(stackWith(untilApproved)), CARRIER)
    .filter(({ Action, Condition }) => Action === 'ec2:CreateTags' && !JSON.stringify(Condition).includes('ec2:CreateAction'));
  expect(tagging?.Condition).toEqual({ 'ForAllValues:StringEquals': { 'aws:TagKeys': ['cdk-sentries:approved-until'] } });
});

test('cdk-nag finds nothing in it that is not acknowledged with its reason', () => {
  const stack = stackWith(untilApproved, ifDenied);
  const { violations } = new AwsSolutionsChecks(stack.node.root as App).validateScope(stack.node.root);
  // The secrets are the test's own; nothing rotates them.
  expect(violations.filter(({ ruleName }) => ruleName !== 'AwsSolutions-SMG4')).toEqual([]);
});
