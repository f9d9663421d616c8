import {
  Annotations as CdkAnnotations,
  CliCredentialsStackSynthesizer,
  DefaultStackSynthesizer,
  Fn,
  Stack,
} from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import {
  Actor,
  ChangeResponse,
  MonitoredGroups,
  Ports,
  SecurityGroupBaseline,
  type SecurityGroupPolicy,
  type SecurityGroupSentryProps,
  SentryMode,
  TrafficPattern,
} from '../../../src';
import { warnOfRevertedDeployments } from '../../../src/security-group/constructs/reverted-deployments';
import { securityGroupSentrySettings } from '../../../src/security-group/constructs/security-group-sentry-settings';

const OWN = '111111111111';
const OTHER = '222222222222';
const ENV = { account: OWN, region: 'eu-west-1' };
const RESERVED_NAME = 'AWSReservedSSO_Admin_0123456789abcdef';

const LOCKED = { baseline: SecurityGroupBaseline.locked(), response: ChangeResponse.revert() };
const NO_SSH = {
  baseline: SecurityGroupBaseline.forbid([TrafficPattern.fromInternet(Ports.SSH)]),
  response: ChangeResponse.revert(),
};

describe('what a sentry is told of', () => {
  test('a permission set', () => {
    expect(trusted(Actor.permissionSet('Admin', { userName: 'ann@example.com' }))).toEqual([
      {
        kind: 'permissionSet',
        reservedPathArn: {
          'Fn::Join': [
            '',
            [
              'arn:',
              { Ref: 'AWS::Partition' },
              `:iam::${OWN}:role/aws-reserved/sso.amazonaws.com/`,
            ],
          ],
        },
        permissionSet: 'Admin',
        userName: 'ann@example.com',
      },
    ]);
  });

  test('deployments of the CDK, also where the synthesizer is of another copy of it', () => {
    const stack = new Stack(undefined, 'Stack', { env: ENV, synthesizer: ofAnotherCopy() });
    expect(trusted(Actor.cdkDeployments(), stack)).toEqual(trusted(Actor.cdkDeployments()));
  });

  test('an IAM user, with the path', () => {
    const userArn = `arn:aws:iam::${OWN}:user/people/ann`;
    const user = iam.User.fromUserArn(new Stack(), 'Ann', userArn);
    expect(trusted(Actor.user(user))).toEqual([{ kind: 'user', userArn }]);
  });
});

