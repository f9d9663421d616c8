import { App, Aws, Stack, Token } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { MemberAccounts } from '../../../src/organization/constructs/member-accounts';
import { MemberRegions } from '../../../src/organization/constructs/member-regions';
import { MemberRights } from '../../../src/organization/constructs/member-rights';
import {
  MemberStackSets,
  type MemberStackSetsProps,
} from '../../../src/organization/constructs/member-stack-sets';
import { SentryHub } from '../../../src/organization/constructs/sentry-hub';
import {
  SentryMember,
  SentryMemberRegion,
} from '../../../src/organization/constructs/sentry-member';

const HUB = SentryHub.fromSentryHubAttributes({
  hubAccountId: '999988887777',
  hubRegion: 'eu-west-1',
  organizationId: 'o-abc1234567',
});
const WORKLOADS = 'ou-abcd-11111111';
const CORE = 'ou-abcd-22222222';

describe('StackSets', () => {
  test('make roles once in an account, then a rule in each Region', () => {
    const template = stackSets({
      targets: [{ units: [WORKLOADS] }],
      regions: ['eu-west-1', 'us-east-1'],
    });
    template.resourceCountIs('AWS::CloudFormation::StackSet', 2);
    template.hasResourceProperties('AWS::CloudFormation::StackSet', {
      StackSetName: 'cdk-sentries-roles-revoke',
      PermissionModel: 'SERVICE_MANAGED',
      CallAs: 'SELF',
      Capabilities: ['CAPABILITY_NAMED_IAM'],
      StackInstancesGroup: [
        { DeploymentTargets: { OrganizationalUnitIds: [WORKLOADS] }, Regions: ['eu-west-1'] },
      ],
    });
    template.hasResourceProperties('AWS::CloudFormation::StackSet', {
      StackSetName: 'cdk-sentries-rules-revoke',
      AutoDeployment: {
        Enabled: true,
        RetainStacksOnAccountRemoval: false,
        DependsOn: [Match.anyValue()],
      },
      StackInstancesGroup: [
        {
          DeploymentTargets: { OrganizationalUnitIds: [WORKLOADS] },
          Regions: ['eu-west-1', 'us-east-1'],
        },
      ],
    });
  });

  test('one suspended account stops no other', () => {
    const template = stackSets({ targets: [{ units: [WORKLOADS] }] });
    template.allResourcesProperties('AWS::CloudFormation::StackSet', {
      OperationPreferences: {
        FailureTolerancePercentage: 100,
        ConcurrencyMode: 'SOFT_FAILURE_TOLERANCE',
        MaxConcurrentPercentage: 25,
        RegionConcurrencyType: 'PARALLEL',
      },
      ManagedExecution: { Active: true },
    });
  });

  test('units of the same rights share theirs, others have their own', () => {
    const template = stackSets({
      targets: [
        { units: [WORKLOADS], rights: MemberRights.FULL },
        { units: [CORE], rights: MemberRights.FULL },
        { units: ['ou-abcd-33333333'], rights: MemberRights.OBSERVE },
      ],
    });
    template.resourceCountIs('AWS::CloudFormation::StackSet', 4);
    template.hasResourceProperties('AWS::CloudFormation::StackSet', {
      StackSetName: 'cdk-sentries-roles-full',
      Parameters: Match.arrayWith([{ ParameterKey: 'Rights', ParameterValue: 'FULL' }]),
      StackInstancesGroup: [{ DeploymentTargets: { OrganizationalUnitIds: [WORKLOADS, CORE] } }],
    });
  });

  test('every value that the templates ask for is given', () => {
    const template = stackSets({ targets: [{ units: [WORKLOADS] }] });
    for (const { Properties } of Object.values(
      template.findResources('AWS::CloudFormation::StackSet'),
    )) {
      const asked = Object.keys(JSON.parse(Properties.TemplateBody).Parameters);
      const given = Properties.Parameters.map(
        ({ ParameterKey }: { ParameterKey: string }) => ParameterKey,
      );
      expect(given.sort()).toEqual(asked.sort());
    }
  });

  test('can be made by a delegated administrator', () => {
    const template = stackSets({
      targets: [{ units: [WORKLOADS] }],
      delegatedAdministrator: true,
    });
    template.allResourcesProperties('AWS::CloudFormation::StackSet', {
      CallAs: 'DELEGATED_ADMIN',
    });
  });

  test.each<[string, Partial<MemberStackSetsProps>, string]>([
    ['no targets', { targets: [] }, '"targets" is empty'],
    ['no Regions', { regions: [] }, '"regions" is empty'],
    ['a malformed Region', { regions: ['eu-west1'] }, '"eu-west1" is no name of a Region'],
    [
      'Regions that only the deployment knows',
      { regions: Token.asList('later') },
      '"regions" is a list that only the deployment knows: write the Regions out',
    ],
    ['a Region twice', { regions: ['eu-west-1', 'eu-west-1'] }, 'eu-west-1 is in "regions" twice'],
    [
      'a hub of which no one knows at synth where it is',
      { hub: { ...HUB, hubAccountId: Aws.ACCOUNT_ID, hubRegion: Aws.REGION } },
      'members would take their own for them',
    ],
    ['a malformed unit', { targets: [{ units: ['Core'] }] }, '"Core" is no id'],
    [
      'a unit that is in two targets',
      { targets: [{ units: [CORE] }, { units: [CORE], rights: MemberRights.FULL }] },
      `the unit ${CORE} is in "targets" twice: an account has one set of rights.`,
    ],
  ])('refuse %s', (_, props, message) => {
    expect(() => stackSets({ targets: [{ units: [WORKLOADS] }], ...props })).toThrow(message);
  });
});

