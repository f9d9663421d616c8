import { Annotations as CdkAnnotations, App, CfnParameter, Duration, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as apigwv2 from 'aws-cdk-lib/aws-apigatewayv2';
import * as acm from 'aws-cdk-lib/aws-certificatemanager';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { AwsSolutionsChecks } from 'cdk-nag';
import { Construct } from 'constructs';
import {
  Approvers,
  ChangeResponse,
  DenialPrompt,
  IamKeySentry,
  KeyOwner,
  MonitoredGroups,
  SecurityGroupBaseline,
  SecurityGroupSentry,
  SlackDestination,
  type SlackApprovalWorkflow,
  type SlackApprovalWorkflowProps,
} from '../../../src';
import { ADVANCE_REQUESTS } from '../../../src/approval/contracts/advance-requests.environment';
import { DELIVER_MESSAGES } from '../../../src/approval/contracts/deliver-messages.environment';
import { RECEIVE_INTERACTION } from '../../../src/approval/contracts/receive-interaction.environment';
import { LEASE_MILLISECONDS } from '../../../src/approval/domain/deliver-messages';
import {
  actionsOf,
  parameterOf,
  resolved,
  secret,
  statementsOf,
  targetsOf,
  template,
  workflow,
} from '../samples/workflows';

const PLACE = { env: { account: '111111111111', region: 'eu-west-1' } };
const [RECEIVE, ADVANCE, DELIVER] = [
  'ApprovalsReceiveInteractionRole',
  'ApprovalsAdvanceRequestsRole',
  'ApprovalsDeliverMessagesRole',
] as const;
const ROLES = [RECEIVE, ADVANCE, DELIVER];

describe('who may decide, and how it goes about it, travels in an SSM parameter', () => {
  test('with defaults that bother no one at night for nothing', () => {
    expect(parameterOf(template())).toEqual({
      version: 1,
      approvers: { kind: 'users', userIds: ['U0ALICE', 'U0BOB'] },
      requiredApprovals: 1,
      allowSelfApproval: false,
      approvalChannelId: 'C0APPROVE',
      expireMilliseconds: 24 * 3_600_000,
      remindMilliseconds: 4 * 3_600_000,
      approvalSeconds: [3_600, 8 * 3_600],
      denialPauseMilliseconds: 3_600_000,
      requestsAnHour: 10,
      monitoring: { kind: 'none' },
      auditSeconds: 400 * 86_400,
      askers: [],
    });
  });

  test.each([
    [DenialPrompt.NONE, undefined],
    [DenialPrompt.OPTIONAL, 'optional'],
    [DenialPrompt.REQUIRED, 'required'],
  ])('with denialPrompt %s, those who deny are asked %s', (denialPrompt, stored) => {
    const synthesized = template({ denialPrompt });
    expect(parameterOf(synthesized).denialPrompt).toBe(stored);
    const [, { Properties }] = Object.entries(
      synthesized.findResources('AWS::Lambda::Function'),
    ).find(([name]) => name.startsWith('ApprovalsReceiveInteraction'))!;
    expect(Properties.Environment.Variables.DENIAL_PROMPT).toBe(stored);
    // Only then may the function that anyone can call read the bot token.
    const secrets = targetsOf(synthesized, RECEIVE, 'secretsmanager:GetSecretValue');
    expect(secrets).toHaveLength(stored ? 2 : 1);
    expect(JSON.stringify(secrets).includes('BotToken')).toBe(stored !== undefined);
    const unasked = synthesized.findResources('AWS::CloudWatch::Alarm', {
      Properties: { MetricName: 'ReasonsUnasked', Threshold: 0, Statistic: 'Sum' },
    });
    expect(Object.keys(unasked)).toHaveLength(stored ? 1 : 0);
  });

  test('as the app says', () => {
    expect(
      parameterOf(
        template({
          approvers: Approvers.userGroup('S0SECOPS'),
          requiredApprovals: 2,
          allowSelfApproval: true,
          expireAfter: Duration.minutes(30),
          remindAfter: Duration.minutes(10),
          approvalDurations: [],
          pauseAfterDenial: Duration.minutes(5),
          maxRequestsPerHour: 3,
          auditRetention: Duration.days(30),
          monitoringChannel: SlackDestination.channel('C0MONITOR'),
        }),
      ),
    ).toMatchObject({
      approvers: { kind: 'userGroup', userGroupId: 'S0SECOPS' },
      requiredApprovals: 2,
      allowSelfApproval: true,
      expireMilliseconds: 1_800_000,
      remindMilliseconds: 600_000,
      approvalSeconds: [],
      denialPauseMilliseconds: 300_000,
      requestsAnHour: 3,
      auditSeconds: 30 * 86_400,
      monitoring: { kind: 'channel', channelId: 'C0MONITOR' },
    });
  });

  test('a webhook by its secret, never by its URL', () => {
    const stack = new Stack();
    workflow(stack, { monitoringChannel: SlackDestination.webhook(secret(stack, 'Webhook')) });
    expect(parameterOf(Template.fromStack(stack)).monitoring).toEqual({
      kind: 'webhook',
      secretArn: expect.stringMatching(/^<Webhook/),
    });
  });

  test('requests that expire before the first reminder have none, which is no error', () => {
    const { expireMilliseconds, remindMilliseconds } = parameterOf(
      template({ expireAfter: Duration.hours(1) }),
    );
    expect(remindMilliseconds).toBeGreaterThan(expireMilliseconds);
  });

  test('an asker knows how long people have', () => {
    expect(workflow(new Stack(), { expireAfter: Duration.hours(2) })._expireSeconds).toBe(7_200);
  });
});

describe('the functions', () => {
  test.each([
    ['ReceiveInteraction', RECEIVE_INTERACTION],
    ['AdvanceRequests', ADVANCE_REQUESTS],
    ['DeliverMessages', DELIVER_MESSAGES],
  ])('%s runs the shipped bundle with its whole environment', (id, { variables }) => {
    const [, { Properties }] = Object.entries(
      template().findResources('AWS::Lambda::Function'),
    ).find(([name]) => name.startsWith(`Approvals${id}`))!;
    expect(Properties).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      LoggingConfig: { LogFormat: 'JSON' },
    });
    expect(Object.keys(Properties.Environment.Variables).sort()).toEqual([...variables].sort());
  });

  test('take from queues that keep trying for hours, one by one, each with a dead-letter queue behind it', () => {
    const queues = Object.entries(template().findResources('AWS::SQS::Queue'));
    const deadLetterArns = queues.flatMap(
      ([, { Properties }]) => Properties.RedrivePolicy?.deadLetterTargetArn['Fn::GetAtt'][0] ?? [],
    );
    expect(deadLetterArns.sort()).toEqual([
      expect.stringMatching(/^ApprovalsUnhandledClicks/),
      expect.stringMatching(/^ApprovalsUnhandledMessages/),
      expect.stringMatching(/^ApprovalsUnhandledRequests/),
    ]);
    for (const [id, { Properties }] of queues) {
      expect(Properties.SqsManagedSseEnabled).toBe(true);
      if (!Properties.RedrivePolicy) continue;
      const {
        VisibilityTimeout,
        RedrivePolicy: { maxReceiveCount },
      } = Properties;
      expect({ id, VisibilityTimeout, maxReceiveCount }).toEqual({
        id,
        VisibilityTimeout: 360,
        maxReceiveCount: 30,
      });
    }
  });

  test('take few at once', () => {
    const mappings = Object.values(template().findResources('AWS::Lambda::EventSourceMapping')).map(
      ({ Properties }) => Properties,
    );
    for (const mapping of mappings) {
      expect(mapping).toMatchObject({
        BatchSize: 1,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
      });
    }
    const concurrency = (queue: string) =>
      mappings.find(({ EventSourceArn }) => EventSourceArn['Fn::GetAtt'][0].startsWith(queue))!
        .ScalingConfig.MaximumConcurrency;
    expect(
      ['ApprovalsRequestQueue', 'ApprovalsClickQueue', 'ApprovalsMessageQueue'].map(concurrency),
    ).toEqual([10, 10, 2]);
  });

  test('look each minute what is due, and leave the rest to the next minute', () => {
    const synthesized = template();
    synthesized.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
      MaximumRetryAttempts: 0,
      MaximumEventAgeInSeconds: 60,
    });
    synthesized.hasResourceProperties('AWS::Events::Rule', {
      ScheduleExpression: 'rate(1 minute)',
      Targets: [
        { Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^ApprovalsAdvanceRequests'), 'Arn'] } },
      ],
    });
  });
});

