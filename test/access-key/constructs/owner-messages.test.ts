import { App, Stack, type StackProps } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { IamKeySentry, type IamKeySentryProps, KeyOwner } from '../../../src';
import {
  actionsOf,
  resolved,
  statementsOf,
  targetsOf,
  workflow,
} from '../../approval/samples/workflows';

const PLACE = { env: { account: '111111111111', region: 'eu-west-1' } };
const CHECKER = 'KeySentryCheckAccessKeysRole';
const OWNERS = [KeyOwner.tag('Owner')];

function stackWith(props: Partial<IamKeySentryProps> = {}, place: StackProps = PLACE): Stack {
  const stack = new Stack(new App(), 'App', place);
  new IamKeySentry(stack, 'KeySentry', {
    owners: OWNERS,
    notifyOwnersThrough: workflow(stack),
    ...props,
  });
  return stack;
}

function configurationIn(synthesized: Template) {
  const [, parameter] = Object.entries(synthesized.findResources('AWS::SSM::Parameter')).find(
    ([id]) => id.startsWith('KeySentryConfiguration'),
  )!;
  return JSON.parse(resolved(parameter.Properties.Value));
}

test('the function that looks at keys may have direct messages sent, and no more of the workflow', () => {
  const synthesized = Template.fromStack(stackWith());
  expect(targetsOf(synthesized, CHECKER, 'sqs:SendMessage')).toEqual([
    expect.stringMatching(/^ApprovalsMessageQueue/),
  ]);
  expect(actionsOf(synthesized, CHECKER)).not.toContain('secretsmanager:GetSecretValue');
  expect(JSON.stringify(statementsOf(synthesized, CHECKER))).not.toContain('BotToken');
});

test('the configuration says where they are ordered, and names no asker', () => {
  const configuration = configurationIn(Template.fromStack(stackWith()));
  expect(configuration.ownerMessages).toEqual({
    queueUrl: expect.stringMatching(/^<ApprovalsMessageQueue/),
  });
  expect(configuration.workflow).toBeUndefined();
});

test('without it, nothing of it is there', () => {
  const synthesized = Template.fromStack(stackWith({ notifyOwnersThrough: undefined }));
  expect(configurationIn(synthesized).ownerMessages).toBeUndefined();
  expect(actionsOf(synthesized, CHECKER)).not.toContain('sqs:SendMessage');
});

test('without owners it would do nothing, and is refused', () => {
  expect(() => stackWith({ owners: undefined })).toThrow(
    `App/KeySentry: "notifyOwnersThrough" is the workflow App/Approvals and does nothing without "owners": say where owners are found, such as [KeyOwner.tag('Owner')], or leave it out.`,
  );
});

test('a workflow in another Region is refused', () => {
  const app = new App();
  const other = new Stack(app, 'Other', { env: { ...PLACE.env, region: 'us-east-1' } });
  const stack = new Stack(app, 'App', PLACE);
  expect(
    () =>
      new IamKeySentry(stack, 'KeySentry', {
        owners: OWNERS,
        notifyOwnersThrough: workflow(other),
      }),
  ).toThrow(
    'App/KeySentry: it is in the region eu-west-1, and the workflow Other/Approvals in "notifyOwnersThrough" in us-east-1: give a SlackApprovalWorkflow of its own account and Region.',
  );
});

test('a workflow in another stack of the same place works', () => {
  const app = new App();
  const other = new Stack(app, 'Other', PLACE);
  const stack = new Stack(app, 'App', PLACE);
  new IamKeySentry(stack, 'KeySentry', { owners: OWNERS, notifyOwnersThrough: workflow(other) });
  expect(() => app.synth()).not.toThrow();
});

test('owners who get none can be counted', () => {
  const stack = new Stack(new App(), 'App', PLACE);
  const sentry = new IamKeySentry(stack, 'KeySentry');
  expect(sentry.metricOwnersNotMessaged().toMetricConfig().metricStat?.metricName).toBe(
    'KeyOwnersNotMessaged',
  );
});

test('cdk-nag finds nothing that is not acknowledged with its reason', () => {
  const { root } = stackWith().node;
  const { violations } = new AwsSolutionsChecks(root).validateScope(root);
  // The secrets are the test's own; nothing rotates them.
  expect(violations.filter(({ ruleName }) => ruleName !== 'AwsSolutions-SMG4')).toEqual([]);
});
