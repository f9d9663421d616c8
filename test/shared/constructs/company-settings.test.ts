import { App, Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as sns from 'aws-cdk-lib/aws-sns';
import {
  Approvers,
  ChangeResponse,
  type CompanySettings,
  IamKeySentry,
  type IamKeySentryProps,
  KeyActions,
  MemberAccounts,
  MonitoredGroups,
  SecurityGroupBaseline,
  SecurityGroupSentry,
  type SecurityGroupSentryProps,
  SentryHub,
  SlackApprovalWorkflow,
} from '../../../src';

const PLACE = { env: { account: '111122223333', region: 'eu-west-1' } };

let app: App;
let stack: Stack;

beforeEach(() => {
  app = new App();
  stack = new Stack(app, 'Team', PLACE);
});

describe('functions in a VPC', () => {
  test('run in its private subnets, with one group of the construct that lets out HTTPS alone', () => {
    keySentry({ vpc: vpcWithNat() });
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::EC2::SecurityGroup', {
      GroupDescription: 'The functions of Team/KeySentry',
      SecurityGroupEgress: [{ IpProtocol: 'tcp', FromPort: 443, ToPort: 443, CidrIp: '0.0.0.0/0' }],
      SecurityGroupIngress: Match.absent(),
    });
    template.hasResourceProperties('AWS::Lambda::Function', {
      VpcConfig: {
        SubnetIds: [{ Ref: Match.stringLikeRegexp('^VpcPrivateSubnet') }],
        SecurityGroupIds: [{ 'Fn::GetAtt': [Match.anyValue(), 'GroupId'] }],
      },
    });
    expect(warnings()).toEqual([]);
  });

  test('have a group whose description EC2 takes, whatever the construct is called', () => {
    const odd = new IamKeySentry(stack, 'Schlüssel "1"', { vpc: importedVpc() });
    const group = odd.node.findChild('FunctionsSecurityGroup').node.defaultChild;
    expect((group as ec2.CfnSecurityGroup).groupDescription).toBe(
      'The functions of Team/Schl_ssel _1_',
    );
  });

  test('have their interfaces made by Lambda in these subnets alone, and never by their own code', () => {
    const group = ec2.SecurityGroup.fromSecurityGroupId(stack, 'Given', 'sg-0123456789abcdef0');
    keySentry({ vpc: importedVpc(), securityGroups: [group] });
    const arn = (rest: string) => ({
      'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:ec2:eu-west-1:${rest}`]],
    });
    expect(statements()).toEqual(
      expect.arrayContaining([
        {
          Sid: 'LookAtInterfaces',
          Effect: 'Allow',
          Action: ['ec2:DescribeNetworkInterfaces', 'ec2:DescribeSubnets'],
          Resource: '*',
        },
        {
          Sid: 'MakeInterfaces',
          Effect: 'Allow',
          Action: 'ec2:CreateNetworkInterface',
          Resource: [
            arn('111122223333:network-interface/*'),
            arn('*:subnet/subnet-1'),
            arn('*:security-group/sg-0123456789abcdef0'),
          ],
        },
        {
          Sid: 'ManageInterfaces',
          Effect: 'Allow',
          Action: [
            'ec2:DeleteNetworkInterface',
            'ec2:AssignPrivateIpAddresses',
            'ec2:UnassignPrivateIpAddresses',
          ],
          Resource: arn('111122223333:*/*'),
        },
        expect.objectContaining({
          Sid: 'NotFromInside',
          Effect: 'Deny',
          Action: expect.arrayContaining([
            'ec2:CreateNetworkInterface',
            'ec2:DeleteNetworkInterface',
            'ec2:DetachNetworkInterface',
          ]),
          Condition: { ArnEquals: { 'lambda:SourceFunctionArn': expect.any(Array) } },
        }),
      ]),
    );
  });

  test('are not kept by the denial from outside from what Lambda calls for them', () => {
    keySentry({ vpc: importedVpc() });
    const [denial] = statements().filter(({ Sid }) => Sid === 'FromInsideOnly');
    const calls = statements()
      .filter(({ Sid }) => ['LookAtInterfaces', 'MakeInterfaces', 'ManageInterfaces'].includes(Sid))
      .flatMap(({ Action }) => [Action].flat());
    expect(calls).toHaveLength(6);
    const isDenied = (call: string) =>
      denial!.Action.some((action: string) =>
        new RegExp(`^${action.replaceAll('*', '.*')}$`).test(call),
      );
    expect(calls.filter(isDenied)).toEqual([]);
  });

  test('get the same rights where property injection attaches them', () => {
    const vpc = importedVpc();
    const injected = new Stack(app, 'Injected', {
      ...PLACE,
      propertyInjectors: [
        {
          constructUniqueId: lambda.Function.PROPERTY_INJECTION_ID,
          inject: (props: lambda.FunctionProps) => ({ ...props, vpc }),
        },
      ],
    });
    new IamKeySentry(injected, 'KeySentry');
    const template = Template.fromStack(injected);
    template.hasResourceProperties('AWS::Lambda::Function', { VpcConfig: Match.anyValue() });
    expect(JSON.stringify(template.toJSON())).toContain('ec2:CreateNetworkInterface');
  });

  test.each<[string, (vpc: ec2.IVpc) => CompanySettings, RegExp]>([
    [
      'subnets and no VPC',
      () => ({ vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_ISOLATED } }),
      /^Team\/KeySentry: "vpcSubnets" does nothing without "vpc": give the VPC/,
    ],
    [
      'groups and no VPC',
      () => ({ securityGroups: [] }),
      /^Team\/KeySentry: "securityGroups" does nothing without "vpc"/,
    ],
    [
      'no group',
      (vpc) => ({ vpc, securityGroups: [] }),
      /^Team\/KeySentry: "securityGroups" is empty: name at least one/,
    ],
    [
      'public subnets',
      (vpc) => ({ vpc, vpcSubnets: { subnetType: ec2.SubnetType.PUBLIC } }),
      /^Team\/KeySentry: "vpcSubnets" chooses public subnets, .*write \{ subnetType: ec2\.SubnetType\.PRIVATE_WITH_EGRESS \}/,
    ],
    [
      'no subnet',
      (vpc) => ({ vpc, vpcSubnets: { subnets: [] } }),
      /^Team\/KeySentry: "vpcSubnets" chooses no subnet, .+ name at least one, or leave it out/,
    ],
    [
      'a VPC of another Region',
      () => ({
        vpc: new ec2.Vpc(
          new Stack(app, 'Other', { env: { ...PLACE.env, region: 'us-east-1' } }),
          'Vpc',
        ),
      }),
      /^Team\/KeySentry: "vpc" is in the region us-east-1, the stack in eu-west-1/,
    ],
  ])('%s is an error', (_, settings, error) => {
    expect(() => keySentry(settings(vpcWithNat()))).toThrow(error);
  });

  test('are refused in a VPC that is imported without subnets', () => {
    const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Bare', {
      vpcId: 'vpc-0123456789abcdef0',
      availabilityZones: ['eu-west-1a'],
    });
    expect(() => keySentry({ vpc })).toThrow(
      /^Team\/KeySentry: "vpc" is imported without subnets, .+ import it with them/,
    );
  });

  test('are refused in a group of another VPC', () => {
    const other = new ec2.SecurityGroup(stack, 'Other', {
      vpc: new ec2.Vpc(stack, 'OtherVpc', { maxAzs: 1, natGateways: 0 }),
    });
    expect(() => keySentry({ vpc: vpcWithNat(), securityGroups: [other] })).toThrow(
      /^Team\/KeySentry: "securityGroups" has Team\/Other\/Resource, which is in another VPC than "vpc"/,
    );
  });

  test.each<[string, () => ec2.ISubnet[], string]>([
    [
      'that the app makes',
      () => new ec2.Vpc(stack, 'Other', { maxAzs: 1 }).privateSubnets,
      'Team/Other/PrivateSubnet1',
    ],
    [
      'that is imported with its VPC',
      () =>
        ec2.Vpc.fromVpcAttributes(stack, 'Other', {
          vpcId: 'vpc-0fedcba9876543210',
          availabilityZones: ['eu-west-1a'],
          privateSubnetIds: ['subnet-0fedcba9876543210'],
        }).privateSubnets,
      'Team/Other/PrivateSubnet1',
    ],
    [
      'that stands alone',
      () => [
        new ec2.PrivateSubnet(stack, 'Alone', {
          vpcId: 'vpc-0fedcba9876543210',
          availabilityZone: 'eu-west-1a',
          cidrBlock: '10.0.0.0/24',
        }),
      ],
      'Team/Alone',
    ],
  ])('are refused in a subnet of another VPC: one %s', (_, subnets, path) => {
    expect(() => keySentry({ vpc: importedVpc(), vpcSubnets: { subnets: subnets() } })).toThrow(
      `Team/KeySentry: "vpcSubnets" has ${path}, which is in another VPC than "vpc", so that Lambda would refuse it: give subnets of the same VPC.`,
    );
  });

  test('are attached to a subnet of which no one knows the VPC', () => {
    const vpc = importedVpc();
    const subnets = [
      ec2.Subnet.fromSubnetId(stack, 'Given', 'subnet-0fedcba9876543210'),
      ...vpc.privateSubnets,
    ];
    expect(() => keySentry({ vpc, vpcSubnets: { subnets } })).not.toThrow();
  });

  test('are warned of where no group that is given lets HTTPS out', () => {
    const vpc = vpcWithNat();
    const shut = new ec2.SecurityGroup(stack, 'Shut', { vpc, allowAllOutbound: false });
    shut.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(5432));
    keySentry({ vpc, securityGroups: [shut] });
    expect(warnings()).toEqual([
      expect.stringMatching(
        /^No group in "securityGroups" \(Team\/Shut\/Resource\) lets HTTPS out, .+ Write addEgressRule\(ec2\.Peer\.anyIpv4\(\), ec2\.Port\.HTTPS\) for Team\/Shut; .+cdk-sentries:functionsShutIn/,
      ),
    ]);
  });

  test('are not where a rule comes later, or beside the group, or all is let out', () => {
    const vpc = vpcWithNat();
    const [late, beside] = ['Late', 'Beside'].map(
      (id) => new ec2.SecurityGroup(stack, id, { vpc, allowAllOutbound: false }),
    );
    new IamKeySentry(stack, 'ByLateRule', {
      vpc,
      securityGroups: [late!],
      homeRegion: 'eu-west-1',
    });
    late!.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.tcpRange(400, 500));
    groupSentry({ vpc, securityGroups: [beside!] });
    new ec2.CfnSecurityGroupEgress(stack, 'Rule', {
      groupId: beside!.securityGroupId,
      ipProtocol: '-1',
      cidrIp: '0.0.0.0/0',
    });
    expect(warnings().filter((text) => text.includes('functionsShutIn'))).toEqual([]);
  });

  test('in isolated subnets, are warned of with the endpoints that the app does not make', () => {
    const vpc = new ec2.Vpc(stack, 'Vpc', { natGateways: 0, maxAzs: 1 });
    vpc.addGatewayEndpoint('DynamoDb', { service: ec2.GatewayVpcEndpointAwsService.DYNAMODB });
    groupSentry({ vpc });
    vpc.addInterfaceEndpoint('Sqs', { service: ec2.InterfaceVpcEndpointAwsService.SQS });
    expect(warnings()).toContainEqual(
      expect.stringContaining(
        'Endpoints that the app does not make: cloudtrail, ec2, events, sns, ssm. Make the endpoints',
      ),
    );
  });

  test('in isolated subnets, reach no Slack: a warning says so', () => {
    workflow({ vpc: new ec2.Vpc(stack, 'Vpc', { natGateways: 0, maxAzs: 1 }) });
    expect(warnings()).toContainEqual(expect.stringContaining('No endpoint leads to Slack'));
  });
});

