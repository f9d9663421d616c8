import { App, CliCredentialsStackSynthesizer, Duration, NestedStack, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as sns from 'aws-cdk-lib/aws-sns';
import { AwsSolutionsChecks } from 'cdk-nag';
import {
  Actor,
  ChangeResponse,
  ExistingViolations,
  MonitoredGroups,
  Ports,
  SecurityGroupBaseline,
  SecurityGroupSentry,
  type SecurityGroupSentryProps,
  SentryMode,
  RuleDirection,
  TrafficPattern,
  TrafficPeer,
} from '../../../src';
import { OPERATE_SENTRY } from '../../../src/security-group/contracts/operate-sentry.environment';
import { RECONCILE_GROUPS } from '../../../src/security-group/contracts/reconcile-groups.environment';
import { RESPOND_TO_CHANGES } from '../../../src/security-group/contracts/respond-to-changes.environment';

const GROUP_ID = 'sg-0123456789abcdef0';
const revertSsh = {
  baseline: SecurityGroupBaseline.forbid([TrafficPattern.fromInternet(Ports.SSH)]),
  response: ChangeResponse.revert(),
};
const revertAll = { baseline: SecurityGroupBaseline.locked(), response: ChangeResponse.revert() };

/** Of a sentry without further props: most tests look at it, and none changes it. */
let plainTemplate: Template | undefined;

describe('events reach the function', () => {
  test('through a pattern for the groups', () => {
    template().hasResourceProperties('AWS::Events::Rule', {
      EventPattern: Match.objectLike({
        source: ['aws.ec2'],
        detail: Match.objectLike({ requestParameters: { groupId: [GROUP_ID, { exists: false }] } }),
      }),
    });
  });

  test('through a queue that keeps trying for hours, with a dead-letter queue behind it and another behind the rule', () => {
    const synthesized = template();
    synthesized.hasResourceProperties('AWS::SQS::Queue', {
      VisibilityTimeout: 360,
      RedrivePolicy: { maxReceiveCount: 30 },
      SqsManagedSseEnabled: true,
    });
    synthesized.hasResourceProperties('AWS::Events::Rule', {
      Targets: [{ DeadLetterConfig: Match.anyValue() }],
    });
    synthesized.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
  });
});

describe('the functions', () => {
  test.each([
    ['RespondToChanges', RESPOND_TO_CHANGES],
    ['ReconcileGroups', RECONCILE_GROUPS],
    ['OperateSentry', OPERATE_SENTRY],
  ])('%s runs the shipped bundle with its whole environment', (id, { variables }) => {
    const [, { Properties }] = Object.entries(
      template().findResources('AWS::Lambda::Function'),
    ).find(([name]) => name.startsWith(`Sentry${id}`))!;
    expect(Properties).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      LoggingConfig: { LogFormat: 'JSON' },
    });
    expect(Object.keys(Properties.Environment.Variables).sort()).toEqual([...variables].sort());
  });

  test('only the one that acts may change rules, and only in the monitored groups', () => {
    const changing = rolesAllowing(template(), /^ec2:(Authorize|Revoke|Modify|CreateTags)/);
    expect(changing).toEqual([expect.stringMatching(/^SentryRespondToChangesRole/)]);
    const [statement] = policyStatements(template()).filter(({ Sid }) => Sid === 'ChangeRules0');
    expect(statement).toEqual({
      Sid: 'ChangeRules0',
      Action: [
        'ec2:RevokeSecurityGroupIngress',
        'ec2:RevokeSecurityGroupEgress',
        'ec2:ModifySecurityGroupRules',
        'ec2:AuthorizeSecurityGroupIngress',
        'ec2:AuthorizeSecurityGroupEgress',
      ],
      Effect: 'Allow',
      Resource: {
        'Fn::Join': [
          '',
          [
            'arn:',
            { Ref: 'AWS::Partition' },
            ':ec2:',
            { Ref: 'AWS::Region' },
            ':',
            { Ref: 'AWS::AccountId' },
            `:security-group/${GROUP_ID}`,
          ],
        ],
      },
    });
  });

  test.each<[string, MonitoredGroups]>([
    ['a tag', MonitoredGroups.taggedWith('sentry', 'on')],
    [
      'a tag that excludes',
      MonitoredGroups.all().excluding(MonitoredGroups.taggedWith('sentry', 'off')),
    ],
  ])('its rights never depend on %s', (_, monitoredGroups) => {
    const [statement] = policyStatements(template({ monitoredGroups })).filter(
      ({ Sid }) => Sid === 'ChangeRules0',
    );
    expect(JSON.stringify(statement)).toContain(':security-group/*');
    expect(statement).not.toHaveProperty('Condition');
  });

  test('groups of a VPC: its rights end with the VPC', () => {
    const stack = new Stack();
    sentry(stack, {
      monitoredGroups: MonitoredGroups.inVpc(
        ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
          vpcId: 'vpc-0123456789abcdef0',
          availabilityZones: ['a'],
        }),
      ),
    });
    const [statement] = policyStatements(Template.fromStack(stack)).filter(
      ({ Sid }) => Sid === 'ChangeRules0',
    );
    expect(JSON.stringify(statement.Condition)).toContain(':vpc/vpc-0123456789abcdef0');
  });

  test("only the operator's may pause", () => {
    expect(rolesAllowing(template(), /^ssm:PutParameter$/)).toEqual([
      expect.stringMatching(/^SentryOperateSentryRole/),
    ]);
  });

  test('anyone who may operate the sentry may invoke one function', () => {
    const stack = new Stack();
    const operator = new iam.Role(stack, 'Operator', { assumedBy: new iam.AccountRootPrincipal() });
    sentry(stack).grantOperate(operator);
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', {
      Roles: [{ Ref: Match.stringLikeRegexp('^Operator') }],
      PolicyDocument: { Statement: [Match.objectLike({ Action: 'lambda:InvokeFunction' })] },
    });
  });

  test('may read every parameter that their environment names', () => {
    const ids = Array.from({ length: 151 }, (_, index) => `sg-${String(index).padStart(17, '0')}`);
    const synthesized = template({ monitoredGroups: MonitoredGroups.ids(ids) });
    const names = Object.keys(synthesized.findResources('AWS::SSM::Parameter'));
    const readers = policyStatements(synthesized).filter(
      ({ Action }) => Action === 'ssm:GetParameters',
    );
    expect(readers).toHaveLength(3);
    for (const { Resource } of readers) {
      expect(
        Resource.map((resource: { 'Fn::Join': [string, unknown[]] }) =>
          resource['Fn::Join'][1].at(-1),
        ).sort(byReference),
      ).toEqual(names.map((Ref) => ({ Ref })).sort(byReference));
    }
    expect(names).toHaveLength(5);
  });

  test('has rights in as many groups as a role can hold', () => {
    const ids = Array.from({ length: 500 }, (_, index) => `sg-${String(index).padStart(17, '0')}`);
    const managed = Object.keys(
      template({ monitoredGroups: MonitoredGroups.ids(ids) }).findResources(
        'AWS::IAM::ManagedPolicy',
      ),
    );
    expect(managed.length).toBeLessThanOrEqual(10);
  });

  test('is the principal that the sentry stands for', () => {
    const stack = new Stack();
    sentry(stack).grantPrincipal.addToPrincipalPolicy(
      new iam.PolicyStatement({ actions: ['s3:PutObject'], resources: ['arn:aws:s3:::b/*'] }),
    );
    expect(policyStatements(Template.fromStack(stack)).map(({ Action }) => Action)).toContain(
      's3:PutObject',
    );
  });
});