describe('rights', () => {
  const synthesized = template();

  test('none to anything that is asked about', () => {
    for (const role of ROLES) {
      expect(
        actionsOf(synthesized, role).filter(
          (action) => !/^(dynamodb|kms|logs|sns|sqs|secretsmanager|ssm|events):/.test(action),
        ),
      ).toEqual([]);
      expect(actionsOf(synthesized, role).filter((action) => action.includes('*'))).toEqual([]);
      expect(statementsOf(synthesized, role).flatMap(({ Resource }) => Resource)).not.toContain(
        '*',
      );
    }
  });

  test('the function behind the URL may store a click, point to it, and read the signing secret', () => {
    expect(actionsOf(synthesized, RECEIVE).filter((action) => !action.startsWith('kms:'))).toEqual([
      'dynamodb:PutItem',
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      'secretsmanager:GetSecretValue',
      'sqs:SendMessage',
    ]);
    expect(targetsOf(synthesized, RECEIVE, 'secretsmanager:GetSecretValue')).toEqual([
      expect.stringMatching(/^ApprovalsSigningSecret/),
    ]);
    expect(targetsOf(synthesized, RECEIVE, 'sqs:SendMessage')).toEqual([
      expect.stringMatching(/^ApprovalsClickQueue/),
    ]);
  });

  test('the function that judges may do that much', () => {
    expect(actionsOf(synthesized, ADVANCE).filter((action) => !action.startsWith('kms:'))).toEqual([
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:Query',
      'dynamodb:UpdateItem',
      'events:PutEvents',
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      'secretsmanager:GetSecretValue',
      'sns:Publish',
      'sqs:ChangeMessageVisibility',
      'sqs:DeleteMessage',
      'sqs:GetQueueAttributes',
      'sqs:GetQueueUrl',
      'sqs:ReceiveMessage',
      'sqs:SendMessage',
      'ssm:GetParameters',
    ]);
    expect(targetsOf(synthesized, ADVANCE, 'sns:Publish')).toEqual([
      expect.stringMatching(/^ApprovalsNotifications/),
    ]);
    expect(targetsOf(synthesized, ADVANCE, 'sqs:SendMessage')).toEqual([
      expect.stringMatching(/^ApprovalsMessageQueue/),
    ]);
    expect(targetsOf(synthesized, ADVANCE, 'secretsmanager:GetSecretValue')).toEqual([
      expect.stringMatching(/^ApprovalsSigningSecret/),
      expect.stringMatching(/^ApprovalsBotToken/),
    ]);
  });

  test('it puts its own events on the default bus, and no others', () => {
    const [statement] = statementsOf(synthesized, ADVANCE).filter(
      ({ Action }) => Action === 'events:PutEvents',
    );
    expect(statement!.Condition).toEqual({
      'ForAllValues:StringEquals': { 'events:source': ['cdk-sentries'] },
      Null: { 'events:source': 'false' },
    });
    expect(JSON.stringify(statement!.Resource)).toContain(':event-bus/default');
  });

  test("of the table's index, it may find what is due", () => {
    const [statement] = statementsOf(synthesized, ADVANCE).filter(
      ({ Action }) => Action === 'dynamodb:Query',
    );
    expect(JSON.stringify(statement!.Resource)).toContain('/index/Due');
  });

  test('the function that brings messages may do that much', () => {
    expect(actionsOf(synthesized, DELIVER).filter((action) => !action.startsWith('kms:'))).toEqual([
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      'secretsmanager:GetSecretValue',
      'sns:Publish',
      'sqs:ChangeMessageVisibility',
      'sqs:DeleteMessage',
      'sqs:GetQueueAttributes',
      'sqs:GetQueueUrl',
      'sqs:ReceiveMessage',
      'ssm:GetParameters',
    ]);
    expect(targetsOf(synthesized, DELIVER, 'sns:Publish')).toEqual([
      expect.stringMatching(/^ApprovalsNotifications/),
    ]);
    expect(targetsOf(synthesized, DELIVER, 'secretsmanager:GetSecretValue')).toEqual([
      expect.stringMatching(/^ApprovalsBotToken/),
    ]);
  });

  test('it reads the URL of a webhook only where there is one', () => {
    const stack = new Stack();
    workflow(stack, { monitoringChannel: SlackDestination.webhook(secret(stack, 'Webhook')) });
    const readers = ROLES.filter((role) =>
      targetsOf(Template.fromStack(stack), role, 'secretsmanager:GetSecretValue').some((id) =>
        id.startsWith('Webhook'),
      ),
    );
    expect(readers).toEqual([DELIVER]);
  });

  test('a secret with a key of its own is opened through Secrets Manager only', () => {
    const stack = new Stack(undefined, 'Stack', PLACE);
    const encryptionKey = new kms.Key(stack, 'SecretKey');
    workflow(stack, {
      signingSecret: new secretsmanager.Secret(stack, 'Encrypted', { encryptionKey }),
    });
    expect(statementsOf(Template.fromStack(stack), RECEIVE)).toContainEqual(
      expect.objectContaining({
        Action: 'kms:Decrypt',
        Resource: stack.resolve(encryptionKey.keyArn),
        Condition: { StringLike: { 'kms:ViaService': 'secretsmanager.eu-west-1.amazonaws.com*' } },
      }),
    );
  });

  test('a secret that is imported by its name is read by whatever ARN it has', () => {
    const stack = new Stack(undefined, 'Stack', PLACE);
    workflow(stack, {
      signingSecret: secretsmanager.Secret.fromSecretNameV2(stack, 'Named', 'slack/signing'),
    });
    expect(JSON.stringify(statementsOf(Template.fromStack(stack), RECEIVE))).toContain(
      ':secretsmanager:eu-west-1:111111111111:secret:slack/signing-??????',
    );
  });
});

