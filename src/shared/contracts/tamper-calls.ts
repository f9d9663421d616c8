/**
 * How a call names a resource, by what is known of it at synth:
 *
 * - `exactly`: the same
 * - `start`: all whose names start so
 * - `end`: by its name, its ARN or its URL, which all end with the name
 * - `function`: the same, or with the version of Lambda that always is
 * - `below`: what has the resource's ARN and a colon in front
 * - `secret`: by its name, or by its ARN, with or without the characters that Secrets Manager adds
 */
export type Naming = 'exactly' | 'start' | 'end' | 'function' | 'below' | 'secret';

/** Calls that name their resource in the same request parameter. */
export interface TamperCalls {
  readonly eventNames: readonly string[];
  /** CloudTrail's names for these start so, and may go on. */
  readonly areStarts?: boolean;
  readonly parameter: string;
  /**
   * A list has its members watched, and only its first is told: EventBridge does not escape what it
   * puts into a text.
   */
  readonly list?: boolean;
  readonly naming: Naming;
}

/** One kind of resource, and the calls that could blind a sentry through it. */
export interface TamperedResource {
  /** As in `aws.lambda` and `lambda.amazonaws.com`. */
  readonly service: string;
  readonly calls: readonly TamperCalls[];
  /** How long its name, id or ARN can get once it is known. */
  readonly longestResource: number;
  /** An attacker's gain from such a call. */
  readonly risk: string;
}

/**
 * CloudTrail's names for Lambda's operations carry the date of the API, and some a version:
 * UpdateFunctionCode20150331v2.
 */
const FUNCTION_CALLS = [
  'UpdateFunction',
  'DeleteFunction',
  'PutFunction',
  'PutRuntimeManagementConfig',
  'AddPermission',
  'RemovePermission',
  'CreateEventSourceMapping',
];

const MAPPING_CALLS = ['UpdateEventSourceMapping', 'DeleteEventSourceMapping'];

const API_PART_CALLS = ['Route', 'Integration', 'Stage', 'ApiMapping'].flatMap((part) => [
  `Create${part}`,
  `Update${part}`,
  `Delete${part}`,
]);