describe('a sentry that watches the group of functions that it works with', () => {
  test('is warned of by the group, also where it is the group of another construct', () => {
    const vpc = vpcWithNat();
    groupSentry({ vpc, monitoredGroups: MonitoredGroups.inVpc(vpc) });
    keySentry({ vpc });
    const own = warnings().filter((text) => text.includes('ownGroupMonitored'));
    expect(own).toEqual([
      expect.stringMatching(
        /It watches Team\/GroupSentry\/FunctionsSecurityGroup, .*leave it out with excluding\(.*ownGroupMonitored:Team\/GroupSentry\/FunctionsSecurityGroup\]/,
      ),
      expect.stringContaining('It watches Team/KeySentry/FunctionsSecurityGroup'),
    ]);
  });

  test('is warned of by the id of an imported group, in any of several selections', () => {
    const vpc = vpcWithNat();
    const [own, other] = ['sg-0123456789abcdef0', 'sg-0fedcba9876543210'];
    const { anyOf, ids, taggedWith } = MonitoredGroups;
    groupSentry({
      vpc,
      securityGroups: [ec2.SecurityGroup.fromSecurityGroupId(stack, 'Functions', own)],
      monitoredGroups: anyOf([taggedWith('a', 'b'), ids([own, other]).excluding(ids([other]))]),
    });
    expect(warnings()).toContainEqual(expect.stringContaining('It watches Team/Functions, '));
  });

  test('is no matter where the group is left out', () => {
    const vpc = vpcWithNat();
    const functions = new ec2.SecurityGroup(stack, 'Functions', { vpc });
    groupSentry({
      vpc,
      securityGroups: [functions],
      monitoredGroups: MonitoredGroups.inVpc(vpc).excluding(MonitoredGroups.groups([functions])),
    });
    expect(warnings()).toEqual([expect.stringContaining('cdk-sentries:noTrail')]);
  });
});