describe('an actor that no event could name is refused', () => {
  test.each<[string, string, string]>([
    [
      'a session',
      `arn:aws:sts::${OWN}:assumed-role/Deployer/ci`,
      `got the session arn:aws:sts::${OWN}:assumed-role/Deployer/ci, and sessions come and go: write the role behind it, by an ARN such as "arn:aws:iam::111122223333:role/Deployer", with its path if it has one.`,
    ],
    [
      'an IAM group',
      `arn:aws:iam::${OWN}:group/deployers`,
      `got arn:aws:iam::${OWN}:group/deployers, which is no role, so that no event could ever name it`,
    ],
    ['an instance profile', `arn:aws:iam::${OWN}:instance-profile/web`, 'which is no role'],
    ['a policy', `arn:aws:iam::${OWN}:policy/deploy`, 'which is no role'],
    ['a user', `arn:aws:iam::${OWN}:user/ann`, 'which is no role'],
    ['the ARN of another service', `arn:aws:lambda:eu-west-1:${OWN}:role/x`, 'which is no role'],
    [
      'a pattern',
      `arn:aws:iam::${OWN}:role/deploy-*`,
      `got the pattern arn:aws:iam::${OWN}:role/deploy-*, and an actor is known by the whole of its ARN: name each role by itself, or write Actor.permissionSet("Admin") for people who come by Identity Center.`,
    ],
    ['a pattern of accounts', 'arn:aws:iam::*:role/Deployer', 'got the pattern'],
    [
      'a role of another account',
      `arn:aws:iam::${OTHER}:role/Deployer`,
      `got arn:aws:iam::${OTHER}:role/Deployer, of the account ${OTHER}, and it watches ${OWN} alone. Calls that change groups are made by a role or user of the groups' own account: write the role there.`,
    ],
    [
      'a role of another partition',
      `arn:aws-us-gov:iam::${OWN}:role/Deployer`,
      'of the partition aws-us-gov, and the sentry is in eu-west-1, of aws: write the role that changes groups there.',
    ],
    [
      "Identity Center's role without its path",
      `arn:aws:iam::${OWN}:role/${RESERVED_NAME}`,
      'roles of Identity Center have a path, and without it no event names this one. Write Actor.permissionSet("Admin").',
    ],
  ])('%s', (_, arn, message) => {
    const role = iam.Role.fromRoleArn(new Stack(), 'Role', arn);
    for (const [method, actor] of [
      ['Actor.role()', Actor.role(role)],
      ['Actor.cloudFormation()', Actor.cloudFormation({ executionRole: role })],
      ['Actor.emptyingDefaultGroups()', Actor.emptyingDefaultGroups(role)],
    ] as const) {
      expect(() => settings({ trustedActors: [actor] })).toThrow(message);
      expect(() => settings({ trustedActors: [actor] })).toThrow(
        `Stack/Sentry: ${method} in "trustedActors" got `,
      );
    }
  });

  test('a role that another stack makes in another account', () => {
    const stack = new Stack(undefined, 'Other', { env: { ...ENV, account: OTHER } });
    const role = new iam.Role(stack, 'Role', { assumedBy: new iam.AccountRootPrincipal() });
    expect(() => settings({ trustedActors: [Actor.role(role)] })).toThrow(
      `got Other/Role/Resource, of the account ${OTHER}`,
    );
  });

  test('a user of another account', () => {
    const user = iam.User.fromUserArn(new Stack(), 'Ann', `arn:aws:iam::${OTHER}:user/ann`);
    expect(() => settings({ trustedActors: [Actor.user(user)] })).toThrow(
      `Actor.user() in "trustedActors" got arn:aws:iam::${OTHER}:user/ann, of the account ${OTHER}`,
    );
  });

  test.each<[string, () => Actor, string]>([
    [
      'the role of a permission set in its place',
      () => Actor.permissionSet(RESERVED_NAME),
      'is the role that Identity Center makes for a permission set: write the name of the set, "Admin".',
    ],
    [
      'the ARN of a permission set',
      () => Actor.permissionSet('arn:aws:sso:::permissionSet/ssoins-1/ps-2'),
      'is no name of a permission set: write it as Identity Center shows it, such as "Admin", without an ARN or a pattern.',
    ],
    ['a pattern of permission sets', () => Actor.permissionSet('Admin*'), 'is no name of'],
    [
      'a pattern of people',
      () => Actor.permissionSet('Admin', { userName: '*@example.com' }),
      'Actor.permissionSet("Admin"): "userName" is "*@example.com", which no session is called: write one user name',
    ],
    [
      'the role of a permission set in each account, which has another name in each',
      () => Actor.roleInEachAccount(`aws-reserved/sso.amazonaws.com/${RESERVED_NAME}`),
      'gives the role "aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef" another name in each account: write Actor.permissionSet("Admin").',
    ],
  ])('%s', (_, make, message) => {
    expect(make).toThrow(message);
  });
});

describe('what is known at deployment only passes', () => {
  test.each<[string, (stack: Stack) => Actor]>([
    ['an ARN', (stack) => Actor.role(iam.Role.fromRoleArn(stack, 'R', Fn.importValue('Arn')))],
    [
      'an account',
      (stack) =>
        Actor.role(
          iam.Role.fromRoleArn(stack, 'R', `arn:aws:iam::${Fn.importValue('Account')}:role/x`),
        ),
    ],
    ['a role by its name', (stack) => Actor.role(iam.Role.fromRoleName(stack, 'R', 'x'))],
    ['a permission set', () => Actor.permissionSet(Fn.importValue('Set'))],
    [
      'a permission set that is looked up',
      (stack) => Actor.permissionSet(ssm.StringParameter.valueFromLookup(stack, '/corp/set')),
    ],
    [
      'an account that is looked up',
      (stack) =>
        Actor.role(
          iam.Role.fromRoleArn(
            stack,
            'R',
            `arn:aws:iam::${ssm.StringParameter.valueFromLookup(stack, '/corp/account')}:role/x`,
          ),
        ),
    ],
  ])('%s', (_, make) => {
    const actor = make(new Stack(undefined, 'Elsewhere', { env: ENV }));
    expect(() => settings({ trustedActors: [actor] })).not.toThrow();
  });

  test("the sentry's own account", () => {
    const role = iam.Role.fromRoleArn(new Stack(), 'R', `arn:aws:iam::${OTHER}:role/x`);
    expect(() => settings({ trustedActors: [Actor.role(role)] }, new Stack())).not.toThrow();
  });
});

