import { Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type * as apigwv2 from 'aws-cdk-lib/aws-apigatewayv2';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as events from 'aws-cdk-lib/aws-events';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sources from 'aws-cdk-lib/aws-lambda-event-sources';
import * as logs from 'aws-cdk-lib/aws-logs';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import { TamperRules } from '../../../src/shared/constructs/tamper-rules';

const ACCOUNT = '111111111111';
const REGION = 'us-east-1';

/** As long as AWS lets them get. */
const LONGEST: Readonly<Record<string, number>> = {
  'AWS::Events::Rule': 64,
  'AWS::Lambda::Function': 64,
  'AWS::Lambda::EventSourceMapping': 36,
  'AWS::Logs::LogGroup': 512,
  'AWS::DynamoDB::Table': 255,
  'AWS::SQS::Queue': 80,
  'AWS::SSM::Parameter': 272,
  'AWS::SNS::Topic': 256,
  'AWS::KMS::Key': 36,
  'AWS::CloudWatch::Alarm': 255,
  'AWS::IAM::Role': 64,
};

export interface WatchedSentryProps {
  /** How many of each kind the sentry has. */
  readonly size?: number;
  readonly region?: string;
  readonly stackName?: string;
  readonly topic?: (scope: Construct) => sns.ITopic;
  /** Beside those of what it is made of. */
  readonly keys?: (scope: Construct) => kms.IKey[];
  readonly secrets?: (scope: Construct) => secretsmanager.ISecret[];
  readonly apis?: (scope: Construct) => apigwv2.IHttpApi[];
}

/** By the props, where these are plain values. */
const synthesizedBefore = new Map<string, Template>();

/** Something with one of everything, or several, that tamper rules watch; synthesized. */
export function watchedSentry(props: WatchedSentryProps = {}): Template {
  if (props.topic ?? props.keys ?? props.secrets ?? props.apis) return synthesized(props);
  const told = JSON.stringify(props);
  const template = synthesizedBefore.get(told) ?? synthesized(props);
  synthesizedBefore.set(told, template);
  return template;
}

function synthesized(props: WatchedSentryProps): Template {
  const { region, stackName } = props;
  const stack = new Stack(undefined, 'Stack', { env: { region }, stackName });
  addWatchedSentry(stack, props);
  return Template.fromStack(stack);
}

export function addWatchedSentry(
  stack: Stack,
  { size = 1, topic, keys, secrets, apis }: WatchedSentryProps = {},
): void {
  const sentry = new Construct(stack, 'Sentry');
  const several = <T>(make: (index: number) => T) =>
    Array.from({ length: size }, (_, index) => make(index));
  const key = new kms.Key(sentry, 'Key', { enableKeyRotation: true });
  const deadLetterQueue = new sqs.Queue(sentry, 'Undelivered', { enforceSSL: true });
  const queues = several(
    (index) =>
      new sqs.Queue(sentry, `Queue${index}`, {
        enforceSSL: true,
        deadLetterQueue: { queue: deadLetterQueue, maxReceiveCount: 3 },
      }),
  );
  const functions = several((index) => watchedFunction(sentry, `Function${index}`, queues[index]!));
  new TamperRules(sentry, 'Tamper', {
    topic: topic?.(sentry) ?? new sns.Topic(sentry, 'Topic', { masterKey: key, enforceSSL: true }),
    deadLetterQueue,
    queues,
    functions,
    rules: several(
      (index) =>
        new events.Rule(sentry, `Rule${index}`, {
          schedule: events.Schedule.rate(Duration.days(1)),
        }),
    ),
    tables: several(
      (index) =>
        new dynamodb.Table(sentry, `Table${index}`, {
          partitionKey: { name: 'id', type: dynamodb.AttributeType.STRING },
          encryptionKey: key,
          pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
        }),
    ),
    parameters: several(
      (index) => new ssm.StringParameter(sentry, `Parameter${index}`, { stringValue: 'value' }),
    ),
    keys: keys?.(sentry),
    secrets: secrets?.(sentry),
    apis: apis?.(sentry),
    alarms: several(
      (index) =>
        new cloudwatch.Alarm(sentry, `Alarm${index}`, {
          metric: new cloudwatch.Metric({ namespace: 'CdkSentries', metricName: 'Errors' }),
          threshold: 1,
          evaluationPeriods: 1,
        }),
    ),
  });
}

/** The patterns by their rule's id, with everything in them as long as it can get. */
export function patternsOf(sentry: Template): Record<string, string> {
  return Object.fromEntries(
    rulesOf(sentry).map(({ id, properties }) => [
      id,
      JSON.stringify(deployed(sentry, properties.EventPattern)),
    ]),
  );
}

/** Logical ids are the construct's path and eight digits. */
export function rulesOf(sentry: Template) {
  return Object.entries(sentry.findResources('AWS::Events::Rule'))
    .filter(([logicalId]) => logicalId.startsWith('SentryTamper'))
    .map(([logicalId, { Properties }]) => ({
      id: logicalId.slice('SentryTamper'.length, -8),
      properties: Properties,
    }));
}

/** What a resource of the sentry is called once it is deployed: its ARN, for a topic. */
export function nameIn(sentry: Template, logicalIdStart: string): string {
  const [logicalId] = Object.keys(sentry.toJSON().Resources).filter((id) =>
    new RegExp(`^Sentry${logicalIdStart}[0-9A-F]{8}$`).test(id),
  );
  return physicalName(sentry, logicalId!);
}

export interface TamperCase {
  readonly name: string;
  /** The EventBridge event, as text. */
  readonly event: string;
  /** The rules that tell it. */
  readonly toldBy: string[];
}

/**
 * Events of calls that could blind the sentry, and of some that could not: written by hand after
 * AWS's documentation, not recorded.
 */
export function tamperCases(sentry: Template): TamperCase[] {
  const named = (logicalIdStart: string) => nameIn(sentry, logicalIdStart);
  const ownRule = (id: string) => ownRuleName(sentry, id);
  const arn = (service: string, resource: string) =>
    `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}`;
  const told = (service: string, toldBy: string[], calls: [string, Record<string, unknown>][]) =>
    calls.map(([eventName, requestParameters]) =>
      tamperCase(service, eventName, requestParameters, toldBy),
    );
  const [rule, handler, table, queue, parameter, topic, alarm] = [
    'Rule0',
    'Function0',
    'Table0',
    'Queue0',
    'Parameter0',
    'Topic',
    'Alarm0',
  ].map(named);
  const role = named('Function0ServiceRole');
  return [
    ...told(
      'events',
      ['Rules'],
      [
        ['DisableRule', { name: rule }],
        ['DeleteRule', { name: rule, eventBusName: 'default', force: true }],
        ['PutRule', { name: rule, state: 'DISABLED' }],
        ['PutTargets', { rule, targets: [{ id: 'Target0' }] }],
        ['RemoveTargets', { rule, ids: ['Target0'] }],
      ],
    ),
    ...told(
      'events',
      ['TamperRules'],
      [
        ['DisableRule', { name: ownRule('Rules') }],
        ['DeleteRule', { name: ownRule('Functions') }],
        ['RemoveTargets', { rule: ownRule('Trails'), ids: ['Target0'] }],
      ],
    ),
    ...told(
      'events',
      ['Rules', 'TamperRules'],
      [['DisableRule', { name: ownRule('TamperRules') }]],
    ),
    ...told(
      'events',
      [],
      [
        ['EnableRule', { name: rule }],
        ['DisableRule', { name: 'other' }],
        ['PutTargets', { rule: 'other' }],
      ],
    ),
    ...told(
      'lambda',
      ['Functions'],
      [
        ['UpdateFunctionCode20150331v2', { functionName: handler, publish: false }],
        [
          'UpdateFunctionConfiguration20150331v2',
          { functionName: arn('lambda', `function:${handler}`), timeout: 1 },
        ],
        ['DeleteFunction20150331', { functionName: `${ACCOUNT}:function:${handler}` }],
        ['AddPermission20150331v2', { functionName: `${handler}:$LATEST`, principal: '*' }],
        ['RemovePermission20150331v2', { functionName: handler, statementId: 'x' }],
        [
          'PutFunctionConcurrency20171031',
          { functionName: handler, reservedConcurrentExecutions: 0 },
        ],
        [
          'CreateEventSourceMapping20150331',
          { functionName: handler, eventSourceArn: arn('sqs', 'forged') },
        ],
      ],
    ),
    ...told(
      'lambda',
      ['PassedRoles'],
      [
        ['CreateFunction20150331', { functionName: 'theirs', role, handler: 'index.handler' }],
        ['CreateFunction20150331v2', { functionName: `${handler}2`, role }],
        ['UpdateFunctionConfiguration20150331v2', { functionName: 'theirs', role }],
        ['UpdateFunctionConfiguration20150331', { functionName: arn('lambda', 'theirs'), role }],
      ],
    ),
    ...told(
      'lambda',
      ['Functions'],
      [['UpdateFunctionConfiguration20150331v2', { functionName: handler, role, timeout: 1 }]],
    ),
    ...told(
      'lambda',
      [],
      [
        ['CreateFunction20150331', { functionName: handler, role }],
        ['CreateFunction20150331', { functionName: 'theirs', role: `${role}2` }],
        ['UpdateFunctionConfiguration20150331v2', { functionName: 'theirs', timeout: 1 }],
        ['CreateFunctionUrlConfig', { functionName: 'theirs' }],
      ],
    ),
    ...told(
      'lambda',
      ['Mappings'],
      [
        [
          'UpdateEventSourceMapping20150331',
          { uuid: named('Function0SqsEventSourceStackSentryQueue0[0-9A-F]{8}'), enabled: false },
        ],
        [
          'DeleteEventSourceMapping20150331',
          { uUID: named('Function0SqsEventSourceStackSentryQueue0[0-9A-F]{8}') },
        ],
      ],
    ),
    ...told(
      'lambda',
      [],
      [
        ['UpdateFunctionCode20150331v2', { functionName: 'other' }],
        ['GetFunction20150331v2', { functionName: handler }],
        ['UpdateEventSourceMapping20150331', { uuid: 'other' }],
      ],
    ),
    ...told(
      'dynamodb',
      ['Tables'],
      [
        ['DeleteTable', { tableName: table }],
        [
          'UpdateTable',
          { tableName: arn('dynamodb', `table/${table}`), deletionProtectionEnabled: false },
        ],
        ['UpdateContinuousBackups', { tableName: table }],
        ['UpdateTimeToLive', { tableName: table }],
        ['PutResourcePolicy', { resourceArn: arn('dynamodb', `table/${table}`) }],
        ['DeleteResourcePolicy', { resourceArn: arn('dynamodb', `table/${table}`) }],
      ],
    ),
    ...told(
      'dynamodb',
      [],
      [
        ['DeleteTable', { tableName: 'other' }],
        ['PutItem', { tableName: table }],
      ],
    ),
    ...told(
      'sqs',
      ['Queues'],
      ['DeleteQueue', 'SetQueueAttributes', 'PurgeQueue', 'AddPermission', 'RemovePermission'].map(
        (eventName) => [
          eventName,
          { queueUrl: `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/${queue}` },
        ],
      ),
    ),
    ...told(
      'sqs',
      ['Queues'],
      [['PurgeQueue', { queueUrl: `https://queue.amazonaws.com/${ACCOUNT}/${queue}` }]],
    ),
    ...told(
      'sqs',
      [],
      [['PurgeQueue', { queueUrl: `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/other` }]],
    ),
    ...told(
      'ssm',
      ['Parameters'],
      [
        [
          'PutParameter',
          { name: parameter, overwrite: true, value: 'HIDDEN_DUE_TO_SECURITY_REASONS' },
        ],
        ['DeleteParameter', { name: arn('ssm', `parameter/${parameter}`) }],
        ['DeleteParameters', { names: ['other', parameter] }],
      ],
    ),
    ...told(
      'ssm',
      [],
      [
        ['PutParameter', { name: 'other' }],
        ['DeleteParameters', { names: ['other'] }],
      ],
    ),
    ...told(
      'sns',
      ['Topic'],
      [
        ['DeleteTopic', { topicArn: topic }],
        ['SetTopicAttributes', { topicArn: topic, attributeName: 'Policy', attributeValue: '{}' }],
        ['AddPermission', { topicArn: topic, label: 'x' }],
        ['RemovePermission', { topicArn: topic, label: 'x' }],
        ['Unsubscribe', { subscriptionArn: `${topic}:11111111-2222-3333-4444-555555555555` }],
        [
          'SetSubscriptionAttributes',
          {
            subscriptionArn: `${topic}:11111111-2222-3333-4444-555555555555`,
            attributeName: 'FilterPolicy',
          },
        ],
        ['PutDataProtectionPolicy', { resourceArn: topic }],
      ],
    ),
    ...told(
      'sns',
      [],
      [
        ['DeleteTopic', { topicArn: `${topic}2` }],
        ['Unsubscribe', { subscriptionArn: `${topic}2:11111111` }],
      ],
    ),
    ...told(
      'kms',
      ['Keys'],
      [
        ['DisableKey', { keyId: named('Key') }],
        [
          'ScheduleKeyDeletion',
          { keyId: arn('kms', `key/${named('Key')}`), pendingWindowInDays: 7 },
        ],
        ['PutKeyPolicy', { keyId: named('Key'), policyName: 'default' }],
        ['RevokeGrant', { keyId: named('Key'), grantId: 'x' }],
      ],
    ),
    ...told(
      'kms',
      [],
      [
        ['DisableKey', { keyId: 'other' }],
        ['EnableKey', { keyId: named('Key') }],
      ],
    ),
    ...told('logs', ['Logs'], [['DeleteLogGroup', { logGroupName: named('Function0Logs') }]]),
    ...told('logs', [], [['DeleteLogGroup', { logGroupName: 'other' }]]),
    ...told(
      'monitoring',
      ['Alarms'],
      [
        ['DeleteAlarms', { alarmNames: ['other', alarm] }],
        ['DisableAlarmActions', { alarmNames: [alarm] }],
        ['PutMetricAlarm', { alarmName: alarm, threshold: 1000000 }],
      ],
    ),
    ...told('monitoring', [], [['DeleteAlarms', { alarmNames: ['other'] }]]),
    ...told(
      'cloudtrail',
      ['Trails'],
      [
        ['StopLogging', { name: 'trail' }],
        ['DeleteTrail', { name: 'trail' }],
        ['UpdateTrail', { name: 'trail', isMultiRegionTrail: false }],
        [
          'PutEventSelectors',
          { trailName: 'trail', eventSelectors: [{ readWriteType: 'ReadOnly' }] },
        ],
      ],
    ),
    ...told('cloudtrail', [], [['StartLogging', { name: 'trail' }]]),
    ...told(
      'iam',
      ['Roles'],
      [
        'PutRolePolicy',
        'DeleteRolePolicy',
        'AttachRolePolicy',
        'DetachRolePolicy',
        'UpdateAssumeRolePolicy',
        'DeleteRole',
        'PutRolePermissionsBoundary',
        'DeleteRolePermissionsBoundary',
      ].map((eventName) => [eventName, { roleName: named('Function0ServiceRole') }]),
    ),
    ...told(
      'iam',
      [],
      [
        ['PutRolePolicy', { roleName: 'other' }],
        ['TagRole', { roleName: named('Function0ServiceRole') }],
      ],
    ),
    {
      ...tamperCase('events', 'DisableRule', { name: rule }, [], {
        record: { errorCode: 'AccessDenied' },
      }),
      name: 'a call that was refused',
    },
    {
      ...tamperCase('events', 'DisableRule', { name: rule }, [], {
        envelope: { source: 'forged' },
      }),
      name: 'an event that a customer made up',
    },
  ];
}

export function ownRuleName(sentry: Template, id: string): string {
  return rulesOf(sentry).find((rule) => rule.id === id)!.properties.Name;
}

/** Fields of the record, and of the envelope around it, that are not as usual. */
interface ForgedValues {
  readonly record?: Readonly<Record<string, unknown>>;
  readonly envelope?: Readonly<Record<string, unknown>>;
}

function tamperCase(
  service: string,
  eventName: string,
  requestParameters: Record<string, unknown>,
  toldBy: string[],
  { record = {}, envelope = {} }: ForgedValues = {},
): TamperCase {
  const event = {
    version: '0',
    id: 'envelope-1',
    'detail-type': 'AWS API Call via CloudTrail',
    source: `aws.${service}`,
    account: ACCOUNT,
    time: '2026-01-01T00:00:05Z',
    region: REGION,
    resources: [],
    detail: {
      eventVersion: '1.10',
      userIdentity: {
        type: 'AssumedRole',
        arn: `arn:aws:sts::${ACCOUNT}:assumed-role/Admin/eve`,
        accountId: ACCOUNT,
      },
      eventTime: '2026-01-01T00:00:00Z',
      eventSource: `${service}.amazonaws.com`,
      eventName,
      awsRegion: REGION,
      sourceIPAddress: '198.51.100.7',
      userAgent: 'aws-cli/2',
      requestParameters,
      responseElements: null,
      eventID: 'event-1',
      readOnly: false,
      recipientAccountId: ACCOUNT,
      ...record,
    },
    ...envelope,
  };
  return {
    name: `${eventName} of ${service} ${JSON.stringify(requestParameters).slice(0, 60)}`,
    event: JSON.stringify(event),
    toldBy,
  };
}

function watchedFunction(scope: Construct, id: string, queue: sqs.Queue): lambda.Function {
  const handler = new lambda.Function(scope, id, {
    runtime: lambda.Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: lambda.Code.fromInline('exports.handler = async () => {};'),
    logGroup: new logs.LogGroup(scope, `${id}Logs`),
  });
  handler.addEventSource(new sources.SqsEventSource(queue));
  return handler;
}

/** A value of the template with its references filled in. */
function deployed(sentry: Template, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => deployed(sentry, item));
  if (typeof value !== 'object' || value === null) return value;
  if ('Ref' in value) return physicalName(sentry, String(value.Ref));
  if ('Fn::GetAtt' in value && Array.isArray(value['Fn::GetAtt'])) {
    return physicalName(sentry, String(value['Fn::GetAtt'][0]));
  }
  if ('Fn::Join' in value && Array.isArray(value['Fn::Join'])) {
    return value['Fn::Join'][1].map((part: unknown) => deployed(sentry, part)).join('');
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, deployed(sentry, inner)]),
  );
}

function physicalName(sentry: Template, logicalId: string): string {
  const { Type, Properties } = sentry.toJSON().Resources[logicalId];
  const name = Properties?.Name ?? logicalId.padEnd(LONGEST[Type]!, 'x').slice(-LONGEST[Type]!);
  return Type === 'AWS::SNS::Topic' ? `arn:aws:sns:ap-southeast-1:${ACCOUNT}:${name}` : name;
}