describe('groups and policies', () => {
  test('travel in SSM parameters', () => {
    const values = parameterValues(template({ policies: [revertSsh, revertAll] }));
    expect(values).toEqual([
      {
        version: 1,
        trustedActors: [],
        mode: 'ENFORCE',
        existingViolations: 'REPORT',
        settleSeconds: 900,
        repeatWindowSeconds: 3600,
        brake: 0.25,
        workflows: [],
        policies: [
          {
            baseline: {
              kind: 'forbid',
              patterns: [
                {
                  name: 'SSH from the internet',
                  direction: 'ingress',
                  traffic: [{ kind: 'protocol', protocol: 'tcp', fromPort: 22, toPort: 22 }],
                  peers: [{ kind: 'internet' }],
                },
              ],
            },
            response: 'revert',
          },
          { baseline: { kind: 'locked', restoreRemoved: false }, response: 'revert' },
        ],
      },
      { version: 1, include: [{ kind: 'ids', groupIds: [GROUP_ID] }], exclude: [] },
      { version: 1 },
      { version: 1, disablings: [] },
    ]);
  });

  test('more groups than one parameter holds take several', () => {
    const ids = Array.from({ length: 151 }, (_, index) => `sg-${String(index).padStart(17, '0')}`);
    const groups = parameterValues(template({ monitoredGroups: MonitoredGroups.ids(ids) })).filter(
      ({ include }) => include,
    );
    expect(groups.flatMap(({ include }) => include[0].groupIds)).toEqual(ids);
    expect(groups).toHaveLength(2);
  });

  test('a group of the app is named by reference', () => {
    const stack = new Stack();
    const group = new ec2.SecurityGroup(stack, 'Group', {
      vpc: new ec2.Vpc(stack, 'Vpc', { maxAzs: 1, natGateways: 0 }),
    });
    sentry(stack, { monitoredGroups: MonitoredGroups.groups([group, group]) });
    const reference = {
      'Fn::GetAtt': [
        stack.getLogicalId(group.node.defaultChild as ec2.CfnSecurityGroup),
        'GroupId',
      ],
    };
    Template.fromStack(stack).hasResourceProperties('AWS::Events::Rule', {
      EventPattern: { detail: { requestParameters: { groupId: [reference, { exists: false }] } } },
    });
  });
});

