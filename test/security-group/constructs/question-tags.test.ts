import { App, Duration, Stack, Token } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import {
  Actor,
  type ApprovalRoute,
  ApprovedAction,
  Approvers,
  ChangeResponse,
  IamKeySentry,
  KeyActions,
  MemberAccounts,
  MonitoredGroups,
  Ports,
  SecurityGroupBaseline,
  SecurityGroupSentry,
  type SecurityGroupSentryProps,
  SentryHub,
  type SlackApprovalWorkflow,
  TrafficPattern,
} from '../../../src';
import { resolved, workflow } from '../../approval/samples/workflows';

const NO_SSH = SecurityGroupBaseline.forbid([TrafficPattern.fromInternet(Ports.SSH)]);

const PAYMENTS: ApprovalRoute = {
  name: 'payments',
  tags: { team: ['payments', 'billing'] },
  approvalChannelId: 'C0PAY',
  approvers: Approvers.userGroup('S0PAY'),
};
const WEB: ApprovalRoute = {
  ...PAYMENTS,
  name: 'web',
  tags: { team: ['shop'], tier: ['web'] },
};

function newStack(): Stack {
  return new Stack(new App(), 'App', { env: { account: '111111111111', region: 'eu-west-1' } });
}

function routed(stack: Stack, ...routes: ApprovalRoute[]): SlackApprovalWorkflow {
  return workflow(stack, { routes });
}

function askingFirst(approvals: SlackApprovalWorkflow): KeyActions {
  return KeyActions.of({
    deactivateAfter: Duration.days(120),
    askBeforeDeactivating: approvals,
  });
}

function hubIn(stack: Stack): SentryHub {
  return new SentryHub(stack, 'Hub', { accounts: MemberAccounts.accounts(['111122223333']) });
}

/** A sentry that asks by the workflow. */
function asking(
  stack: Stack,
  approvals: SlackApprovalWorkflow,
  props: Partial<SecurityGroupSentryProps> = {},
): SecurityGroupSentry {
  return new SecurityGroupSentry(stack, 'Sentry', {
    monitoredGroups: MonitoredGroups.ids(['sg-0123456789abcdef0']),
    policies: [{ baseline: NO_SSH, response: ChangeResponse.revertUntilApproved(approvals) }],
    ...props,
  });
}

function policiesIn(template: Template) {
  const [parameter] = Object.entries(template.findResources('AWS::SSM::Parameter')).filter(([id]) =>
    id.startsWith('SentryParametersPolicies'),
  );
  return JSON.parse(resolved(parameter![1].Properties.Value));
}

function callsSeen(template: Template): string[] {
  const [rule] = Object.entries(template.findResources('AWS::Events::Rule')).filter(([id]) =>
    id.startsWith('SentryChangeRule'),
  );
  return rule![1].Properties.EventPattern.detail.eventName;
}

describe('routes by tags', () => {
  test('have the sentry remember the tags that some route names, and see who changes them', () => {
    const stack = newStack();
    asking(stack, routed(stack, PAYMENTS, WEB));
    const template = Template.fromStack(stack);
    expect(policiesIn(template).workflows[0].routeTags).toEqual([
      { key: 'team', value: 'payments' },
      { key: 'team', value: 'billing' },
      { key: 'team', value: 'shop' },
      { key: 'tier', value: 'web' },
    ]);
    expect(callsSeen(template)).toEqual(expect.arrayContaining(['CreateTags', 'DeleteTags']));
  });

  test('are nothing to a sentry whose workflow has none', () => {
    const stack = newStack();
    asking(stack, workflow(stack));
    const template = Template.fromStack(stack);
    expect(Object.keys(policiesIn(template).workflows[0])).not.toContain('routeTags');
    expect(callsSeen(template)).not.toContain('CreateTags');
  });

  const IDLE =
    'App/Approvals: route "payments" goes by tags, and no SecurityGroupSentry, no ApprovedAction and no asker of your own asks this workflow, so it would do nothing';

  test('are refused where no one asks, or access keys alone', () => {
    const alone = newStack();
    routed(alone, PAYMENTS);
    expect(() => Template.fromStack(alone)).toThrow(IDLE);
    const keys = newStack();
    new IamKeySentry(keys, 'Keys', { actions: askingFirst(routed(keys, PAYMENTS)) });
    expect(() => Template.fromStack(keys)).toThrow(IDLE);
  });

  test('may be for an asker of a user, who gives the tags', () => {
    const stack = newStack();
    routed(stack, PAYMENTS).addAsker('own', new sqs.Queue(stack, 'Decisions'));
    expect(() => Template.fromStack(stack)).not.toThrow();
  });

  test('may be for an action, whose requests may have tags', () => {
    const stack = newStack();
    const actionFunction = lambda.Function.fromFunctionName(stack, 'Handler', 'own');
    new ApprovedAction(stack, 'Action', { workflow: routed(stack, PAYMENTS), actionFunction });
    expect(() => Template.fromStack(stack)).not.toThrow();
  });
});