test('a hub whose name is left out, or undefined, has the usual one', () => {
  const { hubAccountId, hubRegion } = HUB;
  const hub = SentryHub.fromSentryHubAttributes({ hubAccountId, hubRegion, hubName: undefined });
  expect(hub.hubName).toBe('cdk-sentries');
});

describe('a member in an app of its own', () => {
  test('has the roles that its rights ask for, and a rule', () => {
    const stack = new Stack(new App(), 'Management', { env: { region: 'eu-west-1' } });
    new SentryMember(stack, 'Member', { hub: HUB, rights: MemberRights.OBSERVE });
    const template = Template.fromStack(stack);

    template.resourceCountIs('AWS::Events::Rule', 2);
    template.hasResourceProperties('AWS::IAM::Role', {
      AssumeRolePolicyDocument: {
        Statement: [
          Match.objectLike({
            Condition: Match.objectLike({
              ArnEquals: { 'aws:PrincipalArn': Match.anyValue() },
            }),
          }),
        ],
      },
      Tags: Match.arrayWith([{ Key: 'cdk-sentries:rights', Value: 'OBSERVE' }]),
    });
  });

  test('lets in each function of the hub by an ARN of its own', () => {
    const stack = new Stack(new App(), 'Shop', { env: { region: 'eu-west-1' } });
    new SentryMember(stack, 'Member', { hub: HUB, rights: MemberRights.FULL });
    const lists = Object.values(Template.fromStack(stack).findResources('AWS::IAM::Role'))
      .map(({ Properties }) => Properties.AssumeRolePolicyDocument.Statement[0].Condition.ArnEquals)
      .flatMap((equals) => (equals ? [equals['aws:PrincipalArn']] : []));

    expect(lists.map((arns) => Array.isArray(arns) && arns.length)).toEqual([7, 2, 2, 2]);
    expect(lists[1]).toEqual(
      ['respond', 'decide'].map((name) => ({
        'Fn::Join': [
          '',
          ['arn:', { Ref: 'AWS::Partition' }, `:iam::999988887777:role/cdk-sentries-hub-${name}`],
        ],
      })),
    );
  });

  test('makes its rules once the role is there by which they forward', () => {
    const stack = new Stack(new App(), 'Management', { env: { region: 'eu-west-1' } });
    new SentryMember(stack, 'Member', { hub: HUB, rights: MemberRights.OBSERVE });
    const rules = Template.fromStack(stack).findResources('AWS::Events::Rule');

    for (const { DependsOn } of Object.values(rules)) {
      expect(DependsOn).toEqual([expect.stringMatching(/^MemberRolesForwardRole/)]);
    }
  });

  test('has a rule alone in its further Regions', () => {
    const stack = new Stack(new App(), 'Management', { env: { region: 'us-east-1' } });
    new SentryMemberRegion(stack, 'Member', { hub: HUB });
    const template = Template.fromStack(stack);

    template.resourceCountIs('AWS::Events::Rule', 2);
    template.resourceCountIs('AWS::IAM::Role', 0);
  });
});

test('one who writes members where they do nothing, or too much, is told at synth', () => {
  const app = new App();
  const stackOf = (id: string, account: string) =>
    new Stack(app, id, { env: { account, region: 'eu-west-1' } });
  const security = stackOf('Security', HUB.hubAccountId);
  const hub = new SentryHub(security, 'Hub', {
    organizationId: 'o-abc1234567',
    accounts: MemberAccounts.organization({ excluding: ['222233334444'] }),
    regions: MemberRegions.of(['eu-west-1']),
  });
  const targets = [{ units: [WORKLOADS] }];
  const deployment = stackOf('Deployment', '444455556666');
  new MemberStackSets(security, 'Beside', { hub, targets, regions: ['eu-west-1'] });
  new MemberStackSets(deployment, 'Far', { hub, targets, regions: ['eu-west-1', 'us-east-1'] });
  const leftOut = stackOf('LeftOut', '222233334444');
  new SentryMember(leftOut, 'Member', { hub });
  const watched = stackOf('Watched', '111122223333');
  new SentryMember(watched, 'Member', { hub });

  const warnings = [security, deployment, leftOut, watched].map((stack) =>
    Annotations.fromStack(stack)
      .findWarning('*', Match.stringLikeRegexp('NotWatched|stackSetsInHubAccount'))
      .map(({ entry }) => entry.data),
  );
  expect(warnings).toEqual([
    [expect.stringContaining("These StackSets are in 999988887777, the hub's own account")],
    [expect.stringContaining('"regions" has us-east-1, and the hub passes over what comes')],
    [expect.stringContaining('Security/Hub does not watch the account 222233334444')],
    [],
  ]);
});

function stackSets(props: Partial<MemberStackSetsProps>): Template {
  const stack = new Stack(new App(), 'Members', { env: { region: 'eu-west-1' } });
  new MemberStackSets(stack, 'Members', {
    hub: HUB,
    targets: [],
    regions: ['eu-west-1'],
    ...props,
  });
  return Template.fromStack(stack);
}