describe('trusted actors', () => {
  test('a role', () => {
    expect(
      trusted(
        Actor.role(
          iam.Role.fromRoleArn(
            new Stack(),
            'Role',
            'arn:aws:iam::111111111111:role/deploy/Deployer',
          ),
        ),
      ),
    ).toEqual({ kind: 'role', roleArn: 'arn:aws:iam::111111111111:role/deploy/Deployer' });
  });

  test('CloudFormation with its execution role', () => {
    const executionRole = iam.Role.fromRoleArn(
      new Stack(),
      'Role',
      'arn:aws:iam::111111111111:role/Execution',
    );
    expect(trusted(Actor.cloudFormation({ executionRole }))).toEqual({
      kind: 'cloudFormation',
      executionRoleArn: executionRole.roleArn,
    });
  });

  test('deployments of the CDK, by the role of the bootstrap', () => {
    expect(trusted(Actor.cdkDeployments())).toEqual({
      kind: 'cloudFormation',
      executionRoleArn:
        'arn:aws:iam::111111111111:role/cdk-hnb659fds-cfn-exec-role-111111111111-eu-west-1',
    });
    expect(trusted(Actor.cdkDeployments({ qualifier: 'mine' }))).toMatchObject({
      executionRoleArn:
        'arn:aws:iam::111111111111:role/cdk-mine-cfn-exec-role-111111111111-eu-west-1',
    });
  });

  test('deployments of the CDK, also from a nested stack', () => {
    const parent = new Stack(undefined, 'Stack', {
      env: { account: '111111111111', region: 'eu-west-1' },
    });
    const nested = new NestedStack(parent, 'Nested');
    sentry(nested, { trustedActors: [Actor.cdkDeployments()] });
    expect(
      JSON.stringify(Template.fromStack(nested).findResources('AWS::SSM::Parameter')),
    ).toContain('role/cdk-hnb659fds-cfn-exec-role-111111111111-eu-west-1');
  });

  test('are needed where the sentry locks a group of its own app', () => {
    const stack = new Stack();
    const group = new ec2.CfnSecurityGroup(stack, 'Group', { groupDescription: 'web' });
    sentry(stack, { monitoredGroups: MonitoredGroups.ids([group.attrGroupId]) });
    Annotations.fromStack(stack).hasWarning(
      '/Default/Sentry',
      Match.stringLikeRegexp('cdk-sentries:deploymentsReverted'),
    );
  });

  function trusted(actor: Actor) {
    const stack = new Stack(undefined, 'Stack', {
      env: { account: '111111111111', region: 'eu-west-1' },
    });
    sentry(stack, { trustedActors: [actor] });
    return parameterValues(Template.fromStack(stack))[0]!.trustedActors[0];
  }
});