/** By the ids of the rules that watch them. */
export const TAMPER_CALLS = {
  Rules: eventRules('exactly'),
  /** The rules that watch all this: themselves. */
  TamperRules: eventRules('start'),
  Functions: {
    service: 'lambda',
    calls: [
      {
        eventNames: FUNCTION_CALLS,
        areStarts: true,
        parameter: 'functionName',
        naming: 'function',
      },
    ],
    longestResource: 64,
    risk: 'a function of the sentry may do something else, do nothing, or be called by others',
  },
  Mappings: {
    service: 'lambda',
    // How CloudTrail writes the parameter UUID is not documented.
    calls: [
      { eventNames: MAPPING_CALLS, areStarts: true, parameter: 'uUID', naming: 'exactly' },
      { eventNames: MAPPING_CALLS, areStarts: true, parameter: 'uuid', naming: 'exactly' },
    ],
    longestResource: 36,
    risk: 'events may wait in a queue of the sentry and be judged by no one',
  },
  Logs: {
    service: 'logs',
    calls: [{ eventNames: ['DeleteLogGroup'], parameter: 'logGroupName', naming: 'exactly' }],
    longestResource: 512,
    risk: 'what the sentry did is forgotten, and its metrics, which are read from its logs, stop: its alarms stay silent',
  },
  Tables: {
    service: 'dynamodb',
    calls: [
      {
        eventNames: ['DeleteTable', 'UpdateTable', 'UpdateContinuousBackups', 'UpdateTimeToLive'],
        parameter: 'tableName',
        naming: 'end',
      },
      {
        eventNames: ['PutResourcePolicy', 'DeleteResourcePolicy'],
        parameter: 'resourceArn',
        naming: 'end',
      },
    ],
    longestResource: 255,
    risk: 'the sentry may lose its memory, or others may write to it',
  },
  Queues: {
    service: 'sqs',
    calls: [
      {
        eventNames: [
          'DeleteQueue',
          'SetQueueAttributes',
          'PurgeQueue',
          'AddPermission',
          'RemovePermission',
        ],
        parameter: 'queueUrl',
        naming: 'end',
      },
    ],
    longestResource: 80,
    risk: 'events may be lost on their way to the sentry, or forged',
  },
  Parameters: {
    service: 'ssm',
    calls: [
      { eventNames: ['PutParameter', 'DeleteParameter'], parameter: 'name', naming: 'end' },
      { eventNames: ['DeleteParameters'], parameter: 'names', list: true, naming: 'end' },
    ],
    // CloudFormation makes it of "CFN-", the logical id, which has up to 255 characters, and 13
    // more.
    longestResource: 272,
    risk: 'the sentry may judge by other rules than those of its deployment',
  },
  Topic: {
    service: 'sns',
    calls: [
      {
        eventNames: ['DeleteTopic', 'SetTopicAttributes', 'AddPermission', 'RemovePermission'],
        parameter: 'topicArn',
        naming: 'exactly',
      },
      {
        eventNames: ['Unsubscribe', 'SetSubscriptionAttributes'],
        parameter: 'subscriptionArn',
        naming: 'below',
      },
      { eventNames: ['PutDataProtectionPolicy'], parameter: 'resourceArn', naming: 'exactly' },
    ],
    longestResource: 320,
    risk: 'notifications of the sentry may reach no one',
  },
  Keys: {
    service: 'kms',
    calls: [
      {
        eventNames: ['DisableKey', 'ScheduleKeyDeletion', 'PutKeyPolicy', 'RevokeGrant'],
        parameter: 'keyId',
        naming: 'end',
      },
    ],
    longestResource: 36,
    risk: 'the sentry may neither notify anyone nor remember anything',
  },
  Secrets: {
    service: 'secretsmanager',
    calls: [
      {
        eventNames: [
          'PutSecretValue',
          'UpdateSecret',
          'UpdateSecretVersionStage',
          'RotateSecret',
          'DeleteSecret',
          'PutResourcePolicy',
          'DeleteResourcePolicy',
        ],
        parameter: 'secretId',
        naming: 'secret',
      },
    ],
    longestResource: 512,
    risk: 'anyone who knows a secret can act in the name of those whom it proves, and without the right secret no one can',
  },
  Apis: {
    service: 'apigateway',
    calls: [
      {
        eventNames: ['UpdateApi', 'ReimportApi', 'DeleteApi', ...API_PART_CALLS],
        // How CloudTrail writes the parameter was not seen.
        parameter: 'apiId',
        naming: 'exactly',
      },
    ],
    longestResource: 32,
    risk: 'what people click may go elsewhere, or nowhere',
  },
  Alarms: {
    service: 'monitoring',
    calls: [
      {
        eventNames: ['DeleteAlarms', 'DisableAlarmActions'],
        parameter: 'alarmNames',
        list: true,
        naming: 'exactly',
      },
      { eventNames: ['PutMetricAlarm'], parameter: 'alarmName', naming: 'exactly' },
    ],
    longestResource: 255,
    risk: 'no one may be notified when the sentry fails',
  },
  Roles: {
    service: 'iam',
    calls: [
      {
        eventNames: [
          'PutRolePolicy',
          'DeleteRolePolicy',
          'AttachRolePolicy',
          'DetachRolePolicy',
          'UpdateAssumeRolePolicy',
          'DeleteRole',
          'PutRolePermissionsBoundary',
          'DeleteRolePermissionsBoundary',
        ],
        parameter: 'roleName',
        naming: 'exactly',
      },
    ],
    longestResource: 64,
    risk: 'the sentry may not be able to act any more, or others may act in its name',
  },
} satisfies Record<string, TamperedResource>;

export type TamperedKind = keyof typeof TAMPER_CALLS;

/** They may blind a sentry by any trail: which ones feed EventBridge, the sentry cannot know. */
export const TRAIL_CALLS = {
  service: 'cloudtrail',
  eventNames: ['StopLogging', 'DeleteTrail', 'UpdateTrail', 'PutEventSelectors'],
  parameters: ['name', 'trailName'],
  risk: 'calls may not be recorded any more, and the sentry sees none',
} as const;

/** They give a role to a function; CloudTrail's names for them start so. */
export const ROLE_PASSING_CALLS = {
  service: 'lambda',
  eventNames: ['CreateFunction2', 'UpdateFunctionConfiguration2'],
  parameters: ['functionName'],
  risk: 'code that is not of the sentry runs with a role of the sentry',
} as const;

function eventRules(naming: Naming): TamperedResource {
  return {
    service: 'events',
    calls: [
      { eventNames: ['DisableRule', 'DeleteRule', 'PutRule'], parameter: 'name', naming },
      { eventNames: ['PutTargets', 'RemoveTargets'], parameter: 'rule', naming },
    ],
    longestResource: 64,
    risk: 'events may not reach the sentry any more, or tampering may not be reported',
  };
}