describe('one key', () => {
  test('encrypts topic, queues, tables and logs, and no other is made but that of decisions', () => {
    const encryptionKey = new kms.Key(stack, 'CompanyKey');
    const approvals = workflow({ encryptionKey });
    groupSentry({
      encryptionKey,
      policies: [
        {
          baseline: SecurityGroupBaseline.locked(),
          response: ChangeResponse.revertUntilApproved(approvals),
        },
      ],
    });
    keySentry({
      encryptionKey,
      actions: KeyActions.of({
        deactivateAfter: Duration.days(100),
        askBeforeDeactivating: approvals,
      }),
    });
    new SentryHub(stack, 'Hub', {
      encryptionKey,
      accounts: MemberAccounts.accounts(['444455556666']),
    });
    expect(Object.keys(Template.fromStack(stack).findResources('AWS::KMS::Key'))).toEqual([
      expect.stringMatching(/^CompanyKey/),
      expect.stringMatching(/^ApprovalsDecisionKey/),
    ]);
    const key = { 'Fn::GetAtt': [expect.stringMatching(/^CompanyKey/), 'Arn'] };
    for (const { Properties } of all('AWS::Logs::LogGroup')) {
      expect(Properties.KmsKeyId).toEqual(key);
    }
    for (const { Properties } of all('AWS::SQS::Queue')) {
      expect(Properties).toMatchObject({ KmsMasterKeyId: key });
      expect(Properties.SqsManagedSseEnabled).toBeUndefined();
    }
    for (const { Properties } of all('AWS::SNS::Topic')) {
      expect(Properties.KmsMasterKeyId).toEqual(key);
    }
    const tables = all('AWS::DynamoDB::Table');
    expect(tables).toHaveLength(4);
    for (const { Properties } of tables) {
      expect(Properties.SSESpecification).toMatchObject({ SSEType: 'KMS', KMSMasterKeyId: key });
    }
  });

  test('lets alarms, EventBridge and the log groups of the account in, each once', () => {
    const encryptionKey = new kms.Key(stack, 'CompanyKey');
    groupSentry({ encryptionKey });
    workflow({ encryptionKey });
    const { Properties } = all('AWS::KMS::Key')[0]!;
    expect(Properties.KeyPolicy.Statement.slice(1)).toEqual([
      {
        Effect: 'Allow',
        Principal: { Service: 'cloudwatch.amazonaws.com' },
        Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
        Resource: '*',
      },
      {
        Effect: 'Allow',
        Principal: { Service: 'events.amazonaws.com' },
        Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
        Resource: '*',
      },
      {
        Effect: 'Allow',
        Principal: {
          Service: { 'Fn::Join': ['', ['logs.eu-west-1.', { Ref: 'AWS::URLSuffix' }]] },
        },
        Action: [
          'kms:Encrypt*',
          'kms:Decrypt*',
          'kms:ReEncrypt*',
          'kms:GenerateDataKey*',
          'kms:Describe*',
        ],
        Resource: '*',
        Condition: {
          ArnLike: {
            'kms:EncryptionContext:aws:logs:arn': {
              'Fn::Join': [
                '',
                ['arn:', { Ref: 'AWS::Partition' }, ':logs:eu-west-1:111122223333:*'],
              ],
            },
          },
        },
      },
    ]);
  });

  test('leaves to one rule alone who sends events to a queue', () => {
    groupSentry({ encryptionKey: new kms.Key(stack, 'CompanyKey') });
    const senders = all('AWS::SQS::QueuePolicy')
      .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
      .filter(({ Principal }) => Principal.Service === 'events.amazonaws.com');
    expect(senders.length).toBeGreaterThan(2);
    for (const { Condition } of senders) {
      expect(JSON.stringify(Condition)).toContain('aws:SourceArn');
    }
  });

  test('may be used by each function through the services that it calls, and in no other way', () => {
    keySentry({
      encryptionKey: kms.Key.fromKeyArn(stack, 'Imported', KEY_ARN),
      actions: KeyActions.of({ deactivateAfter: Duration.days(100) }),
    });
    const uses = statements().filter(({ Action }) => [Action].flat()[0].startsWith('kms:'));
    expect(uses.length).toBeGreaterThan(1);
    for (const { Resource } of uses) expect(Resource).toBe(KEY_ARN);
    expect(uses.map(({ Condition }) => Condition?.StringLike?.['kms:ViaService'])).toContain(
      'dynamodb.eu-west-1.amazonaws.com*',
    );
  });

  test('of another stack is referred to, and refers to nothing itself', () => {
    const keys = new Stack(app, 'Keys', PLACE);
    groupSentry({ encryptionKey: new kms.Key(keys, 'CompanyKey') });
    app.synth();
    expect([keys.dependencies, stack.dependencies]).toEqual([[], [keys]]);
  });

  test('that is imported is warned of with the statements that its policy needs', () => {
    keySentry({ encryptionKey: kms.Key.fromKeyArn(stack, 'Imported', KEY_ARN) });
    expect(warnings()).toEqual([
      expect.stringMatching(
        /^"encryptionKey" is imported, .*"Service":"cloudwatch\.amazonaws\.com".*kms:EncryptionContext:aws:logs:arn.*importedKey:encryptionKey\]$/,
      ),
    ]);
  });

  test.each<[string, StackProps, string, string]>([
    [
      'in China',
      { env: { account: '111122223333', region: 'cn-north-1' } },
      'logs.cn-north-1.amazonaws.com.cn',
      'arn:aws-cn:logs:cn-north-1:111122223333:*',
    ],
    [
      'where only the deployment knows the place',
      {},
      'logs.<the Region of this stack>.<the URL suffix of this stack>',
      'arn:<the partition of this stack>:logs:<the Region of this stack>:<the account of this stack>:*',
    ],
  ])('%s, these statements can be read and copied', (_, props, service, arn) => {
    stack = new Stack(app, 'Elsewhere', props);
    keySentry({
      logEncryptionKey: kms.Key.fromKeyArn(
        stack,
        'Imported',
        'arn:aws-cn:kms:cn-north-1:111122223333:key/1234',
      ),
    });
    expect(warnings().join()).toContain(`"Service":"${service}"`);
    expect(warnings().join()).toContain(`"kms:EncryptionContext:aws:logs:arn":"${arn}"`);
  });

  test('whose policy does not let IAM decide is warned of', () => {
    const policy = new iam.PolicyDocument({
      statements: [
        new iam.PolicyStatement({
          principals: [new iam.ArnPrincipal('arn:aws:iam::111122223333:role/keys')],
          actions: ['kms:*'],
          resources: ['*'],
        }),
      ],
    });
    keySentry({ encryptionKey: new kms.Key(stack, 'CompanyKey', { policy }) });
    expect(warnings()).toEqual([
      expect.stringContaining(
        'The policy of Team/CompanyKey, which is "encryptionKey", does not let IAM of the account decide',
      ),
    ]);
  });

  test.each<[string, () => kms.IKey, RegExp]>([
    [
      'of another Region',
      () => kms.Key.fromKeyArn(stack, 'Imported', KEY_ARN.replace('eu-west-1', 'us-east-1')),
      /^Team\/KeySentry: "encryptionKey" is in the region us-east-1, the stack in eu-west-1: give a key of the same account and Region/,
    ],
    [
      'of another account',
      () => kms.Key.fromKeyArn(stack, 'Imported', KEY_ARN.replace('111122223333', '444455556666')),
      /"encryptionKey" is in the account 444455556666/,
    ],
    [
      'of AWS, by its alias',
      () => kms.Alias.fromAliasName(stack, 'Imported', 'alias/aws/sns'),
      /"encryptionKey" is the alias alias\/aws\/sns, .*give it by kms\.Key\.fromKeyArn\(\)/,
    ],
    [
      'for MACs',
      () =>
        new kms.Key(stack, 'Mac', {
          keySpec: kms.KeySpec.HMAC_256,
          keyUsage: kms.KeyUsage.GENERATE_VERIFY_MAC,
        }),
      /"encryptionKey" is Team\/Mac, a key of the kind HMAC_256 for GENERATE_VERIFY_MAC/,
    ],
  ])('%s is an error', (_, key, error) => {
    expect(() => keySentry({ encryptionKey: key() })).toThrow(error);
  });

  test('that would encrypt nothing is an error', () => {
    const key = (id: string) => new kms.Key(stack, id);
    keySentry({
      notificationTopic: new sns.Topic(stack, 'Topic'),
      encryptionKey: key('CompanyKey'),
      logEncryptionKey: key('LogKey'),
    });
    expect(() => app.synth()).toThrow(
      /Team\/KeySentry: "encryptionKey" does nothing, since the topic and "logEncryptionKey" are given/,
    );
  });
});