describe('the notification topic', () => {
  test('is encrypted with a key that alarms can use, unless one is given', () => {
    const synthesized = template();
    synthesized.hasResourceProperties('AWS::SNS::Topic', { KmsMasterKeyId: Match.anyValue() });
    synthesized.hasResourceProperties('AWS::KMS::Key', {
      EnableKeyRotation: true,
      KeyPolicy: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Principal: { Service: ['cloudwatch.amazonaws.com', 'events.amazonaws.com'] },
          }),
        ]),
      },
    });
    synthesized.hasResource('AWS::KMS::Key', { DeletionPolicy: 'Retain' });
  });

  test.each<[string, (stack: Stack) => Partial<SecurityGroupSentryProps>]>([
    ['of its own', () => ({})],
    ['that is given', (stack) => ({ notificationTopic: new sns.Topic(stack, 'Topic') })],
    [
      'that is given with a policy',
      (stack) => ({ notificationTopic: new sns.Topic(stack, 'Topic', { enforceSSL: true }) }),
    ],
  ])("%s lets this account's alarms and the tamper rules publish", (_, props) => {
    const stack = new Stack();
    sentry(stack, props(stack));
    Template.fromStack(stack).hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Effect: 'Allow',
            Principal: { Service: 'cloudwatch.amazonaws.com' },
            Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
          }),
          Match.objectLike({ Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' } }),
        ]),
      },
    });
  });

  test('that is given gets the messages and the alarms, and its key may be used', () => {
    const stack = new Stack();
    const masterKey = new kms.Key(stack, 'Key');
    const notificationTopic = new sns.Topic(stack, 'Topic', { masterKey });
    sentry(stack, { notificationTopic });
    const synthesized = Template.fromStack(stack);
    synthesized.resourceCountIs('AWS::SNS::Topic', 1);
    synthesized.allResourcesProperties('AWS::CloudWatch::Alarm', {
      AlarmActions: [stack.resolve(notificationTopic.topicArn)],
    });
    const keyArn = JSON.stringify(stack.resolve(masterKey.keyArn));
    const usesKey = policyStatements(synthesized).filter(
      ({ Resource }) => JSON.stringify(Resource) === keyArn,
    );
    expect(usesKey.length).toBeGreaterThan(0);
    for (const { Action, Condition } of usesKey) {
      expect(Action).toEqual(['kms:Decrypt', 'kms:GenerateDataKey']);
      expect(JSON.stringify(Condition)).toMatch(/^\{"StringLike":\{"kms:ViaService":.*"sns\./);
    }
  });
});

describe('an alarm goes to the topic when', () => {
  const stack = new Stack(undefined, 'App');
  const topicArn = stack.resolve(sentry(stack).notificationTopic.topicArn);
  const synthesized = Template.fromStack(stack);
  const queueName = (id: string) => ({
    'Fn::GetAtt': [expect.stringMatching(`^Sentry${id}[0-9A-F]{8}$`), 'QueueName'],
  });

  test.each([
    [
      'EventBridge cannot deliver',
      'UndeliveredEventsAlarm',
      'ApproximateNumberOfMessagesVisible',
      { Value: queueName('UndeliveredEvents') },
      0,
    ],
    [
      'the function gave up',
      'UnhandledEventsAlarm',
      'ApproximateNumberOfMessagesVisible',
      { Value: queueName('UnhandledEvents') },
      0,
    ],
    [
      'no one takes events',
      'WaitingEventsAlarm',
      'ApproximateAgeOfOldestMessage',
      { Value: queueName('Changes') },
      900,
    ],
    ['the function fails as a whole', 'FunctionErrorsAlarm', 'Errors', { Name: 'FunctionName' }, 0],
    [
      'an event fails again and again',
      'FailingEventsAlarm',
      'FailedTries',
      { Name: 'service', Value: 'App/Sentry' },
      5,
    ],
    [
      'too many groups differ from the ledger',
      'BrakedReconcileAlarm',
      'BrakedRuns',
      { Name: 'service', Value: 'App/Sentry' },
      0,
    ],
    ['a run of reconcile fails', 'ReconcileErrorsAlarm', 'Errors', { Name: 'FunctionName' }, 0],
  ])('%s', (_, id, MetricName, dimension, Threshold) => {
    expect(alarm(id)).toMatchObject({
      MetricName,
      Threshold,
      Dimensions: [dimension],
      Statistic: 'Maximum',
      Period: 60,
      EvaluationPeriods: 1,
      ComparisonOperator: 'GreaterThanThreshold',
      TreatMissingData: 'notBreaching',
      AlarmActions: [topicArn],
    });
  });

  test('no heartbeat comes back, and silence is bad', () => {
    expect(alarm('DetectorDeadAlarm')).toMatchObject({
      MetricName: 'Heartbeats',
      Period: 3600,
      EvaluationPeriods: 2,
      Threshold: 1,
      Statistic: 'Sum',
      ComparisonOperator: 'LessThanThreshold',
      TreatMissingData: 'breaching',
      AlarmActions: [topicArn],
    });
  });

  const lambdaCounts = (MetricName: string) =>
    Match.objectLike({
      MetricStat: {
        Metric: {
          Namespace: 'AWS/Lambda',
          MetricName,
          Dimensions: [
            { Name: 'FunctionName', Value: { Ref: Match.stringLikeRegexp('ReconcileGroups') } },
          ],
        },
        Period: 86400,
        Stat: 'Sum',
      },
    });
  const RUNS_OF_RECONCILE = [
    Match.objectLike({ Expression: 'IF(logged > 0, begun - FILL(failed, 0), 0)' }),
    Match.objectLike({
      MetricStat: {
        Metric: {
          Namespace: 'AWS/Logs',
          MetricName: 'IncomingLogEvents',
          Dimensions: [
            { Name: 'LogGroupName', Value: { Ref: Match.stringLikeRegexp('ReconcileGroupsLogs') } },
          ],
        },
        Period: 86400,
        Stat: 'Sum',
      },
    }),
    lambdaCounts('Invocations'),
    lambdaCounts('Errors'),
  ];

  test('no run of reconcile ends, or writes its log, by what AWS counts, and silence is bad', () => {
    template().hasResourceProperties('AWS::CloudWatch::Alarm', {
      Metrics: RUNS_OF_RECONCILE,
      EvaluationPeriods: 1,
      Threshold: 1,
      ComparisonOperator: 'LessThanThreshold',
      TreatMissingData: 'breaching',
    });
  });

  test.each([
    [events.Schedule.rate(Duration.hours(12)), 1],
    [events.Schedule.rate(Duration.days(1)), 2],
    [events.Schedule.cron({ hour: '3', minute: '0' }), 2],
  ])('with runs by %p, silence is bad after %d days', (reconcileSchedule, EvaluationPeriods) => {
    template({ reconcileSchedule }).hasResourceProperties('AWS::CloudWatch::Alarm', {
      Metrics: RUNS_OF_RECONCILE,
      EvaluationPeriods,
    });
  });

  test('someone does the same again and again', () => {
    expect(alarm('FlappingAlarm')).toMatchObject({
      MetricName: 'Repeats',
      Statistic: 'Sum',
      Period: 300,
      Threshold: 10,
    });
  });

  test('a rule is in dispute', () => {
    expect(alarm('DisputedRuleAlarm')).toMatchObject({
      MetricName: 'Disputes',
      Statistic: 'Maximum',
      Period: 3600,
      EvaluationPeriods: 1,
      Threshold: 0,
      ComparisonOperator: 'GreaterThanThreshold',
      TreatMissingData: 'notBreaching',
      AlarmActions: [topicArn],
    });
  });

  test('there are no others', () => {
    synthesized.resourceCountIs('AWS::CloudWatch::Alarm', 11);
  });

  function alarm(id: string) {
    return Object.entries(synthesized.findResources('AWS::CloudWatch::Alarm')).find(([name]) =>
      name.startsWith(`Sentry${id}`),
    )![1].Properties;
  }
});

test('its metrics are those that the function writes', () => {
  const { namespace, metricName, dimensions } = sentry(
    new Stack(undefined, 'App'),
  ).metricRulesReverted();
  expect({ namespace, metricName, dimensions }).toEqual({
    namespace: 'CdkSentries',
    metricName: 'RulesReverted',
    dimensions: { service: 'App/Sentry' },
  });
});

test('what is kept is retained: log groups, ledger and keys', () => {
  template().allResources('AWS::Logs::LogGroup', { DeletionPolicy: 'Retain' });
  template().allResources('AWS::DynamoDB::Table', { DeletionPolicy: 'Retain' });
  template().allResources('AWS::KMS::Key', { DeletionPolicy: 'Retain' });
});

test('of the ledger, no one but the three functions may write items', () => {
  const [table] = Object.values(template().findResources('AWS::DynamoDB::Table'));
  const [{ Effect, Condition }] = table!.Properties.ResourcePolicy.PolicyDocument.Statement;
  expect(Effect).toBe('Deny');
  expect(Condition.StringNotEquals['aws:PrincipalArn']).toHaveLength(3);
});

test('the tamper rules watch all that it is made of', () => {
  const synthesized = template();
  const patterns = JSON.stringify(
    Object.entries(synthesized.findResources('AWS::Events::Rule')).filter(([id]) =>
      id.startsWith('SentryTamper'),
    ),
  );
  const types = [
    'AWS::Lambda::Function',
    'AWS::DynamoDB::Table',
    'AWS::SQS::Queue',
    'AWS::SSM::Parameter',
    'AWS::CloudWatch::Alarm',
    'AWS::KMS::Key',
    'AWS::Lambda::EventSourceMapping',
    'AWS::IAM::Role',
  ];
  for (const type of types) {
    for (const id of Object.keys(synthesized.findResources(type))) {
      expect(patterns).toContain(`"${id}"`);
    }
  }
  for (const id of ['SentryChangeRule', 'SentryHeartbeatRule', 'SentryReconcileRule']) {
    expect(patterns).toContain(id);
  }
});

test('only where a policy names a VPC may the functions look VPCs up', () => {
  const vpc = ec2.Vpc.fromVpcAttributes(new Stack(), 'Vpc', {
    vpcId: 'vpc-0123456789abcdef0',
    availabilityZones: ['a'],
  });
  const patterns = [TrafficPattern.of({ peers: [TrafficPeer.vpc(vpc)] })];
  const policies = [{ ...revertSsh, baseline: SecurityGroupBaseline.forbid(patterns) }];
  const rolesThatMay = (one: Template) =>
    Object.keys(one.findResources('AWS::IAM::Policy')).filter((id) =>
      JSON.stringify(one.findResources('AWS::IAM::Policy')[id]).includes('ec2:DescribeVpcs'),
    );
  expect(rolesThatMay(template())).toEqual([]);
  expect(rolesThatMay(template({ policies }))).toHaveLength(3);
});

test("a rule of the app that violates the sentry's own policy is an error at synth", () => {
  const app = new App();
  const stack = new Stack(app, 'Stack');
  const group = new ec2.SecurityGroup(stack, 'Group', {
    vpc: new ec2.Vpc(stack, 'Vpc', { maxAzs: 1, natGateways: 0 }),
  });
  sentry(stack, { monitoredGroups: MonitoredGroups.groups([group]), policies: [revertSsh] });
  group.addIngressRule(ec2.Peer.anyIpv4(), ec2.Port.tcpRange(20, 30));
  expect(() => app.synth()).toThrow(
    /Stack\/Group\/Resource gives a monitored group the rule "tcp 20-30 from 0\.0\.0\.0\/0", which violates the sentry's own policy/,
  );
});

test('two sentries on the same group are refused', () => {
  const stack = new Stack();
  sentry(stack);
  expect(
    () =>
      new SecurityGroupSentry(stack, 'Second', {
        monitoredGroups: MonitoredGroups.ids([GROUP_ID]),
        policies: [revertSsh],
      }),
  ).toThrow(
    new RegExp(
      `Default/Second: Default/Sentry already watches ${GROUP_ID}: give one sentry all policies for it`,
    ),
  );
});

test('the app says how it goes about it', () => {
  const [policies] = parameterValues(
    template({
      policies: [revertSsh],
      mode: SentryMode.OBSERVE,
      existingViolations: ExistingViolations.RESPOND,
      settleTime: Duration.minutes(5),
      repeatWindow: Duration.hours(2),
      reconcileBrake: 0.5,
    }),
  );
  expect(policies).toMatchObject({
    mode: 'OBSERVE',
    existingViolations: 'RESPOND',
    settleSeconds: 300,
    repeatWindowSeconds: 7200,
    brake: 0.5,
  });
});

test.each<[string, MonitoredGroups]>([
  ['some groups', MonitoredGroups.ids([GROUP_ID])],
  ['all groups', MonitoredGroups.all()],
  [
    '500 groups',
    MonitoredGroups.ids(
      Array.from({ length: 500 }, (_, index) => `sg-${String(index).padStart(17, '0')}`),
    ),
  ],
])(
  'with %s, cdk-nag finds nothing that is not acknowledged with its reason',
  (_, monitoredGroups) => {
    const app = new App();
    sentry(new Stack(app, 'Stack'), { monitoredGroups });
    const report = new AwsSolutionsChecks(app).validateScope(app);
    expect(report.violations).toEqual([]);
  },
);

describe('bad input is refused at synth, with what to write instead', () => {
  test.each<[string, () => unknown, RegExp]>([
    [
      'no monitored group',
      () => MonitoredGroups.groups([]),
      /empty list: name at least one security group, as in MonitoredGroups\.groups/,
    ],
    ['no group id', () => MonitoredGroups.ids([]), /empty list: name at least one group/],
    [
      'a malformed id',
      () => MonitoredGroups.ids(['sg-XYZ']),
      /"sg-XYZ" is no security group id: write "sg-" and 8 or 17 hexadecimal digits/,
    ],
    [
      'no policies',
      () => sentry(new Stack(), { policies: [] }),
      /"policies" is empty, so nothing would be judged: write at least one/,
    ],
    [
      'nothing forbidden',
      () => SecurityGroupBaseline.forbid([]),
      /would forbid nothing: name a pattern/,
    ],
    ['a pattern of no ports', () => TrafficPattern.of({ ports: [] }), /empty list of ports/],
    [
      'a pattern of no peers',
      () => TrafficPattern.of({ direction: RuleDirection.EGRESS, peers: [] }),
      /empty list of peers/,
    ],
    [
      'a port beyond the last',
      () => Ports.tcp(65536),
      /65536 is no TCP port: write a whole number from 0 to 65535/,
    ],
    ['half a port', () => Ports.udp(1.5), /1\.5 is no UDP port/],
    [
      'a port range upside down',
      () => Ports.tcpRange(30, 20),
      /write the lower port first, Ports\.tcpRange\(20, 30\)/,
    ],
    ['a protocol beyond the last', () => Ports.protocol(256), /256 is no IP protocol/],
    [
      'no range',
      () => TrafficPeer.ipRange('10.0.0.0'),
      /"10\.0\.0\.0" is no IP range: write one in CIDR notation/,
    ],
    ['a range of odd notation', () => TrafficPeer.ipRange('010.0.0.0/8'), /is no IP range/],
    [
      'a malformed prefix list',
      () => TrafficPeer.prefixList('list'),
      /"list" is no prefix list id/,
    ],
    [
      'a malformed qualifier',
      () =>
        sentry(new Stack(), {
          trustedActors: [Actor.cdkDeployments({ qualifier: 'much too long' })],
        }),
      /is no bootstrap qualifier/,
    ],
    [
      'an empty bootstrap qualifier',
      () =>
        sentry(new Stack(), {
          trustedActors: [Actor.cdkDeployments({ qualifier: '' })],
        }),
      /"" is no bootstrap qualifier/,
    ],
    [
      'deployments without an execution role',
      () => {
        const stack = new Stack(undefined, 'Stack', {
          synthesizer: new CliCredentialsStackSynthesizer(),
        });
        return sentry(stack, { trustedActors: [Actor.cdkDeployments()] });
      },
      /write Actor\.cloudFormation\(\{ executionRole \}\)/,
    ],
    [
      'a group of another Region',
      () => {
        const elsewhere = new Stack(undefined, 'Elsewhere', {
          env: { account: '111111111111', region: 'us-east-1' },
        });
        const group = ec2.SecurityGroup.fromSecurityGroupId(elsewhere, 'Group', GROUP_ID);
        const stack = new Stack(undefined, 'Stack', {
          env: { account: '111111111111', region: 'eu-west-1' },
        });
        return sentry(stack, { monitoredGroups: MonitoredGroups.groups([group]) });
      },
      /is in the region us-east-1, the sentry in eu-west-1: events stay where they happen/,
    ],
    [
      'a group of another account',
      () => {
        const elsewhere = new Stack(undefined, 'Elsewhere', {
          env: { account: '222222222222', region: 'eu-west-1' },
        });
        const group = ec2.SecurityGroup.fromSecurityGroupId(elsewhere, 'Group', GROUP_ID);
        const stack = new Stack(undefined, 'Stack', {
          env: { account: '111111111111', region: 'eu-west-1' },
        });
        return sentry(stack, { monitoredGroups: MonitoredGroups.groups([group]) });
      },
      /is in the account 222222222222, the sentry in 111111111111/,
    ],
    [
      'more groups than one role can hold',
      () => {
        const ids = Array.from(
          { length: 501 },
          (_, index) => `sg-${String(index).padStart(17, '0')}`,
        );
        return sentry(new Stack(), { monitoredGroups: MonitoredGroups.ids(ids) });
      },
      /501 groups are more than one role can hold rights for: write several sentries, of up to 500 each/,
    ],
    [
      'a brake beyond all groups',
      () => sentry(new Stack(), { reconcileBrake: 1.5 }),
      /"reconcileBrake" is 1\.5: write a share of the groups, above 0 and up to 1/,
    ],
    [
      'a settle time of seconds',
      () => sentry(new Stack(), { settleTime: Duration.seconds(5) }),
      /"settleTime" is 5 seconds: write 1 minute to 1 day/,
    ],
    [
      'a repeat window of weeks',
      () => sentry(new Stack(), { repeatWindow: Duration.days(14) }),
      /"repeatWindow" is 14 days: write 1 minute to 7 days/,
    ],
    [
      'a rare reconcile',
      () => sentry(new Stack(), { reconcileSchedule: events.Schedule.rate(Duration.days(2)) }),
      /"reconcileSchedule" is rate\(2 days\): write a schedule of one run a day or more/,
    ],
    [
      'a FIFO topic',
      () => {
        const stack = new Stack();
        return sentry(stack, { notificationTopic: new sns.Topic(stack, 'Topic', { fifo: true }) });
      },
      /is a FIFO topic, which alarms and e-mail cannot use: give a standard topic/,
    ],
    [
      'a topic of another Region',
      () => {
        const stack = new Stack(undefined, 'Stack', {
          env: { account: '111111111111', region: 'eu-west-1' },
        });
        const notificationTopic = sns.Topic.fromTopicArn(
          stack,
          'Topic',
          'arn:aws:sns:us-east-1:111111111111:topic',
        );
        return sentry(stack, { notificationTopic });
      },
      /"notificationTopic" is in us-east-1, the stack in eu-west-1, .* or give a topic in eu-west-1/,
    ],
    [
      'policies beyond what SSM holds',
      () => {
        const patterns = Array.from({ length: 200 }, (_, index) =>
          TrafficPattern.fromInternet(Ports.tcp(index)),
        );
        return sentry(new Stack(), {
          policies: [
            { baseline: SecurityGroupBaseline.forbid(patterns), response: ChangeResponse.revert() },
          ],
        });
      },
      /characters, SSM holds 8192: write fewer patterns/,
    ],
  ])('%s', (_, act, message) => {
    expect(act).toThrow(message);
  });
});

function sentry(stack: Stack, props: Partial<SecurityGroupSentryProps> = {}): SecurityGroupSentry {
  return new SecurityGroupSentry(stack, 'Sentry', {
    monitoredGroups: MonitoredGroups.ids([GROUP_ID]),
    policies: [revertAll],
    ...props,
  });
}

function template(props?: Partial<SecurityGroupSentryProps>): Template {
  if (!props) return (plainTemplate ??= template({}));
  const stack = new Stack();
  sentry(stack, props);
  return Template.fromStack(stack);
}

function byReference(one: { Ref: string }, other: { Ref: string }): number {
  return one.Ref.localeCompare(other.Ref);
}

/** Roles of which a policy allows such an action. */
function rolesAllowing(synthesized: Template, action: RegExp): string[] {
  const policies = Object.values({
    ...synthesized.findResources('AWS::IAM::Policy'),
    ...synthesized.findResources('AWS::IAM::ManagedPolicy'),
  });
  const allows = ({ Effect, Action }: { Effect: string; Action: string | string[] }) =>
    Effect === 'Allow' && [Action].flat().some((one) => action.test(one));
  const allowing = policies.filter(({ Properties }) =>
    Properties.PolicyDocument.Statement.some(allows),
  );
  return [
    ...new Set(
      allowing.flatMap(({ Properties }) => Properties.Roles.map(({ Ref }: { Ref: string }) => Ref)),
    ),
  ];
}

function policyStatements(synthesized: Template) {
  return Object.values({
    ...synthesized.findResources('AWS::IAM::Policy'),
    ...synthesized.findResources('AWS::IAM::ManagedPolicy'),
  }).flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
}

/** The values as SSM will hold them, in so far as they hold no references. */
function parameterValues(synthesized: Template) {
  return Object.values(synthesized.findResources('AWS::SSM::Parameter')).map(({ Properties }) =>
    JSON.parse(resolved(Properties.Value)),
  );
}

function resolved(
  value: string | { 'Fn::Join': [string, (string | { 'Fn::Sub'?: string })[]] },
): string {
  if (typeof value === 'string') return value;
  return value['Fn::Join'][1]
    .map((part) => (typeof part === 'string' ? part : (part['Fn::Sub'] ?? 'aws')))
    .join('')
    .replace('${AWS::Partition}', 'aws');
}