describe('decisions are proved', () => {
  test('by a retained key that makes MACs and nothing else', () => {
    template().hasResource('AWS::KMS::Key', {
      DeletionPolicy: 'Retain',
      Properties: { KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' },
    });
  });

  test('with which one function may decide, whatever rights others have', () => {
    const synthesized = template();
    expect(
      ROLES.filter((role) => actionsOf(synthesized, role).includes('kms:GenerateMac')),
    ).toEqual([ADVANCE]);
    synthesized.hasResourceProperties('AWS::KMS::Key', {
      KeySpec: 'HMAC_256',
      KeyPolicy: {
        Statement: Match.arrayWith([
          {
            Sid: 'WorkflowOnly',
            Effect: 'Deny',
            Principal: { AWS: '*' },
            Action: 'kms:GenerateMac',
            Resource: '*',
            Condition: {
              StringNotEquals: {
                'aws:PrincipalArn': {
                  'Fn::GetAtt': [Match.stringLikeRegexp(`^${ADVANCE}`), 'Arn'],
                },
              },
            },
          },
        ]),
      },
    });
  });
});

describe('the URL to which Slack brings clicks', () => {
  test('has one route, throttled, with access logs that are kept for a year', () => {
    const synthesized = template();
    synthesized.resourcePropertiesCountIs(
      'AWS::ApiGatewayV2::Route',
      { RouteKey: 'POST /slack/interactions' },
      1,
    );
    synthesized.resourceCountIs('AWS::ApiGatewayV2::Route', 1);
    synthesized.hasResourceProperties('AWS::ApiGatewayV2::Stage', {
      StageName: '$default',
      AutoDeploy: true,
      DefaultRouteSettings: { ThrottlingRateLimit: 50, ThrottlingBurstLimit: 100 },
      AccessLogSettings: {
        DestinationArn: {
          'Fn::GetAtt': [Match.stringLikeRegexp('^ApprovalsInteractionsAccessLogs'), 'Arn'],
        },
      },
    });
    synthesized.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 365 });
  });

  test('logs JSON in which no caller writes what he likes', () => {
    const [stage] = Object.values(template().findResources('AWS::ApiGatewayV2::Stage'));
    const format = stage!.Properties.AccessLogSettings.Format;
    expect(JSON.parse(format)).toMatchObject({
      requestId: '$context.requestId',
      status: '$context.status',
    });
    expect(format).not.toMatch(/userAgent|\$context\.path|header/);
  });

  test('stays when the workflow moves within its stack', () => {
    const [stack, moved] = [new Stack(), new Stack()];
    workflow(stack);
    workflow(new Construct(new Construct(moved, 'Some'), 'Where'));
    const ids = (one: Stack) =>
      ['Api', 'Stage', 'Route'].flatMap((type) =>
        Object.keys(Template.fromStack(one).findResources(`AWS::ApiGatewayV2::${type}`)),
      );
    expect(ids(stack)).toEqual([
      'ApprovalsSlackApi',
      'ApprovalsSlackApiStage',
      'ApprovalsSlackApiRoute',
    ]);
    expect(ids(moved)).toEqual(ids(stack));
  });

  test.each<[string, (stack: Stack) => unknown, string]>([
    [
      'another workflow has taken',
      (stack) => workflow(new Construct(stack, 'Other')),
      'Default/Other/Approvals',
    ],
    [
      'another resource has taken',
      (stack) => new sns.CfnTopic(stack, 'ApprovalsSlackApi'),
      'Default/ApprovalsSlackApi',
    ],
  ])('hangs on a logical id: one that %s is an error at synth', (_, takeId, rival) => {
    const app = new App();
    const stack = new Stack(app, 'Default');
    workflow(stack);
    takeId(stack);
    expect(() => app.synth()).toThrow(
      new RegExp(
        `Default/Approvals: its URL hangs on the logical id ApprovalsSlackApi, which ${rival}\\S* has in the same stack already`,
      ),
    );
  });

  test('is told apart by the id of the workflow', () => {
    const app = new App();
    const stack = new Stack(app, 'Default');
    expect(workflow(stack, {}, 'One').interactionsUrl).not.toBe(
      workflow(stack, {}, 'Two').interactionsUrl,
    );
    expect(() => app.synth()).not.toThrow();
  });

  test("can be of a domain of one's own", () => {
    const stack = new Stack();
    const domainName = new apigwv2.DomainName(stack, 'Domain', {
      domainName: 'approvals.example.com',
      certificate: acm.Certificate.fromCertificateArn(
        stack,
        'Certificate',
        'arn:aws:acm:eu-west-1:111111111111:certificate/1',
      ),
    });
    const { interactionsUrl } = workflow(stack, {
      domainMapping: { domainName, mappingKey: 'prod' },
    });
    expect(resolved(stack.resolve(interactionsUrl))).toMatch(
      /^https:\/\/<Domain[0-9A-F]+>\/prod\/slack\/interactions$/,
    );
    expect(
      Object.keys(Template.fromStack(stack).findResources('AWS::ApiGatewayV2::ApiMapping')),
    ).toEqual(['ApprovalsSlackApiMapping']);
  });
});

