import { App, Duration, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { IamKeySentry, type IamKeySentryProps, KeyActions, KeyExclusion } from '../../../src';
import { MemberAccounts } from '../../../src/organization/constructs/member-accounts';
import { SentryHub } from '../../../src/organization/constructs/sentry-hub';

const ENV = { account: '111111111111', region: 'eu-west-1' };

function stackWith(props: IamKeySentryProps = {}): Stack {
  const stack = new Stack(new App(), 'Stack', { env: ENV });
  new IamKeySentry(stack, 'Sentry', { hub: hubIn(stack), ...props });
  return stack;
}

function hubIn(stack: Stack): SentryHub {
  return new SentryHub(stack, 'Hub', {
    organizationId: 'o-abc1234567',
    accounts: MemberAccounts.organization(),
  });
}

test('with a hub, the function takes accounts from a queue, and works in members by its name', () => {
  const stack = stackWith({ actions: KeyActions.of({ deactivateAfter: Duration.days(100) }) });
  const template = Template.fromStack(stack);
  template.hasResourceProperties('AWS::IAM::Role', { RoleName: 'cdk-sentries-hub-check-keys' });
  template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
    BatchSize: 1,
    ScalingConfig: { MaximumConcurrency: 5 },
    FunctionName: { Ref: Match.stringLikeRegexp('SentryCheckAccessKeys') },
  });
  template.hasResourceProperties('AWS::Lambda::Function', {
    Environment: {
      Variables: Match.objectLike({
        HUB: Match.anyValue(),
        MEMBER_KEYS_TABLE: Match.anyValue(),
        ACCOUNT_QUEUE_URL: Match.anyValue(),
      }),
    },
  });
  template.hasResourceProperties('AWS::Events::Rule', {
    ScheduleExpression: 'rate(15 minutes)',
    Targets: [Match.objectLike({ Input: '{"task":"report"}' })],
  });
});

test('what the hub needs of members follows from the actions', () => {
  const rightsOf = (stack: Stack) =>
    JSON.stringify(Template.fromStack(stack).findResources('AWS::SSM::Parameter'));
  expect(rightsOf(stackWith())).toMatch(/rights\\*":\\*"OBSERVE/);
  const actions = KeyActions.of({ deactivateAfter: Duration.days(100) });
  expect(rightsOf(stackWith({ actions }))).toMatch(/rights\\*":\\*"FULL/);
});

test('a home Region elsewhere is refused: no member would be looked at', () => {
  expect(() => stackWith({ homeRegion: 'us-east-1' })).toThrow(
    /"homeRegion" is us-east-1, and the sentry and its hub are in eu-west-1/,
  );
});

test('a hub in another Region is refused', () => {
  const app = new App();
  const hub = hubIn(new Stack(app, 'HubStack', { env: { ...ENV, region: 'us-east-1' } }));
  const stack = new Stack(app, 'Stack', { env: ENV });
  expect(() => new IamKeySentry(stack, 'Sentry', { hub })).toThrow(
    /its hub HubStack\/Hub is in another account or Region/,
  );
});

test('cdk-nag finds nothing that is not acknowledged with its reason', () => {
  const app = new App();
  const stack = new Stack(app, 'Stack', { env: ENV });
  const actions = KeyActions.of({ deactivateAfter: Duration.days(100) });
  new IamKeySentry(stack, 'Sentry', { hub: hubIn(stack), actions });
  expect(new AwsSolutionsChecks(app).validateScope(app).violations).toEqual([]);
});

test.each<[string, string[], RegExp]>([
  ['no account', [], /names no account/],
  ['a malformed account', ['12'], /"12", which is no account id/],
])('an exclusion in %s is refused', (_, accounts, message) => {
  expect(() => KeyExclusion.user('bob').onlyIn(accounts)).toThrow(message);
});
