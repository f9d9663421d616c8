import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as sns from 'aws-cdk-lib/aws-sns';
import { AwsSolutionsChecks } from 'cdk-nag';
import {
  AccountScope,
  Actor,
  ChangeResponse,
  MemberAccounts,
  MonitoredGroups,
  Ports,
  SecurityGroupBaseline,
  SecurityGroupRehearsal,
  type SecurityGroupRehearsalProps,
  SecurityGroupSentry,
  SentryHub,
  SentryMode,
  TrafficPattern,
  TrafficPeer,
} from '../../../src';
import { REHEARSE_POLICIES } from '../../../src/security-group/contracts/rehearse-policies.environment';

const noOpenSsh = {
  baseline: SecurityGroupBaseline.forbid([TrafficPattern.fromInternet(Ports.SSH)]),
  response: ChangeResponse.revert(),
};
const locked = { baseline: SecurityGroupBaseline.locked(), response: ChangeResponse.revert() };
const groups = MonitoredGroups.ids(['sg-0123456789abcdef0']);

/** With a sentry, and beside it a rehearsal of other policies; synthesized once. */
const app = new App();
const stack = new Stack(app, 'App');
const deployer = new iam.Role(stack, 'Deployer', { assumedBy: new iam.AccountRootPrincipal() });
const tester = new iam.Role(stack, 'Tester', { assumedBy: new iam.AccountRootPrincipal() });
const sentry = new SecurityGroupSentry(stack, 'Sentry', {
  monitoredGroups: groups,
  policies: [noOpenSsh, { ...locked, response: ChangeResponse.notifyOnly() }],
  trustedActors: [Actor.role(deployer)],
  mode: SentryMode.OBSERVE,
});
const rehearsal = new SecurityGroupRehearsal(stack, 'Rehearsal', { sentry, policies: [locked] });
rehearsal.grantRehearse(tester);
const template = Template.fromStack(stack);

/** The statements of a role's policies, by whose names they begin. */
function statementsOf(role: string, of = template) {
  return Object.entries(of.findResources('AWS::IAM::Policy'))
    .filter(([id]) => id.startsWith(role))
    .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement)
    .map(({ Effect, Action }): { effect: string; actions: string[] } => ({
      effect: Effect,
      actions: [Action].flat(),
    }));
}

/** What is in the parameters of the one rehearsal of a stack, in so far as no token is in it. */
function parametersOf(of: Template, name: string): string {
  return Object.entries(of.findResources('AWS::SSM::Parameter'))
    .filter(([id]) => id.startsWith(`RehearsalParameters${name}`))
    .map(([, { Properties }]) => JSON.stringify(Properties.Value))
    .join();
}

function alone(props: SecurityGroupRehearsalProps): Stack {
  const own = new Stack(new App(), 'Own');
  new SecurityGroupRehearsal(own, 'Rehearsal', props);
  return own;
}

describe('the function of a rehearsal', () => {
  test('runs the shipped bundle with its whole environment', () => {
    const [, { Properties }] = Object.entries(template.findResources('AWS::Lambda::Function')).find(
      ([id]) => id.startsWith('Rehearsal'),
    )!;
    expect(Object.keys(Properties.Environment.Variables).sort()).toEqual(
      [...REHEARSE_POLICIES.variables, 'OWN_ROLE_ARNS'].sort(),
    );
    expect(Properties).toMatchObject({ Timeout: REHEARSE_POLICIES.timeoutSeconds });
  });

  test('may look, read and tell, and can change no group', () => {
    const allowed = statementsOf('RehearsalRehearsePolicies')
      .filter(({ effect }) => effect === 'Allow')
      .flatMap(({ actions }) => actions);
    expect([...new Set(allowed)].sort()).toEqual([
      'cloudtrail:LookupEvents',
      'ec2:DescribeManagedPrefixLists',
      'ec2:DescribeSecurityGroupRules',
      'ec2:DescribeSecurityGroups',
      'ec2:GetManagedPrefixListEntries',
      'kms:Decrypt',
      'kms:GenerateDataKey*',
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      'sns:Publish',
      'ssm:GetParameters',
    ]);
  });

  test('may look VPCs up only where a policy that it tries names one', () => {
    const vpc = ec2.Vpc.fromVpcAttributes(new Stack(), 'Vpc', {
      vpcId: 'vpc-0123456789abcdef0',
      availabilityZones: ['a'],
    });
    const patterns = [TrafficPattern.of({ peers: [TrafficPeer.vpc(vpc)] })];
    const policies = [{ ...noOpenSsh, baseline: SecurityGroupBaseline.forbid(patterns) }];
    const naming = Template.fromStack(alone({ monitoredGroups: groups, policies }));
    const allowed = statementsOf('RehearsalRehearsePolicies', naming);
    expect(allowed.flatMap(({ actions }) => actions)).toContain('ec2:DescribeVpcs');
  });

  test('is invoked by those whom it is granted to, who get no right over the sentry', () => {
    const allowed = statementsOf('TesterDefaultPolicy');
    expect(allowed).toEqual([{ effect: 'Allow', actions: ['lambda:InvokeFunction'] }]);
    expect(
      JSON.stringify(
        template.findResources('AWS::IAM::Policy', {
          Properties: { Roles: [{ Ref: Match.stringLikeRegexp('^Tester') }] },
        }),
      ),
    ).not.toContain('OperateSentry');
  });

  test('has no finding of cdk-nag', () => {
    expect(new AwsSolutionsChecks(app).validateScope(rehearsal).violations).toEqual([]);
  });
});

