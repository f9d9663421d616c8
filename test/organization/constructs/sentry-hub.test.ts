import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { MemberAccounts } from '../../../src/organization/constructs/member-accounts';
import { MemberRegions } from '../../../src/organization/constructs/member-regions';
import { SentryHub } from '../../../src/organization/constructs/sentry-hub';
import type { SentryHubProps } from '../../../src/organization/constructs/sentry-hub-props';

const ORGANIZATION = 'o-abc1234567';

describe("the hub's bus", () => {
  test('takes events of AWS from its organization, handed on by rules', () => {
    const template = hubTemplate({
      accounts: MemberAccounts.organization(),
      organizationId: ORGANIZATION,
    });
    template.hasResourceProperties('AWS::Events::EventBus', { Name: 'cdk-sentries' });
    template.hasResourceProperties('AWS::Events::EventBusPolicy', {
      Statement: {
        Effect: 'Allow',
        Principal: '*',
        Action: 'events:PutEvents',
        Condition: {
          StringEquals: { 'aws:PrincipalOrgID': ORGANIZATION },
          'ForAllValues:StringEquals': {
            'events:source': Match.arrayWith(['aws.ec2']),
            'events:detail-type': ['AWS API Call via CloudTrail'],
          },
          Null: { 'events:source': 'false', 'events:detail-type': 'false' },
          BoolIfExists: { 'events:eventBusInvocation': 'true' },
        },
      },
    });
  });

  test('takes them from accounts that are named, without an organization', () => {
    const template = hubTemplate({ accounts: MemberAccounts.accounts(['111122223333']) });
    template.hasResourceProperties('AWS::Events::EventBusPolicy', {
      Statement: {
        Principal: { AWS: ['111122223333'] },
        Condition: { StringEquals: Match.absent() },
      },
    });
  });

  test('bears the name of the hub', () => {
    const template = hubTemplate({
      accounts: MemberAccounts.accounts(['111122223333']),
      name: 'night-watch',
    });
    template.hasResourceProperties('AWS::Events::EventBus', { Name: 'night-watch' });
  });
});

test('someone who tampers with a member is told of straight by the bus', () => {
  const template = hubTemplate({ accounts: MemberAccounts.accounts(['111122223333']) });
  template.hasResourceProperties('AWS::Events::Rule', {
    EventPattern: { source: ['aws.events', 'aws.iam', 'aws.sqs', 'aws.cloudtrail'] },
    Targets: [
      {
        DeadLetterConfig: Match.anyValue(),
        InputTransformer: {
          InputTemplate: Match.stringLikeRegexp('account <account>, Region <region>'),
        },
      },
    ],
  });
});

describe('what cannot work is refused', () => {
  test.each<[string, () => Partial<SentryHubProps>, string]>([
    [
      'an organization without its id',
      () => ({ accounts: MemberAccounts.organization() }),
      'the accounts are those of an organization, and "organizationId" is missing: give it, such as "o-abc1234567".',
    ],
    [
      'an id that no organization has',
      () => ({ organizationId: 'o-ABC' }),
      '"o-ABC" is no id of an organization',
    ],
    ['a name with capitals', () => ({ name: 'Hub' }), '"Hub" cannot be the name of a hub'],
    ['a name that is too long', () => ({ name: 'x'.repeat(33) }), 'cannot be the name of a hub'],
    [
      'more accounts than a policy can list',
      () => ({ accounts: MemberAccounts.accounts(manyAccounts(201)) }),
      '201 accounts are more than the policy of a bus can list, which are 200: give "organizationId".',
    ],
    [
      'a warning of an account that is none',
      () => ({ accountWarnings: { payments: 'careful' } }),
      '"accountWarnings" has "payments", which is no account id',
    ],
    [
      'a warning that is too long',
      () => ({ accountWarnings: { '111122223333': 'x'.repeat(201) } }),
      'has 201 characters: it is shown in every message, so write at most 200.',
    ],
    [
      'an operator that is an account',
      () => ({ operators: [new iam.AccountPrincipal('111122223333')] }),
      'operators',
    ],
  ])('%s', (_, props, message) => {
    expect(() =>
      hubTemplate({ accounts: MemberAccounts.accounts(['111122223333']), ...props() }),
    ).toThrow(message);
  });

  test.each<[string, () => unknown, string]>([
    ['no unit', () => MemberAccounts.organization({ units: [] }), '"units" is empty'],
    [
      'a unit by its name',
      () => MemberAccounts.organization({ units: ['Workloads'] }),
      '"Workloads" is no id of an organizational unit',
    ],
    [
      'an account to leave out by its name',
      () => MemberAccounts.organization({ excluding: ['payments'] }),
      'MemberAccounts.organization({ excluding }): "payments" is no account id',
    ],
    ['no account', () => MemberAccounts.accounts([]), 'got an empty list'],
    ['an account by its name', () => MemberAccounts.accounts(['shop']), '"shop" is no account id'],
    ['no Region', () => MemberRegions.of([]), 'got an empty list'],
    [
      'a Region by its name',
      () => MemberRegions.of(['Ireland']),
      '"Ireland" is no name of a Region',
    ],
    [
      'a hub elsewhere without an account',
      () => SentryHub.fromSentryHubAttributes({ hubAccountId: 'security', hubRegion: 'eu-west-1' }),
      '"security" is no account id',
    ],
  ])('%s', (_, make, message) => {
    expect(make).toThrow(message);
  });
});

function hubTemplate(props: SentryHubProps): Template {
  const stack = new Stack(new App(), 'Security', {
    env: { account: '999988887777', region: 'eu-west-1' },
  });
  new SentryHub(stack, 'Hub', props);
  return Template.fromStack(stack);
}

function manyAccounts(count: number): string[] {
  return Array.from({ length: count }, (_, index) => String(100_000_000_000 + index));
}