describe('trust that would do nothing is refused', () => {
  const role = iam.Role.fromRoleArn(new Stack(), 'R', `arn:aws:iam::${OWN}:role/x`);

  test('where no policy is locked', () => {
    expect(() => settings({ policies: [NO_SSH], trustedActors: [Actor.role(role)] })).toThrow(
      'Stack/Sentry: "trustedActors" does nothing: no policy is locked, the others count for everyone, no group is chosen by its tags, and no question goes by them. Leave it out, or add a policy with SecurityGroupBaseline.locked().',
    );
  });

  test('though not where trusted actors may end a policy of a group by its tag', () => {
    const byTag = { ...NO_SSH, appliesTo: MonitoredGroups.taggedWith('tier', 'web') };
    const trustedActors = [Actor.role(role)];
    expect(() => settings({ policies: [byTag], trustedActors })).not.toThrow();
  });

  test('though not where trusted actors may take a group out by its tag', () => {
    const monitoredGroups = MonitoredGroups.taggedWith('sentry', 'on');
    const trustedActors = [Actor.role(role)];
    expect(() => settings({ policies: [NO_SSH], trustedActors, monitoredGroups })).not.toThrow();
  });

  test.each<[string, Actor[], string]>([
    [
      'the same role twice',
      [Actor.role(role), Actor.role(role)],
      `"trustedActors" has Actor.role() of arn:aws:iam::${OWN}:role/x, and Actor.role() of arn:aws:iam::${OWN}:role/x trusts that one with as much already: leave the first out.`,
    ],
    [
      'a role, and the same in deployments alone',
      [Actor.cloudFormation({ executionRole: role }), Actor.role(role)],
      `"trustedActors" has deployments by arn:aws:iam::${OWN}:role/x, and Actor.role() of`,
    ],
    [
      'everyone of a permission set, and one of them',
      [Actor.permissionSet('Admin'), Actor.permissionSet('Admin', { userName: 'ann' })],
      '"trustedActors" has Actor.permissionSet("Admin") of "ann", and Actor.permissionSet("Admin") trusts',
    ],
    [
      'deployments of the CDK twice',
      [Actor.cdkDeployments(), Actor.cdkDeployments()],
      '"trustedActors" has deployments by ',
    ],
    [
      'a role that may empty default groups, twice',
      [Actor.emptyingDefaultGroups(role), Actor.emptyingDefaultGroups(role)],
      `"trustedActors" trusts arn:aws:iam::${OWN}:role/x with emptying default groups, and with that again`,
    ],
    [
      'a role that may empty default groups, and do all else',
      [Actor.role(role), Actor.emptyingDefaultGroups(role)],
      'with emptying default groups, and with that again',
    ],
  ])('%s', (_, trustedActors, message) => {
    expect(() => settings({ trustedActors })).toThrow(message);
  });

  test('but two roles of two stacks are two, though they have the same logical id', () => {
    const roles = ['One', 'Two'].map(
      (id) =>
        new iam.Role(new Stack(undefined, id, { env: ENV }), 'Deployer', {
          assumedBy: new iam.AccountRootPrincipal(),
        }),
    );
    expect(() => settings({ trustedActors: roles.map((one) => Actor.role(one)) })).not.toThrow();
  });
});