describe('company settings', () => {
  const keyArn = 'arn:aws:kms:eu-west-1:111111111111:key/01234567-89ab-cdef-0123-456789abcdef';
  const company = (own: Stack) => {
    const vpc = ec2.Vpc.fromVpcAttributes(own, 'Vpc', {
      vpcId: 'vpc-0123456789abcdef0',
      availabilityZones: ['a'],
      isolatedSubnetIds: ['subnet-0123456789abcdef0'],
    });
    return {
      vpc,
      encryptionKey: kms.Key.fromKeyArn(own, 'Key', keyArn),
      logRetention: logs.RetentionDays.TEN_YEARS,
      tracing: lambda.Tracing.ACTIVE,
      reservedConcurrentExecutions: 1,
    };
  };
  const inCompany = (extra: Partial<SecurityGroupRehearsalProps> = {}) => {
    const own = new Stack(new App(), 'Own', {
      env: { account: '111111111111', region: 'eu-west-1' },
    });
    const props = { ...company(own), monitoredGroups: groups, policies: [noOpenSsh], ...extra };
    new SecurityGroupRehearsal(own, 'Rehearsal', props);
    return own;
  };

  test('are those of its function, its topic and its log', () => {
    const own = inCompany();
    const made = Template.fromStack(own);
    made.hasResourceProperties('AWS::Lambda::Function', {
      VpcConfig: { SubnetIds: ['subnet-0123456789abcdef0'] },
      TracingConfig: { Mode: 'Active' },
      ReservedConcurrentExecutions: 1,
    });
    made.hasResourceProperties('AWS::Logs::LogGroup', { KmsKeyId: keyArn, RetentionInDays: 3653 });
    made.hasResourceProperties('AWS::SNS::Topic', { KmsMasterKeyId: keyArn });
    const warnings = Annotations.fromStack(own).findWarning('*', Match.anyValue());
    expect(warnings.map(({ entry }) => String(entry.data)).join()).toContain(
      'Endpoints that the app does not make: cloudtrail, ec2, sns, ssm.',
    );
  });

  test('that would do nothing are an error: a key, where the topic and the log have theirs', () => {
    const elsewhere = new Stack();
    const idle = inCompany({
      notificationTopic: sns.Topic.fromTopicArn(
        elsewhere,
        'Topic',
        'arn:aws:sns:eu-west-1:111111111111:told',
      ),
      logEncryptionKey: kms.Key.fromKeyArn(elsewhere, 'LogKey', keyArn),
    });
    expect(idle.node.findChild('Rehearsal').node.validate().join()).toContain(
      'Own/Rehearsal: "encryptionKey" does nothing',
    );
  });
});