describe('routes by accounts or units', () => {
  const SHOP: ApprovalRoute = { ...PAYMENTS, tags: undefined, accounts: ['111122223333'] };
  const IDLE =
    'App/Approvals: route "payments" goes by accounts or units, and all that ask this workflow are sentries without a hub';

  test('are refused where no question names an account', () => {
    const groups = newStack();
    asking(groups, routed(groups, { ...SHOP, tags: PAYMENTS.tags }));
    expect(() => Template.fromStack(groups)).toThrow(IDLE);
    const keys = newStack();
    new IamKeySentry(keys, 'Keys', { actions: askingFirst(routed(keys, SHOP)) });
    expect(() => Template.fromStack(keys)).toThrow(IDLE);
  });

  test('may be for sentries of a hub', () => {
    const groups = newStack();
    asking(groups, routed(groups, SHOP), { hub: hubIn(groups) });
    expect(() => Template.fromStack(groups)).not.toThrow();
    const keys = newStack();
    const actions = askingFirst(routed(keys, SHOP));
    new IamKeySentry(keys, 'Keys', { hub: hubIn(keys), actions });
    expect(() => Template.fromStack(keys)).not.toThrow();
  });

  test('may be for an asker of a user, who gives the account, beside a sentry without a hub', () => {
    const stack = newStack();
    const approvals = routed(stack, SHOP);
    asking(stack, approvals);
    approvals.addAsker('own', new sqs.Queue(stack, 'Decisions'));
    expect(() => Template.fromStack(stack)).not.toThrow();
  });

  test('may be for what no app knows: a workflow that nothing asks yet', () => {
    const stack = newStack();
    routed(stack, SHOP);
    expect(() => Template.fromStack(stack)).not.toThrow();
  });
});

describe('sensitive tags', () => {
  test('are written for the sentry, which sees who changes them', () => {
    const stack = newStack();
    asking(stack, workflow(stack), { sensitiveTags: { 'data-class': ['restricted', 'secret'] } });
    const template = Template.fromStack(stack);
    expect(policiesIn(template).sensitiveTags).toEqual([
      { key: 'data-class', value: 'restricted' },
      { key: 'data-class', value: 'secret' },
    ]);
    expect(callsSeen(template)).toContain('DeleteTags');
  });

  const many = (count: number) => Array.from({ length: count }, (_, index) => `v${index}`);

  test.each<[string, { [key: string]: string[] }, RegExp]>([
    ['none', {}, /is empty, so it chooses nothing: leave it out/],
    ['one without a value', { pci: [] }, /: the list of "pci" is empty, so nothing is meant/],
    ['a value twice', { pci: ['yes', 'yes'] }, /: the list of "pci" has "yes" twice/],
    ["one of AWS's own", { 'aws:a': ['b'] }, / has the key "aws:a", and AWS keeps such keys/],
    ['a list known later', { pci: Token.asList({ Ref: 'L' }) }, /only the deployment knows/],
    [
      'more keys than a question shows',
      Object.fromEntries(many(11).map((key) => [key, ['yes']])),
      / has 11 keys, and each is a label in the question: name up to 10/,
    ],
    ['a crowd of values', { pci: many(21) }, /"pci" has 21 values: name up to 20/],
  ])('%s: refused', (_, sensitiveTags, message) => {
    const stack = newStack();
    const approvals = workflow(stack);
    expect(() => asking(stack, approvals, { sensitiveTags })).toThrow(
      new RegExp(`^App/Sentry: "sensitiveTags".*${message.source}`),
    );
  });

  test('are refused where no policy asks people', () => {
    const stack = newStack();
    const policies = [{ baseline: NO_SSH, response: ChangeResponse.revert() }];
    const sensitiveTags = { pci: ['yes'] };
    expect(() => asking(stack, workflow(stack), { policies, sensitiveTags })).toThrow(
      'App/Sentry: "sensitiveTags" does nothing, as no policy asks people: leave it out',
    );
  });
});

test.each<[string, ApprovalRoute[], Partial<SecurityGroupSentryProps>]>([
  ['say who is asked', [PAYMENTS], {}],
  ['stand out in questions', [], { sensitiveTags: { pci: ['yes'] } }],
])('trusted actors are of use without a locked policy where tags %s', (_, routes, props) => {
  const stack = newStack();
  const role = iam.Role.fromRoleArn(stack, 'Tagger', 'arn:aws:iam::111111111111:role/tagger');
  const trustedActors = [Actor.role(role)];
  const approvals = routed(stack, ...routes);
  expect(() => asking(stack, approvals, { trustedActors, ...props })).not.toThrow();
});