describe('a lock on groups of the app', () => {
  const WARNING =
    'A policy locks a group that this app deploys (Stack/Web), and "trustedActors" has no one who deploys it: ' +
    'what the next deployment adds to the group would be reverted, or asked about. ' +
    'Add Actor.cdkDeployments(), or Actor.cloudFormation({ executionRole }) with the role that you deploy with.';

  test.each<[string, Partial<SecurityGroupSentryProps>]>([
    ['no one', {}],
    ['people', { trustedActors: [Actor.permissionSet('Admin')] }],
    [
      'a controller',
      {
        trustedActors: [
          Actor.role(iam.Role.fromRoleArn(new Stack(), 'R', `arn:aws:iam::${OWN}:role/eks`)),
        ],
      },
    ],
  ])('has the next deployment reverted where it trusts %s: a warning', (_, props) => {
    expect(warnings(props)).toEqual([expect.stringContaining(WARNING)]);
  });

  test.each<[string, Partial<SecurityGroupSentryProps>]>([
    ['deployments of the CDK', { trustedActors: [Actor.cdkDeployments()] }],
    [
      'the role of the bootstrap',
      {
        trustedActors: [
          Actor.role(
            iam.Role.fromRoleArn(
              new Stack(),
              'R',
              `arn:aws:iam::${OWN}:role/cdk-hnb659fds-cfn-exec-role-${OWN}-eu-west-1`,
            ),
          ),
        ],
      },
    ],
    ['no one, and only observes', { mode: SentryMode.OBSERVE }],
    [
      'no one, and only notifies',
      { policies: [{ ...LOCKED, response: ChangeResponse.notifyOnly() }] },
    ],
    ['no one, and locks nothing', { policies: [NO_SSH] }],
  ])('is well where the sentry trusts %s', (_, props) => {
    expect(warnings(props)).toEqual([]);
  });

  test('is well where groups are imported, and the app writes nothing to them', () => {
    const monitoredGroups = MonitoredGroups.ids(['sg-0123456789abcdef0']);
    expect(warnings({ monitoredGroups })).toEqual([]);
  });

  test('is well where the lock is for other groups', () => {
    const others = MonitoredGroups.ids(['sg-0123456789abcdef0']);
    const policies = [NO_SSH, { ...LOCKED, appliesTo: others }];
    const stack = new Stack(undefined, 'Stack', { env: ENV });
    const group = new ec2.CfnSecurityGroup(stack, 'Other', { groupDescription: 'other' });
    const watched = MonitoredGroups.ids([group.attrGroupId]);
    const monitoredGroups = MonitoredGroups.anyOf([watched, others]);
    expect(warnings({ policies, monitoredGroups }, stack)).toEqual([]);
  });

  test('is well where those who deploy by credentials of their own are trusted', () => {
    const synthesizer = new CliCredentialsStackSynthesizer();
    const stack = new Stack(undefined, 'Stack', { env: ENV, synthesizer });
    const trustedActors = [Actor.permissionSet('Admin')];
    expect(warnings({ trustedActors }, stack)).toEqual([]);
  });

  test.each([
    ['is well', `cdk-hnb659fds-cfn-exec-role-${OWN}-eu-west-1`, 0],
    ['is reverted', 'someone', 1],
  ])(
    '%s where a synthesizer of another copy of the CDK deploys it, and %s is trusted',
    (_, roleName, count) => {
      const stack = new Stack(undefined, 'Stack', { env: ENV, synthesizer: ofAnotherCopy() });
      const role = iam.Role.fromRoleArn(stack, 'Role', `arn:aws:iam::${OWN}:role/${roleName}`);
      expect(warnings({ trustedActors: [Actor.role(role)] }, stack)).toHaveLength(count);
    },
  );

  test('may be meant so: the warning has an id', () => {
    const stack = new Stack(undefined, 'Stack', { env: ENV });
    CdkAnnotations.of(stack).acknowledgeWarning('cdk-sentries:deploymentsReverted');
    expect(warnings({}, stack)).toEqual([]);
  });

  function warnings(
    props: Partial<SecurityGroupSentryProps>,
    stack = new Stack(undefined, 'Stack', { env: ENV }),
  ): string[] {
    const group = new ec2.CfnSecurityGroup(stack, 'Web', { groupDescription: 'web' });
    const monitoredGroups = props.monitoredGroups ?? MonitoredGroups.ids([group.attrGroupId]);
    const {
      scope,
      judging,
      monitoredGroups: groups,
    } = settings({ ...props, monitoredGroups }, stack);
    warnOfRevertedDeployments(scope, { groups, judging });
    return Annotations.fromStack(stack)
      .findWarning('*', Match.stringLikeRegexp('deploymentsReverted'))
      .map(({ entry }) => String(entry.data));
  }
});

/** As an app has it that installed a second copy, by a package that asks for another version. */
function ofAnotherCopy(): DefaultStackSynthesizer {
  let synthesizer: DefaultStackSynthesizer | undefined;
  jest.isolateModules(() => {
    const copy = jest.requireActual<typeof import('aws-cdk-lib')>('aws-cdk-lib');
    synthesizer = new copy.DefaultStackSynthesizer();
  });
  expect(synthesizer).not.toBeInstanceOf(DefaultStackSynthesizer);
  return synthesizer!;
}

function trusted(actor: Actor, stack?: Stack): unknown {
  const { scope, judging } = settings({ trustedActors: [actor] }, stack);
  return Stack.of(scope).resolve(judging.trustedActors);
}

function settings(
  props: Partial<SecurityGroupSentryProps>,
  stack = new Stack(undefined, 'Stack', { env: ENV }),
) {
  const scope = new Construct(stack, 'Sentry');
  const policies: SecurityGroupPolicy[] = [LOCKED];
  return {
    scope,
    ...securityGroupSentrySettings(scope, {
      monitoredGroups: MonitoredGroups.ids(['sg-0123456789abcdef0']),
      policies,
      ...props,
    }),
  };
}