describe('what is rehearsed', () => {
  test('is what the sentry says, but for what the props say', () => {
    expect(parametersOf(template, 'Policies')).toContain('locked');
    expect(parametersOf(template, 'Policies')).not.toContain('forbid');
    expect(parametersOf(template, 'Policies')).toContain('Deployer');
    expect(parametersOf(template, 'MonitoredGroups')).toContain('sg-0123456789abcdef0');
    expect(rehearsal.notificationTopic).toBe(sentry.notificationTopic);
  });

  test('needs no sentry: it has a topic of its own, and nothing else that a sentry has', () => {
    const own = Template.fromStack(alone({ monitoredGroups: groups, policies: [noOpenSsh] }));
    own.resourceCountIs('AWS::Lambda::Function', 1);
    own.resourceCountIs('AWS::SNS::Topic', 1);
    own.resourceCountIs('AWS::DynamoDB::Table', 0);
    own.resourceCountIs('AWS::Events::Rule', 0);
    own.resourceCountIs('AWS::SQS::Queue', 0);
  });

  test.each([
    ['nothing at all', {}, '"monitoredGroups" and "policies" must say'],
    ['no groups', { policies: [noOpenSsh] }, '"monitoredGroups" must say'],
    ['no policies', { monitoredGroups: groups }, '"policies" must say'],
    ['an empty list', { monitoredGroups: groups, policies: [] }, '"policies" is empty'],
  ])('is refused with %s', (_, props, words) => {
    expect(() => alone(props)).toThrow(words);
  });

  test('is refused where it is known to be in another Region than its sentry', () => {
    const two = new App();
    const [here, there] = ['eu-west-1', 'us-east-1'].map(
      (region) => new Stack(two, region, { env: { account: '111111111111', region } }),
    );
    const far = new SecurityGroupSentry(there!, 'Sentry', {
      monitoredGroups: groups,
      policies: [noOpenSsh],
    });
    expect(() => new SecurityGroupRehearsal(here!, 'Rehearsal', { sentry: far })).toThrow(
      'eu-west-1/Rehearsal: the sentry us-east-1/Sentry is in the region us-east-1, the rehearsal in eu-west-1',
    );
  });

  test.each([
    ['rehearsal', {}, { env: { account: '111111111111', region: 'eu-west-1' } }],
    ['sentry', { env: { account: '111111111111', region: 'eu-west-1' } }, {}],
  ])('is refused where only the stack of the %s names its place', (_, theirs, ours) => {
    const two = new App();
    const far = new SecurityGroupSentry(new Stack(two, 'Sentries', theirs), 'Sentry', {
      monitoredGroups: groups,
      policies: [noOpenSsh],
    });
    expect(
      () => new SecurityGroupRehearsal(new Stack(two, 'Own', ours), 'Rehearsal', { sentry: far }),
    ).toThrow(
      /^Own\/Rehearsal: the sentry Sentries\/Sentry is in another stack, and .+ names none/,
    );
  });

  test('is refused where a policy is for units, which only the hub knows', () => {
    const own = new Stack(new App(), 'Own');
    const hub = new SentryHub(own, 'Hub', {
      accounts: MemberAccounts.organization(),
      organizationId: 'o-abc1234567',
    });
    const inHub = new SecurityGroupSentry(own, 'Sentry', {
      hub,
      monitoredGroups: groups,
      policies: [noOpenSsh, { ...locked, appliesIn: AccountScope.units(['ou-abcd-12345678']) }],
    });
    expect(() => new SecurityGroupRehearsal(own, 'Unknown', { sentry: inHub })).toThrow(
      'a policy is for the unit ou-abcd-12345678',
    );
    expect(
      () => new SecurityGroupRehearsal(own, 'Known', { sentry: inHub, policies: [noOpenSsh] }),
    ).not.toThrow();
  });

  test('goes to a topic that is given', () => {
    const own = new Stack(new App(), 'Own');
    const topic = new sns.Topic(own, 'Topic');
    const told = new SecurityGroupRehearsal(own, 'Rehearsal', {
      monitoredGroups: groups,
      policies: [noOpenSsh],
      notificationTopic: topic,
    });
    expect(told.notificationTopic).toBe(topic);
    expect(
      () =>
        new SecurityGroupRehearsal(own, 'Fifo', {
          monitoredGroups: groups,
          policies: [noOpenSsh],
          notificationTopic: new sns.Topic(own, 'FifoTopic', { fifo: true }),
        }),
    ).toThrow('FIFO');
  });
});
