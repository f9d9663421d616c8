import { App, NestedStack, RemovalPolicy, Stack } from 'aws-cdk-lib';
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
  type CompanySettings,
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
      'kms:GenerateDataKey',
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

  test.each([
    ['of the stack', (own: Stack) => own],
    ['of the stack that is deployed', (own: Stack) => new NestedStack(own, 'Nested')],
  ])('has its name in an output %s', (_, scopeIn) => {
    const own = new Stack(new App(), 'Own');
    const policies = [noOpenSsh];
    new SecurityGroupRehearsal(scopeIn(own), 'Rehearsal', { monitoredGroups: groups, policies });
    expect(Object.keys(Template.fromStack(own).findOutputs('*'))).toEqual([
      expect.stringContaining('RehearsalRehearsalFunctionName'),
    ]);
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

describe('company settings that a rehearsal does not have', () => {
  const keyNamed = (own: Stack, id: string) =>
    kms.Key.fromKeyArn(own, id, `arn:aws:kms:eu-west-1:111111111111:key/${id}`);
  const groupNamed = (own: Stack, securityGroupId: string) =>
    ec2.SecurityGroup.fromSecurityGroupId(own, securityGroupId, securityGroupId);
  const vpcNamed = (own: Stack, id: string) =>
    ec2.Vpc.fromVpcAttributes(own, id, {
      vpcId: `vpc-${id}`,
      availabilityZones: ['a'],
      privateSubnetIds: [`subnet-private-${id}`],
      isolatedSubnetIds: [`subnet-isolated-${id}`],
    });
  const inSubnet = (id: string) => ({ Properties: { VpcConfig: { SubnetIds: [id] } } });
  const inGroup = (id: unknown) => ({ Properties: { VpcConfig: { SecurityGroupIds: [id] } } });
  const under = (key: string) => ({
    Properties: { KmsKeyId: expect.stringMatching(`key/${key}$`) },
  });

  const FUNCTION = 'AWS::Lambda::Function';
  const LOG = 'AWS::Logs::LogGroup';

  interface SettingCase {
    readonly ofSentry: (own: Stack) => CompanySettings;
    readonly ofRehearsal: (own: Stack) => CompanySettings;
    /** The resource of the rehearsal that shows the setting, as the sentry's, and as its own. */
    readonly resource: typeof FUNCTION | typeof LOG;
    readonly shown: readonly [object, object];
  }

  /** A setting that the interface gets has to be added here, or the types are wrong. */
  const SETTINGS: Readonly<Record<keyof Required<CompanySettings>, SettingCase>> = {
    vpc: {
      ofSentry: (own) => ({ vpc: vpcNamed(own, 'theirs') }),
      ofRehearsal: (own) => ({ vpc: vpcNamed(own, 'ours') }),
      resource: FUNCTION,
      shown: [inSubnet('subnet-private-theirs'), inSubnet('subnet-private-ours')],
    },
    vpcSubnets: {
      ofSentry: (own) => ({
        vpc: vpcNamed(own, 'theirs'),
        vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_ISOLATED },
      }),
      ofRehearsal: () => ({ vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS } }),
      resource: FUNCTION,
      shown: [inSubnet('subnet-isolated-theirs'), inSubnet('subnet-private-theirs')],
    },
    securityGroups: {
      ofSentry: (own) => ({
        vpc: vpcNamed(own, 'theirs'),
        securityGroups: [groupNamed(own, 'sg-theirs')],
      }),
      ofRehearsal: (own) => ({ securityGroups: [groupNamed(own, 'sg-ours')] }),
      resource: FUNCTION,
      shown: [inGroup('sg-theirs'), inGroup('sg-ours')],
    },
    encryptionKey: {
      ofSentry: (own) => ({ encryptionKey: keyNamed(own, 'theirs') }),
      ofRehearsal: (own) => ({ encryptionKey: keyNamed(own, 'ours') }),
      resource: LOG,
      shown: [under('theirs'), under('ours')],
    },
    logEncryptionKey: {
      ofSentry: (own) => ({
        encryptionKey: keyNamed(own, 'queues'),
        logEncryptionKey: keyNamed(own, 'theirs'),
      }),
      ofRehearsal: (own) => ({ logEncryptionKey: keyNamed(own, 'ours') }),
      resource: LOG,
      shown: [under('theirs'), under('ours')],
    },
    logRetention: {
      ofSentry: () => ({ logRetention: logs.RetentionDays.TEN_YEARS }),
      ofRehearsal: () => ({ logRetention: logs.RetentionDays.ONE_WEEK }),
      resource: LOG,
      shown: [{ Properties: { RetentionInDays: 3653 } }, { Properties: { RetentionInDays: 7 } }],
    },
    tracing: {
      ofSentry: () => ({ tracing: lambda.Tracing.ACTIVE }),
      ofRehearsal: () => ({ tracing: lambda.Tracing.PASS_THROUGH }),
      resource: FUNCTION,
      shown: [
        { Properties: { TracingConfig: { Mode: 'Active' } } },
        { Properties: { TracingConfig: { Mode: 'PassThrough' } } },
      ],
    },
    reservedConcurrentExecutions: {
      ofSentry: () => ({ reservedConcurrentExecutions: 10 }),
      ofRehearsal: () => ({ reservedConcurrentExecutions: 1 }),
      resource: FUNCTION,
      shown: [
        { Properties: { ReservedConcurrentExecutions: 10 } },
        { Properties: { ReservedConcurrentExecutions: 1 } },
      ],
    },
    removalPolicy: {
      ofSentry: () => ({ removalPolicy: RemovalPolicy.DESTROY }),
      ofRehearsal: () => ({ removalPolicy: RemovalPolicy.RETAIN }),
      resource: LOG,
      shown: [{ DeletionPolicy: 'Delete' }, { DeletionPolicy: 'Retain' }],
    },
    architecture: {
      ofSentry: () => ({ architecture: lambda.Architecture.X86_64 }),
      ofRehearsal: () => ({ architecture: lambda.Architecture.ARM_64 }),
      resource: FUNCTION,
      shown: [
        { Properties: { Architectures: ['x86_64'] } },
        { Properties: { Architectures: ['arm64'] } },
      ],
    },
  };

  /** A sentry, the rehearsal `Bare` that says nothing, and `Set` that has a setting. */
  function madeWith(
    ofSentry: SettingCase['ofSentry'],
    ofRehearsal: SettingCase['ofRehearsal'],
  ): Template {
    const own = new Stack(new App(), 'Own', {
      env: { account: '111111111111', region: 'eu-west-1' },
    });
    const rehearsed = new SecurityGroupSentry(own, 'Sentry', {
      ...ofSentry(own),
      monitoredGroups: groups,
      policies: [noOpenSsh],
    });
    new SecurityGroupRehearsal(own, 'Bare', { sentry: rehearsed });
    new SecurityGroupRehearsal(own, 'Set', { sentry: rehearsed, ...ofRehearsal(own) });
    return Template.fromStack(own);
  }

  function resourceOf(rehearsed: string, type: string, of: Template): unknown {
    return Object.entries(of.findResources(type)).find(([id]) => id.startsWith(rehearsed))?.[1];
  }

  test.each(Object.entries(SETTINGS))(
    'are those of its sentry: %s',
    (_, { ofSentry, ofRehearsal, resource, shown }) => {
      const made = madeWith(ofSentry, ofRehearsal);
      expect(resourceOf('Bare', resource, made)).toMatchObject(shown[0]);
      expect(resourceOf('Set', resource, made)).toMatchObject(shown[1]);
    },
  );

  test('are the security group too that the sentry makes; in another VPC, there is another', () => {
    const made = madeWith(SETTINGS.vpc.ofSentry, SETTINGS.vpc.ofRehearsal);
    const groupOf = (id: string) =>
      inGroup({ 'Fn::GetAtt': [expect.stringMatching(`^${id}FunctionsSecurityGroup`), 'GroupId'] });
    expect(resourceOf('Bare', FUNCTION, made)).toMatchObject(groupOf('Sentry'));
    expect(resourceOf('Set', FUNCTION, made)).toMatchObject(groupOf('Set'));
    made.resourceCountIs('AWS::EC2::SecurityGroup', 2);
  });

  test('are no keys, where it has one', () => {
    const made = madeWith(SETTINGS.logEncryptionKey.ofSentry, SETTINGS.encryptionKey.ofRehearsal);
    expect(resourceOf('Set', LOG, made)).toMatchObject(under('ours'));
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
