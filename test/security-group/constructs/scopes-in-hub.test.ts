import { Fn, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import {
  Actor,
  ChangeResponse,
  MonitoredGroups,
  AccountScope,
  Ports,
  SecurityGroupBaseline,
  type SecurityGroupSentryProps,
  SentryMode,
  TrafficPattern,
  TrafficPeer,
} from '../../../src';
import { MemberAccounts } from '../../../src/organization/constructs/member-accounts';
import { JoinedSentries } from '../../../src/organization/constructs/parts/joined-sentries';
import { SentryHub } from '../../../src/organization/constructs/sentry-hub';
import { policiesSchema } from '../../../src/security-group/adapters/sentry-configuration';
import { judgeAppRules } from '../../../src/security-group/constructs/app-rules';
import { unitsNamedBy } from '../../../src/security-group/constructs/scope-in-hub';
import { securityGroupSentrySettings } from '../../../src/security-group/constructs/security-group-sentry-settings';
import { SentryParameters } from '../../../src/security-group/constructs/sentry-parameters';
import type { TrustedActor } from '../../../src/security-group/domain/changes/actor';
import { actorAt } from '../../../src/security-group/domain/changes/actor-in-each-account';

const HUB_ACCOUNT = '999988887777';
const MEMBER = '111122223333';
const STRANGER = '222233334444';
const UNIT = 'ou-abcd-12345678';
const ORGANIZATION = { organizationId: 'o-abc1234567' };

const locked = {
  baseline: SecurityGroupBaseline.locked(),
  response: ChangeResponse.revert(),
};

interface HubOf {
  readonly accounts: MemberAccounts;
  readonly organizationId?: string;
}

const ofOrganization: HubOf = {
  accounts: MemberAccounts.organization({ excluding: [STRANGER] }),
  ...ORGANIZATION,
};
const ofAccounts: HubOf = { accounts: MemberAccounts.accounts([MEMBER]) };
const ofAccountsInOrganization: HubOf = { ...ofAccounts, ...ORGANIZATION };

describe('a scope is refused at synth', () => {
  test.each<[string, () => unknown, string]>([
    [
      'of no accounts',
      () => AccountScope.accounts([]),
      'AccountScope.accounts() got an empty list: name at least one account, as in AccountScope.accounts(["111122223333"]).',
    ],
    [
      'with a malformed account',
      () => AccountScope.accounts(['payments']),
      'AccountScope.accounts(): "payments" is no account id: write twelve digits, in quotes.',
    ],
    [
      'of no units',
      () => AccountScope.units([]),
      'AccountScope.units(): "units" is empty: name at least one, such as "ou-abcd-12345678".',
    ],
    [
      'with a malformed unit',
      () => AccountScope.units(['shops']),
      'AccountScope.units(): "shops" is no id of an organizational unit: write one such as "ou-abcd-12345678", or a root such as "r-abcd".',
    ],
  ])('%s', (_, make, message) => {
    expect(make).toThrow(message);
  });

  test.each<[string, (scope: AccountScope) => Partial<SecurityGroupSentryProps>, string]>([
    ['of a policy', (appliesIn) => ({ policies: [{ ...locked, appliesIn }] }), 'appliesIn'],
    ['of a wave', (observeIn) => ({ observeIn }), 'observeIn'],
  ])('%s that would reach others than it says', (_, propsWith, prop) => {
    const where = `^Stack/Sentry: "${prop}"( of a policy)? `;
    const units = propsWith(AccountScope.units([UNIT]));
    expect(() => settings(units)).toThrow(
      new RegExp(
        `${where}chooses among the accounts of a hub, and the sentry has none, .+: leave it out, or give the sentry a "hub"\\.$`,
      ),
    );
    for (const hub of [ofAccounts, ofAccountsInOrganization]) {
      expect(() => settings(units, hub)).toThrow(
        new RegExp(
          `${where}names units, and Stack/Hub has its accounts named one by one, so that no one knows their units: write AccountScope\\.accounts.+, or MemberAccounts\\.organization\\(\\) in the hub\\.$`,
        ),
      );
    }
    const stranger = propsWith(AccountScope.accounts([MEMBER, HUB_ACCOUNT, STRANGER]));
    for (const hub of [ofAccounts, ofOrganization]) {
      expect(() => settings(stranger, hub)).toThrow(
        new RegExp(
          `${where}names the account ${STRANGER}, which Stack/Hub does not watch: leave it out, or add it`,
        ),
      );
    }
  });

  test('where the sentry observes everywhere anyway', () => {
    const observeIn = AccountScope.units([UNIT]);
    expect(() => settings({ observeIn, mode: SentryMode.OBSERVE }, ofOrganization)).toThrow(
      'Stack/Sentry: "observeIn" says where the sentry only observes, and with SentryMode.OBSERVE it does so everywhere: leave one of the two out.',
    );
  });
});

test('what the deployment writes of scopes and actors is what the handlers read', () => {
  const { scope, monitoredGroups, judging } = settings(
    {
      policies: [
        { ...locked, appliesIn: AccountScope.units([UNIT, UNIT]) },
        { ...locked, response: ChangeResponse.notifyOnly() },
      ],
      observeIn: AccountScope.accounts([MEMBER]),
      trustedActors: [
        Actor.cdkDeployments(),
        Actor.roleInEachAccount('ops/Deployer'),
        Actor.permissionSet('Admin', { userName: 'ann@example.com' }),
        Actor.user(iam.User.fromUserArn(new Stack(), 'Bob', `arn:aws:iam::${MEMBER}:user/bob`)),
      ],
    },
    ofOrganization,
  );
  new SentryParameters(scope, 'Parameters', {
    monitoredGroups,
    policies: { ...judging, workflows: [] },
  });
  const written = policiesSchema.parse(policiesIn(Stack.of(scope)));
  expect(written.policies.map(({ appliesTo }) => appliesTo)).toEqual([
    { units: [UNIT] },
    undefined,
  ]);
  expect(written.observeIn).toEqual({ accounts: [MEMBER] });
  const place = { accountId: MEMBER, region: 'us-east-1' };
  expect(written.trustedActors.map((actor) => actorAt(actor, place))).toEqual([
    {
      kind: 'cloudFormation',
      executionRoleArn: `arn:aws:iam::${MEMBER}:role/cdk-hnb659fds-cfn-exec-role-${MEMBER}-us-east-1`,
    },
    { kind: 'role', roleArn: `arn:aws:iam::${MEMBER}:role/ops/Deployer` },
    {
      kind: 'permissionSet',
      reservedPathArn: `arn:aws:iam::${MEMBER}:role/aws-reserved/sso.amazonaws.com/`,
      permissionSet: 'Admin',
      userName: 'ann@example.com',
    },
    { kind: 'user', userArn: `arn:aws:iam::${MEMBER}:user/bob` },
  ]);
});

test('a role of an account that the hub does not watch is refused', () => {
  const role = iam.Role.fromRoleArn(new Stack(), 'R', `arn:aws:iam::${STRANGER}:role/x`);
  for (const hub of [ofOrganization, ofAccounts]) {
    expect(() => settings({ trustedActors: [Actor.role(role)] }, hub)).toThrow(
      `Actor.role() in "trustedActors" got arn:aws:iam::${STRANGER}:role/x, of the account ${STRANGER}, and Stack/Hub does not watch that account.`,
    );
  }
});

test('units that policies and mode name are told to the hub, which knows whether they exist', () => {
  const { judging } = settings(
    {
      policies: [{ ...locked, appliesIn: AccountScope.units([UNIT]) }],
      observeIn: AccountScope.units(['ou-abcd-99999999']),
    },
    ofOrganization,
  );
  expect(unitsNamedBy(judging)).toEqual(['ou-abcd-99999999', UNIT]);
  const sentries = new JoinedSentries();
  const construct = new Stack();
  const units = unitsNamedBy(judging);
  sentries.add({ construct, watches: 'security groups', rights: 'REVOKE', units }, 'Hub');
  sentries.add({ construct, watches: 'access keys', rights: 'OBSERVE' }, 'Hub');
  expect(sentries.expectation(['forwarded-events'])).toMatchObject({ units });
});

test('nothing of it is written where there is none', () => {
  const { policies, ...judging } = settings().judging;
  expect(Object.keys({ ...policies[0], ...judging })).toEqual(
    expect.not.arrayContaining(['appliesIn', 'observeIn']),
  );
});

describe('deployments of the CDK', () => {
  const place = { accountId: HUB_ACCOUNT, region: 'eu-west-1' };

  test.each<[string, Actor]>([
    ['by the bootstrap of the stack', Actor.cdkDeployments()],
    ['by a qualifier', Actor.cdkDeployments({ qualifier: 'team' })],
  ])('in the place of the hub are those that a sentry without one trusts: %s', (_, actor) => {
    const [alone] = trustedIn(stackOfHub(), actor);
    const [inHub] = trustedIn(stackOfHub(), actor, ofOrganization);
    expect(JSON.stringify(inHub)).not.toContain(HUB_ACCOUNT);
    expect(actorAt(inHub!, place)).toEqual(alone);
  });

  test('have placeholders also where account and Region are known at deployment only', () => {
    expect(trustedIn(new Stack(), Actor.cdkDeployments(), ofOrganization)).toEqual([
      {
        kind: 'cloudFormation',
        executionRoleArn:
          'arn:aws:iam::<account>:role/cdk-hnb659fds-cfn-exec-role-<account>-<region>',
      },
    ]);
  });

  function trustedIn(stack: Stack, actor: Actor, hub?: HubOf): TrustedActor[] {
    return actor._bind(stack, hub && hubOf(hub)).map((trusted) =>
      trusted.kind !== 'cloudFormation'
        ? trusted
        : {
            ...trusted,
            executionRoleArn: resolved(stack.resolve(trusted.executionRoleArn)),
          },
    );
  }
});

describe('a role in each account', () => {
  test('is refused without a hub', () => {
    expect(() => settings({ trustedActors: [Actor.roleInEachAccount('Deployer')] })).toThrow(
      'Stack/Sentry: Actor.roleInEachAccount("Deployer") means a role in each account of a hub, and the sentry has none: write Actor.role(role), or give the sentry a "hub".',
    );
  });

  test.each([
    '',
    'arn:aws:iam::111122223333:role/Deployer',
    '/Deployer',
    'ops/',
    'a b',
    '<account>',
  ])('is refused by the name "%s"', (name) => {
    expect(() => Actor.roleInEachAccount(name)).toThrow(
      `Actor.roleInEachAccount(): "${name}" is no name of a role: write it after its path, if it has one, and without an ARN, such as "Deployer" or "ops/Deployer".`,
    );
  });

  test('may have a name that is known at deployment only', () => {
    expect(() => Actor.roleInEachAccount(Fn.importValue('RoleName'))).not.toThrow();
  });
});

test('a VPC, which means nothing in members, is refused as a peer in a hub', () => {
  const vpc = ec2.Vpc.fromVpcAttributes(new Stack(), 'Vpc', {
    vpcId: 'vpc-0123456789abcdef0',
    availabilityZones: ['a'],
  });
  const patterns = [TrafficPattern.of({ peers: [TrafficPeer.vpc(vpc)] })];
  const policies = [
    { baseline: SecurityGroupBaseline.allowOnly(patterns), response: ChangeResponse.revert() },
  ];
  expect(() => settings({ policies }, ofOrganization)).toThrow(
    /a policy names Default\/Vpc by TrafficPeer\.vpc\(\), which means nothing in the other accounts of a hub: write its ranges, as in TrafficPeer\.ipRange\("10\.0\.0\.0\/16"\), or a sentry without "hub"\./,
  );
});

describe("the app's own rules are judged at synth", () => {
  test.each<[string, AccountScope, number]>([
    ['by a policy for its account', AccountScope.accounts([HUB_ACCOUNT]), 1],
    ['but not by one for another', AccountScope.accounts([MEMBER]), 0],
    ['nor by one for units, which no app knows', AccountScope.units([UNIT]), 0],
  ])('%s', (_, appliesIn, errors) => {
    const { scope, judging } = settings(
      {
        policies: [
          {
            baseline: SecurityGroupBaseline.forbid([TrafficPattern.fromInternet(Ports.SSH)]),
            response: ChangeResponse.revert(),
            appliesIn,
          },
        ],
      },
      ofOrganization,
    );
    const group = new ec2.CfnSecurityGroup(Stack.of(scope), 'Group', {
      groupDescription: 'web',
      securityGroupIngress: [{ ipProtocol: 'tcp', fromPort: 22, toPort: 22, cidrIp: '0.0.0.0/0' }],
    });
    const groups = { include: [{ kind: 'ids' as const, groupIds: [group.ref] }], exclude: [] };
    expect(judgeAppRules(scope, groups, judging)).toHaveLength(errors);
  });
});

const hubs = new Map<HubOf, SentryHub>();

/** Each is made once, as it takes a while. */
function hubOf(props: HubOf): SentryHub {
  const hub = hubs.get(props) ?? new SentryHub(stackOfHub(), 'Hub', props);
  hubs.set(props, hub);
  return hub;
}

function stackOfHub(): Stack {
  return new Stack(undefined, 'Stack', { env: { account: HUB_ACCOUNT, region: 'eu-west-1' } });
}

function settings(props: Partial<SecurityGroupSentryProps> = {}, hub?: HubOf) {
  const scope = new Construct(stackOfHub(), 'Sentry');
  return {
    scope,
    ...securityGroupSentrySettings(scope, {
      ...(hub && { hub: hubOf(hub) }),
      monitoredGroups: MonitoredGroups.all(),
      policies: [locked],
      ...props,
    }),
  };
}

/** As CloudFormation resolves them. */
function policiesIn(stack: Stack): unknown {
  const parameters = Object.entries(Template.fromStack(stack).findResources('AWS::SSM::Parameter'));
  const [, policies] = parameters.find(([id]) => id.startsWith('SentryParametersPolicies'))!;
  return JSON.parse(resolved(policies.Properties.Value));
}

type Value = string | { readonly [intrinsic: string]: unknown };

function resolved(value: Value): string {
  if (typeof value === 'string') return value.replaceAll('${AWS::Partition}', 'aws');
  const join = value['Fn::Join'];
  if (Array.isArray(join)) return join[1].map(resolved).join('');
  const sub = value['Fn::Sub'];
  return typeof sub === 'string' ? resolved(sub) : 'aws';
}