test('logs are kept for as long as they are to be, with a key of their own', () => {
  const logEncryptionKey = new kms.Key(stack, 'LogKey');
  workflow({ logEncryptionKey, logRetention: logs.RetentionDays.TEN_YEARS });
  const groups = all('AWS::Logs::LogGroup');
  expect(groups).toHaveLength(4);
  for (const { Properties } of groups) {
    expect(Properties).toEqual({
      RetentionInDays: 3653,
      KmsKeyId: { 'Fn::GetAtt': [expect.stringMatching(/^LogKey/), 'Arn'] },
    });
  }
  expect(JSON.stringify(all('AWS::Events::Rule'))).toContain('LogKey');
});

test('invocations are traced, with the rights that this needs', () => {
  keySentry({ tracing: lambda.Tracing.ACTIVE });
  expect(all('AWS::Lambda::Function').map(({ Properties }) => Properties.TracingConfig)).toEqual([
    { Mode: 'Active' },
  ]);
  expect(JSON.stringify(statements())).toContain('xray:PutTraceSegments');
});

describe('reserved concurrency', () => {
  test('is that of each function', () => {
    workflow({ reservedConcurrentExecutions: 20 });
    app.synth();
    expect(
      all('AWS::Lambda::Function').map(({ Properties }) => Properties.ReservedConcurrentExecutions),
    ).toEqual([20, 20, 20]);
  });

  test('that is less than a function takes from its queues is an error', () => {
    workflow({ reservedConcurrentExecutions: 19 });
    expect(() => app.synth()).toThrow(
      /Team\/Approvals\/AdvanceRequests: "reservedConcurrentExecutions" is 19, and the function takes up to 20 messages side by side from its queues: write at least 20/,
    );
  });

  test.each([0, -1, 1.5])('of %d is an error', (reservedConcurrentExecutions) => {
    expect(() => keySentry({ reservedConcurrentExecutions })).toThrow(
      /"reservedConcurrentExecutions" is .*: write a whole number of at least 1/,
    );
  });
});