test('the manifest, an output of the stack, makes the Slack app with the right URL and scopes, and no more', () => {
  const [output] = Object.values(
    template({}, PLACE).findOutputs('*', {
      Value: Match.objectLike({ 'Fn::Join': Match.anyValue() }),
    }),
  );
  expect(JSON.parse(resolved(output!.Value))).toEqual({
    display_information: { name: 'Approvals', description: 'Asks for approvals: App/Approvals' },
    features: {
      bot_user: { display_name: 'Approvals', always_online: false },
      app_home: {
        home_tab_enabled: false,
        messages_tab_enabled: true,
        messages_tab_read_only_enabled: true,
      },
    },
    oauth_config: {
      scopes: { bot: ['chat:write', 'users:read', 'users:read.email', 'usergroups:read'] },
    },
    settings: {
      interactivity: {
        is_enabled: true,
        request_url:
          'https://<ApprovalsSlackApi>.execute-api.eu-west-1.<AWS::URLSuffix>/slack/interactions',
      },
      org_deploy_enabled: false,
      socket_mode_enabled: false,
      token_rotation_enabled: false,
    },
  });
});

describe('an alarm goes to the topic when', () => {
  const stack = new Stack(undefined, 'App');
  const topicArn = stack.resolve(workflow(stack).notificationTopic.topicArn);
  const synthesized = Template.fromStack(stack);
  const queueName = (id: string) => ({
    Name: 'QueueName',
    Value: { 'Fn::GetAtt': [expect.stringMatching(`^Approvals${id}`), 'QueueName'] },
  });
  const functionName = (id: string) => ({
    Name: 'FunctionName',
    Value: { Ref: expect.stringMatching(`^Approvals${id}`) },
  });
  const ownMetric = { Name: 'service', Value: 'App/Approvals' };

  test.each([
    [
      'the workflow gave up on requests',
      'UnhandledRequestsAlarm',
      'ApproximateNumberOfMessagesVisible',
      queueName('UnhandledRequests'),
      0,
    ],
    [
      'the workflow gave up on clicks',
      'UnhandledClicksAlarm',
      'ApproximateNumberOfMessagesVisible',
      queueName('UnhandledClicks'),
      0,
    ],
    [
      'the workflow gave up on messages',
      'UnhandledMessagesAlarm',
      'ApproximateNumberOfMessagesVisible',
      queueName('UnhandledMessages'),
      0,
    ],
    [
      'word of tampering cannot be told',
      'UndeliveredEventsAlarm',
      'ApproximateNumberOfMessagesVisible',
      queueName('UndeliveredEvents'),
      0,
    ],
    ['something fails again and again', 'FailingMessagesAlarm', 'FailedTries', ownMetric, 5],
    [
      'no one takes requests',
      'WaitingRequestsAlarm',
      'ApproximateAgeOfOldestMessage',
      queueName('RequestQueue'),
      900,
    ],
    [
      'clicks cannot be taken',
      'ReceiveErrorsAlarm',
      'Errors',
      functionName('ReceiveInteraction'),
      0,
    ],
    [
      'requests cannot be advanced',
      'AdvanceErrorsAlarm',
      'Errors',
      functionName('AdvanceRequests'),
      0,
    ],
    [
      'messages cannot be brought',
      'DeliverErrorsAlarm',
      'Errors',
      functionName('DeliverMessages'),
      0,
    ],
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

  test.each([
    ['Slack refuses messages', 'UndeliverableMessagesAlarm', 'UndeliverableMessages', 0],
    ['one actor causes too many requests', 'RequestsCappedAlarm', 'RequestsCapped', 0],
    [
      'an outcome comes for what its asker has not asked',
      'ForeignOutcomesAlarm',
      'ForeignOutcomes',
      0,
    ],
    ['many calls are not signed by Slack', 'BadSignaturesAlarm', 'BadSignatures', 100],
  ])('%s, within five minutes', (_, id, MetricName, Threshold) => {
    expect(alarm(id)).toMatchObject({
      MetricName,
      Threshold,
      Dimensions: [ownMetric],
      Statistic: 'Sum',
      Period: 300,
      AlarmActions: [topicArn],
    });
  });

  test('clicks are answered with an error, also where the function did not get them', () => {
    expect(alarm('FailedClicksAlarm')).toMatchObject({
      Namespace: 'AWS/ApiGateway',
      MetricName: '5xx',
      Threshold: 0,
      Statistic: 'Sum',
      Period: 300,
      AlarmActions: [topicArn],
    });
  });

  test('no one looks what is due for five minutes, and silence is bad', () => {
    expect(alarm('MissedRunsAlarm')).toMatchObject({
      MetricName: 'AdvanceRuns',
      Dimensions: [ownMetric],
      Statistic: 'Sum',
      Period: 60,
      EvaluationPeriods: 5,
      Threshold: 1,
      ComparisonOperator: 'LessThanThreshold',
      TreatMissingData: 'breaching',
      AlarmActions: [topicArn],
    });
  });

  test('there are no others', () => {
    synthesized.resourceCountIs('AWS::CloudWatch::Alarm', 15);
  });

  function alarm(id: string) {
    return Object.entries(synthesized.findResources('AWS::CloudWatch::Alarm')).find(([name]) =>
      name.startsWith(`Approvals${id}`),
    )![1].Properties;
  }
});

test('its metrics are those that the functions write', () => {
  const one = workflow(new Stack(undefined, 'App'));
  const metrics = [
    one.metricRequestsAsked(),
    one.metricDecisions(),
    one.metricRefusedClicks(),
    one.metricBadSignatures(),
    one.metricUndeliverableMessages(),
    one.metricRequestsNotAsked(),
    one.metricRequestsCapped(),
    one.metricCarryingFailed(),
  ];
  expect(metrics.map(({ metricName }) => metricName)).toEqual([
    'RequestsAsked',
    'Decisions',
    'RefusedClicks',
    'BadSignatures',
    'UndeliverableMessages',
    'RequestsNotAsked',
    'RequestsCapped',
    'CarryingFailed',
  ]);
  for (const { namespace, dimensions } of metrics) {
    expect({ namespace, dimensions }).toEqual({
      namespace: 'CdkSentries',
      dimensions: { service: 'App/Approvals' },
    });
  }
});

test('a topic that is given gets the alarms', () => {
  const stack = new Stack();
  const notificationTopic = new sns.Topic(stack, 'Topic');
  workflow(stack, { notificationTopic });
  const synthesized = Template.fromStack(stack);
  synthesized.resourceCountIs('AWS::SNS::Topic', 1);
  synthesized.allResourcesProperties('AWS::CloudWatch::Alarm', {
    AlarmActions: [stack.resolve(notificationTopic.topicArn)],
  });
});

test('what is kept is retained: log groups, requests and keys', () => {
  template().allResources('AWS::Logs::LogGroup', { DeletionPolicy: 'Retain' });
  template().allResources('AWS::DynamoDB::Table', { DeletionPolicy: 'Retain' });
  template().allResources('AWS::KMS::Key', { DeletionPolicy: 'Retain' });
});

test('of the requests, no one but the three functions may write items', () => {
  const [table] = Object.values(template().findResources('AWS::DynamoDB::Table'));
  const [{ Effect, Condition }] = table!.Properties.ResourcePolicy.PolicyDocument.Statement;
  expect(Effect).toBe('Deny');
  expect(
    Condition.StringNotEquals['aws:PrincipalArn']
      .map((arn: { 'Fn::GetAtt': string[] }) => arn['Fn::GetAtt'][0])
      .sort(),
  ).toEqual([
    expect.stringMatching(`^${ADVANCE}`),
    expect.stringMatching(`^${DELIVER}`),
    expect.stringMatching(`^${RECEIVE}`),
  ]);
});

test('the tamper rules watch all that it is made of', () => {
  const synthesized = template();
  const patterns = JSON.stringify(
    Object.entries(synthesized.findResources('AWS::Events::Rule')).filter(([id]) =>
      id.startsWith('ApprovalsTamper'),
    ),
  );
  const types = [
    'AWS::Lambda::Function',
    'AWS::DynamoDB::Table',
    'AWS::SQS::Queue',
    'AWS::SSM::Parameter',
    'AWS::CloudWatch::Alarm',
    'AWS::Lambda::EventSourceMapping',
    'AWS::IAM::Role',
  ];
  for (const type of types) {
    for (const id of Object.keys(synthesized.findResources(type))) {
      expect(patterns).toContain(`"${id}"`);
    }
  }
  for (const id of ['ApprovalsDecisionKey', 'CdkSentriesKey']) {
    expect(patterns).toMatch(new RegExp(`"Ref":"${id}`));
  }
  expect(patterns).toContain('ApprovalsMinuteRule');
  expect(patterns).toContain('"Ref":"ApprovalsSlackApi"');
  for (const id of ['SigningSecret', 'BotToken']) {
    expect(patterns).toMatch(new RegExp(`PutSecretValue.*${id}`));
  }
});

test.each<[string, (stack: Stack) => Partial<SlackApprovalWorkflowProps>]>([
  ['of users', () => ({})],
  [
    'of a user group, with a webhook',
    (stack) => ({
      approvers: Approvers.userGroup('S0SECOPS'),
      monitoringChannel: SlackDestination.webhook(secret(stack, 'Webhook')),
    }),
  ],
  [
    'with secrets that are imported by name',
    (stack) => ({
      signingSecret: secretsmanager.Secret.fromSecretNameV2(stack, 'Named', 'slack/signing'),
    }),
  ],
])(
  'in a workflow %s, cdk-nag finds nothing that is not acknowledged with its reason',
  (_, props) => {
    const app = new App();
    const stack = new Stack(app, 'Stack');
    workflow(stack, props(stack));
    // The secrets are the test's own: how they are rotated is their owner's business.
    const { violations } = new AwsSolutionsChecks(app).validateScope(app);
    expect(violations.filter(({ ruleName }) => !ruleName.startsWith('AwsSolutions-SMG4'))).toEqual(
      [],
    );
  },
);

describe('a single approver', () => {
  const one = Approvers.users(['U0ALICE']);

  test('is warned of, since no one can approve what they asked for, or someone unknown', () => {
    const stack = new Stack(undefined, 'App');
    workflow(stack, { approvers: one });
    Annotations.fromStack(stack).hasWarning(
      '/App/Approvals',
      Match.stringLikeRegexp('There is one approver.+cdk-sentries:oneApprover'),
    );
  });

  test('is no better than two of whom two have to approve', () => {
    const stack = new Stack(undefined, 'App');
    workflow(stack, { requiredApprovals: 2 });
    Annotations.fromStack(stack).hasWarning(
      '/App/Approvals',
      Match.stringLikeRegexp(
        'There are 2 approvers, and 2 others than the one who asks have to approve.+cdk-sentries:tooFewApprovers',
      ),
    );
  });

  test.each<[string, Partial<SlackApprovalWorkflowProps>]>([
    ['may approve what they asked for', { approvers: one, allowSelfApproval: true }],
    ['has a second one', { approvers: Approvers.users(['U0ALICE', 'U0BOB']) }],
    ['is a group', { approvers: Approvers.userGroup('S0SECOPS') }],
  ])('that %s is not', (_, props) => {
    const stack = new Stack(undefined, 'App');
    workflow(stack, props);
    Annotations.fromStack(stack).hasNoWarning('/App/Approvals', Match.anyValue());
  });
});

describe('a workflow that nothing uses', () => {
  const hint = Match.stringLikeRegexp('no question comes to Slack.+cdk-sentries:workflowNotUsed');

  test('is pointed out, with what to give it to', () => {
    const stack = new Stack(undefined, 'App');
    workflow(stack);
    Annotations.fromStack(stack).hasInfo('/App/Approvals', hint);
  });

  test.each<[string, (stack: Stack, it: SlackApprovalWorkflow) => void]>([
    [
      'a sentry asks it',
      (stack, it) =>
        new SecurityGroupSentry(stack, 'Groups', {
          monitoredGroups: MonitoredGroups.all(),
          policies: [
            {
              baseline: SecurityGroupBaseline.locked(),
              response: ChangeResponse.revertUntilApproved(it),
            },
          ],
        }),
    ],
    [
      'an asker of your own asks it',
      (stack, it) => it.addAsker('own', new sqs.Queue(stack, 'Decisions')),
    ],
    [
      'it tells owners of keys',
      (stack, it) =>
        new IamKeySentry(stack, 'Keys', {
          owners: [KeyOwner.tag('Owner')],
          notifyOwnersThrough: it,
        }),
    ],
    [
      'that is meant so',
      (_, it) => CdkAnnotations.of(it).acknowledgeInfo('cdk-sentries:workflowNotUsed', 'Later'),
    ],
  ])('is not where %s', (_, use) => {
    const stack = new Stack(undefined, 'App');
    use(stack, workflow(stack));
    Annotations.fromStack(stack).hasNoInfo('/App/Approvals', hint);
  });
});

test('a message is let go only once the function that had it has surely ended', () => {
  const [deliverer] = Object.values(
    template().findResources('AWS::Lambda::Function', {
      Properties: { Description: Match.stringLikeRegexp('^Delivers messages') },
    }),
  );
  expect(deliverer!.Properties.Timeout * 1_000).toBeLessThan(LEASE_MILLISECONDS);
});

test('ids that are not known before deployment are taken as they are', () => {
  const stack = new Stack();
  const [user, channel] = ['User', 'Channel'].map(
    (id) => new CfnParameter(stack, id).valueAsString,
  );
  workflow(stack, { approvers: Approvers.users(['U0ALICE', user!]), approvalChannelId: channel! });
  expect(parameterOf(Template.fromStack(stack))).toMatchObject({
    approvers: { userIds: ['U0ALICE', '<User>'] },
    approvalChannelId: '<Channel>',
  });
});

describe('bad input is refused at synth, with what to write instead', () => {
  const refused = (props: Partial<SlackApprovalWorkflowProps>) => () =>
    workflow(new Stack(undefined, 'App'), props);

  test.each<[string, () => unknown, RegExp]>([
    [
      'no approvers',
      () => Approvers.users([]),
      /got an empty list, so no one could decide: name at least one user/,
    ],
    [
      'a user by name',
      () => Approvers.users(['@alice']),
      /Approvers\.users\(\): "@alice" is no user id of Slack: write one such as "U0123ABCD"/,
    ],
    ['a user in small letters', () => Approvers.users(['u0alice']), /"u0alice" is no user id/],
    [
      'a user twice',
      () => Approvers.users(['U0ALICE', 'U0BOB', 'U0ALICE']),
      /"U0ALICE" is named twice, and can approve once only/,
    ],
    [
      'a user for a group',
      () => Approvers.userGroup('U0ALICE'),
      /"U0ALICE" is no user group id of Slack: write one such as "S0123ABCD"/,
    ],
    [
      'a direct message',
      () => SlackDestination.channel('D0ALICE'),
      /SlackDestination\.channel\(\): "D0ALICE" is no channel id/,
    ],
    [
      'one secret for both',
      () => {
        const stack = new Stack(undefined, 'App');
        const both = secretsmanager.Secret.fromSecretNameV2(stack, 'Both', 'slack');
        return workflow(stack, {
          signingSecret: both,
          botToken: secretsmanager.Secret.fromSecretNameV2(stack, 'Again', 'slack'),
        });
      },
      /App\/Approvals: "signingSecret" and "botToken" are the same secret, App\/Again: write/,
    ],
    [
      'the signing secret of another workflow, and so its app of Slack',
      () => {
        const stack = new Stack(undefined, 'App');
        const signingSecret = secret(stack, 'Signing');
        workflow(stack, { signingSecret }, 'First');
        return workflow(stack, { signingSecret }, 'Second');
      },
      /App\/Second: "signingSecret" is the secret App\/Signing, which App\/First has as well: .+ or write one workflow with "routes"/,
    ],
    [
      'the bot token of a workflow in another stack',
      () => {
        const app = new App();
        const first = new Stack(app, 'First');
        const botToken = secret(first, 'Token');
        workflow(first, { botToken });
        return workflow(new Stack(app, 'Second'), { botToken });
      },
      /Second\/Approvals: "botToken" is the secret First\/Token, which First\/Approvals has as well/,
    ],
    [
      'the token for a webhook',
      () => {
        const stack = new Stack(undefined, 'App');
        const botToken = secret(stack, 'Token');
        return workflow(stack, { botToken, monitoringChannel: SlackDestination.webhook(botToken) });
      },
      /"botToken" and "monitoringChannel" are the same secret/,
    ],
    [
      'a webhook in a secret of another Region',
      () => {
        const stack = new Stack(undefined, 'App', PLACE);
        const arn = 'arn:aws:secretsmanager:us-east-1:111111111111:secret:webhook-AbCdEf';
        const url = secretsmanager.Secret.fromSecretCompleteArn(stack, 'Webhook', arn);
        return workflow(stack, { monitoringChannel: SlackDestination.webhook(url) });
      },
      /App\/Approvals: "monitoringChannel" is the secret .* in us-east-1, and the functions read it in eu-west-1/,
    ],
    [
      'a FIFO topic',
      () => {
        const stack = new Stack();
        return workflow(stack, {
          notificationTopic: new sns.Topic(stack, 'Topic', { fifo: true }),
        });
      },
      /is a FIFO topic/,
    ],
    [
      'approvers beyond what SSM holds',
      refused({
        approvers: Approvers.users(
          Array.from({ length: 700 }, (_, index) => `U${String(index).padStart(10, '0')}`),
        ),
      }),
      /App\/Approvals: approvers and askers take \d+ characters, SSM holds 8192: name a user group instead/,
    ],
  ])('%s', (_, act, message) => {
    expect(act).toThrow(message);
  });
});