describe('what becomes of resources', () => {
  test('with DESTROY, all goes with the stack, and a warning says so', () => {
    const approvals = workflow({ removalPolicy: RemovalPolicy.DESTROY });
    keySentry({
      removalPolicy: RemovalPolicy.DESTROY,
      actions: KeyActions.of({
        deactivateAfter: Duration.days(100),
        askBeforeDeactivating: approvals,
      }),
    });
    groupSentry({ removalPolicy: RemovalPolicy.DESTROY });
    const kept = Object.values<{ readonly Type: string; readonly DeletionPolicy?: string }>(
      Template.fromStack(stack).toJSON().Resources,
    ).filter(({ DeletionPolicy, Type }) => DeletionPolicy === 'Retain' && !Type.includes('Secret'));
    expect(kept).toEqual([]);
    const tables = all('AWS::DynamoDB::Table');
    expect(tables).toHaveLength(3);
    for (const { Properties } of tables) expect(Properties.DeletionProtectionEnabled).toBe(false);
    expect(warnings().filter((text) => text.includes('destroyedWithStack'))).toEqual([
      expect.stringContaining('which is for test accounts: with the stack go the keys and logs'),
      expect.stringContaining('Team/KeySentry'),
      expect.stringContaining('Team/GroupSentry'),
    ]);
  });

  test('SNAPSHOT is an error', () => {
    expect(() => keySentry({ removalPolicy: RemovalPolicy.SNAPSHOT })).toThrow(
      /"removalPolicy" is SNAPSHOT, which tables, keys and logs do not have/,
    );
  });
});

const KEY_ARN = 'arn:aws:kms:eu-west-1:111122223333:key/01234567-89ab-cdef-0123-456789abcdef';

function vpcWithNat(): ec2.Vpc {
  return new ec2.Vpc(stack, 'Vpc', { maxAzs: 1 });
}

/** Nothing is known of its way out. */
function importedVpc(): ec2.IVpc {
  return ec2.Vpc.fromVpcAttributes(stack, 'Imported', {
    vpcId: 'vpc-0123456789abcdef0',
    availabilityZones: ['eu-west-1a'],
    privateSubnetIds: ['subnet-1'],
  });
}

function keySentry(props: IamKeySentryProps = {}): IamKeySentry {
  return new IamKeySentry(stack, 'KeySentry', props);
}

function groupSentry(props: Partial<SecurityGroupSentryProps>): SecurityGroupSentry {
  return new SecurityGroupSentry(stack, 'GroupSentry', {
    monitoredGroups: MonitoredGroups.ids(['sg-0123456789abcdef0']),
    policies: [{ baseline: SecurityGroupBaseline.locked(), response: ChangeResponse.revert() }],
    ...props,
  });
}

function workflow(settings: CompanySettings): SlackApprovalWorkflow {
  const secret = (id: string) =>
    new secretsmanager.Secret(stack, id, { removalPolicy: RemovalPolicy.RETAIN });
  return new SlackApprovalWorkflow(stack, 'Approvals', {
    signingSecret: secret('SigningSecret'),
    botToken: secret('BotToken'),
    approvalChannelId: 'C0APPROVE',
    approvers: Approvers.users(['U0ALICE']),
    ...settings,
  });
}

function all(type: string) {
  return Object.values(Template.fromStack(stack).findResources(type));
}

function statements() {
  return [...all('AWS::IAM::Policy'), ...all('AWS::IAM::ManagedPolicy')].flatMap(
    ({ Properties }) => Properties.PolicyDocument.Statement,
  );
}

function warnings(): string[] {
  return Annotations.fromStack(stack)
    .findWarning('*', Match.anyValue())
    .map(({ entry }) => String(entry.data));
}
