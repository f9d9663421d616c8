import { ArnFormat, Names, Stack, Token } from 'aws-cdk-lib';
import type * as apigwv2 from 'aws-cdk-lib/aws-apigatewayv2';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import type * as ssm from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import { chunksOf } from '../domain/chunks';
import { iamRegionOf } from '../domain/partition';

/**
 * The parts of a sentry. Keys of the topic, the tables and the queues are watched along with them.
 */
export interface TamperRulesProps {
  /**
   * Where tampering is told. Its policy is extended to let EventBridge in, and then takes the place
   * of the default one, which lets the account's alarms in. An imported topic must let
   * events.amazonaws.com publish itself, and so must the policy of its key.
   */
  readonly topic: sns.ITopic;
  /** Messages that EventBridge cannot hand to the topic go here. */
  readonly deadLetterQueue: sqs.IQueue;
  readonly rules: events.IRule[];
  /**
   * Functions that have log groups of their own. Their roles are watched too, and the event source
   * mappings that they have by now.
   */
  readonly functions: lambda.Function[];
  readonly tables: dynamodb.ITable[];
  readonly queues: sqs.IQueue[];
  readonly parameters: ssm.IStringParameter[];
  /**
   * Keys beside those of the topic, the tables and the queues.
   *
   * @default - none
   */
  readonly keys?: kms.IKey[];
  /**
   * Secrets that the functions read.
   *
   * @default - none
   */
  readonly secrets?: secretsmanager.ISecret[];
  /**
   * APIs that lead to the functions.
   *
   * @default - none
   */
  readonly apis?: apigwv2.IHttpApi[];
  readonly alarms: cloudwatch.IAlarm[];
}

/** One kind of resource, and the calls that could blind a sentry through it. */
interface Watch {
  readonly id: string;
  /** As in `aws.lambda` and `lambda.amazonaws.com`. */
  readonly service: string;
  readonly calls: WatchedCalls[];
  /** Names, ids or ARNs. */
  readonly resources: string[];
  /** How long they can get once they are known. */
  readonly longestResource: number;
  /** An attacker's gain from such a call. */
  readonly risk: string;
}

/** Calls that name their resource in the same request parameter. */
interface WatchedCalls {
  readonly eventNames: string[];
  readonly parameter: string;
  /**
   * A list has its members watched, and only its first is told: EventBridge does not escape what it
   * puts into a text.
   */
  readonly list?: boolean;
  readonly matching: (resource: string) => string[];
}

const MAX_PATTERN_LENGTH = 2048;

/** With their names and the ARNs of their roles as long as they get, a pattern holds so many. */
const FUNCTIONS_PER_RULE = 5;

/** Rule names hold 64 characters; the rest is for the id of a watch. */
const LONGEST_BASE_NAME = 45;

const MUTUAL_WATCH_ID = 'TamperRules';

const exactly = (resource: string) => [resource];
const startingWith = (resource: string) => events.Match.prefix(resource);
/** Calls may name a resource by its name, its ARN or its URL: all end with the name. */
const endingWith = (resource: string) => events.Match.suffix(resource);
/** Lambda takes the version that always is as part of a name too. */
const functionNamed = (name: string) => [...endingWith(name), ...endingWith(`${name}:$LATEST`)];

/**
 * Tells when someone lays hands on a sentry: rules of EventBridge with the topic as their target,
 * and no function in between that could be switched off.
 *
 * The rules have names of their own making: a pattern cannot refer to its own rule, and this way
 * they can watch each other.
 */
export class TamperRules extends Construct {
  private readonly sentry: string;
  private readonly baseName: string;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: TamperRulesProps,
  ) {
    super(scope, id);
    this.sentry = scope.node.path;
    this.baseName = Names.uniqueResourceName(this, {
      maxLength: LONGEST_BASE_NAME,
      separator: '-',
      allowedSpecialCharacters: '-',
    });
    this.watches().forEach((watch) => this.addRules(watch));
    this.addRule(
      'Trails',
      trailPattern(),
      'calls may not be recorded any more, and the sentry sees none',
      ['name', 'trailName'],
    );
    this.watchPassedRoles();
    this.letRulesUseDeadLetterQueue();
  }

  private watchPassedRoles(): void {
    chunksOf(this.props.functions, FUNCTIONS_PER_RULE).forEach((functions, index) =>
      this.addRule(
        `PassedRoles${index === 0 ? '' : index + 1}`,
        passedRolesPattern(functions),
        'code that is not of the sentry runs with a role of the sentry',
        ['functionName'],
      ),
    );
  }

  private watches(): Watch[] {
    const { rules, functions, tables, queues, parameters, alarms, topic } = this.props;
    return [
      rulesWatch(
        'Rules',
        [...rules.map((rule) => rule.ruleName), this.ruleName(MUTUAL_WATCH_ID)],
        exactly,
      ),
      rulesWatch(MUTUAL_WATCH_ID, [`${this.baseName}-`], startingWith),
      functionsWatch(functions.map((handler) => handler.functionName)),
      mappingsWatch(
        functions.flatMap(eventSourceMappings).map((mapping) => mapping.eventSourceMappingId),
      ),
      logsWatch(functions.map((handler) => handler.logGroup.logGroupName)),
      tablesWatch(tables.map((table) => table.tableName)),
      queuesWatch(queues.map((queue) => queue.queueName)),
      parametersWatch(parameters.map((parameter) => parameter.parameterName)),
      topicWatch(topic.topicArn),
      keysWatch(keysOf(this.props).map((key) => key.keyId)),
      secretsWatch(
        (this.props.secrets ?? []).map((secret) => secret.secretName),
        Stack.of(this),
      ),
      apisWatch((this.props.apis ?? []).map((api) => api.apiId)),
      alarmsWatch(alarms.map((alarm) => alarm.alarmName)),
      rolesWatch(
        this.seesIam() ? functions.flatMap((handler) => handler.role?.roleName ?? []) : [],
      ),
    ];
  }

  /**
   * The records of IAM are in one Region of each partition. Where the Region is not known yet,
   * rules that see nothing cost nothing.
   */
  private seesIam(): boolean {
    const { region } = Stack.of(this);
    return Token.isUnresolved(region) || region === iamRegionOf(region);
  }

  /** As many rules as it takes for each pattern to keep to its length. */
  private addRules(watch: Watch): void {
    const lengthWith = (count: number) =>
      JSON.stringify(
        Stack.of(this).resolve(
          watchPattern(
            watch,
            Array.from({ length: count }, () => 'x'.repeat(watch.longestResource)),
          ),
        ),
      ).length;
    const perResource = lengthWith(2) - lengthWith(1);
    const mostResources = 1 + Math.floor((MAX_PATTERN_LENGTH - lengthWith(1)) / perResource);
    const named = watch.calls.map(({ parameter, list }) => (list ? `${parameter}[0]` : parameter));
    chunksOf(watch.resources, mostResources).forEach((resources, index) =>
      this.addRule(
        index === 0 ? watch.id : `${watch.id}${index + 1}`,
        watchPattern(watch, resources),
        watch.risk,
        named,
      ),
    );
  }

  private addRule(
    id: string,
    eventPattern: events.EventPattern,
    risk: string,
    parameters: string[],
  ): void {
    const { topic, deadLetterQueue } = this.props;
    const target = new targets.SnsTopic(topic, {
      message: events.RuleTargetInput.fromText(tamperText(this.sentry, risk, parameters)),
    });
    new events.Rule(this, id, {
      ruleName: this.ruleName(id),
      description: `Tells when someone tampers with ${this.sentry}`,
      eventPattern,
      // With its own `deadLetterQueue`, each target would add a statement to the policy of the
      // queue, which holds 20.
      targets: [
        {
          bind: (rule) => ({
            ...target.bind(rule),
            deadLetterConfig: { arn: deadLetterQueue.queueArn },
          }),
        },
      ],
    });
  }

  private ruleName(id: string): string {
    return `${this.baseName}-${id}`;
  }

  private letRulesUseDeadLetterQueue(): void {
    const { deadLetterQueue } = this.props;
    const rules = Stack.of(this).formatArn({
      service: 'events',
      resource: 'rule',
      resourceName: this.ruleName('*'),
    });
    deadLetterQueue.addToResourcePolicy(
      new iam.PolicyStatement({
        principals: [new iam.ServicePrincipal('events.amazonaws.com')],
        actions: ['sqs:SendMessage'],
        resources: [deadLetterQueue.queueArn],
        conditions: { ArnLike: { 'aws:SourceArn': rules } },
      }),
    );
  }
}

function rulesWatch(id: string, resources: string[], matching: WatchedCalls['matching']): Watch {
  return {
    id,
    service: 'events',
    calls: [
      { eventNames: ['DisableRule', 'DeleteRule', 'PutRule'], parameter: 'name', matching },
      { eventNames: ['PutTargets', 'RemoveTargets'], parameter: 'rule', matching },
    ],
    resources,
    longestResource: 64,
    risk: 'events may not reach the sentry any more, or tampering may not be reported',
  };
}

/**
 * CloudTrail's names for Lambda's operations carry the date of the API, and some a version:
 * UpdateFunctionCode20150331v2.
 */
function functionsWatch(resources: string[]): Watch {
  const eventNames = [
    'UpdateFunction',
    'DeleteFunction',
    'PutFunction',
    'PutRuntimeManagementConfig',
    'AddPermission',
    'RemovePermission',
    'CreateEventSourceMapping',
  ].flatMap((name) => events.Match.prefix(name));
  return {
    id: 'Functions',
    service: 'lambda',
    calls: [{ eventNames, parameter: 'functionName', matching: functionNamed }],
    resources,
    longestResource: 64,
    risk: 'a function of the sentry may do something else, do nothing, or be called by others',
  };
}

/** How CloudTrail writes the parameter UUID is not documented. */
function mappingsWatch(resources: string[]): Watch {
  const eventNames = ['UpdateEventSourceMapping', 'DeleteEventSourceMapping'].flatMap((name) =>
    events.Match.prefix(name),
  );
  return {
    id: 'Mappings',
    service: 'lambda',
    calls: [
      { eventNames, parameter: 'uUID', matching: exactly },
      { eventNames, parameter: 'uuid', matching: exactly },
    ],
    resources,
    longestResource: 36,
    risk: 'events may wait in a queue of the sentry and be judged by no one',
  };
}

function logsWatch(resources: string[]): Watch {
  return {
    id: 'Logs',
    service: 'logs',
    calls: [{ eventNames: ['DeleteLogGroup'], parameter: 'logGroupName', matching: exactly }],
    resources,
    longestResource: 512,
    risk: 'what the sentry did is forgotten, and its metrics, which are read from its logs, stop: its alarms stay silent',
  };
}

function tablesWatch(resources: string[]): Watch {
  return {
    id: 'Tables',
    service: 'dynamodb',
    calls: [
      {
        eventNames: ['DeleteTable', 'UpdateTable', 'UpdateContinuousBackups', 'UpdateTimeToLive'],
        parameter: 'tableName',
        matching: endingWith,
      },
      {
        eventNames: ['PutResourcePolicy', 'DeleteResourcePolicy'],
        parameter: 'resourceArn',
        matching: endingWith,
      },
    ],
    resources,
    longestResource: 255,
    risk: 'the sentry may lose its memory, or others may write to it',
  };
}

function queuesWatch(resources: string[]): Watch {
  return {
    id: 'Queues',
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
        matching: endingWith,
      },
    ],
    resources,
    longestResource: 80,
    risk: 'events may be lost on their way to the sentry, or forged',
  };
}

function parametersWatch(resources: string[]): Watch {
  return {
    id: 'Parameters',
    service: 'ssm',
    calls: [
      { eventNames: ['PutParameter', 'DeleteParameter'], parameter: 'name', matching: endingWith },
      { eventNames: ['DeleteParameters'], parameter: 'names', list: true, matching: endingWith },
    ],
    resources,
    // CloudFormation makes it of "CFN-", the logical id, which has up to 255 characters, and 13
    // more.
    longestResource: 272,
    risk: 'the sentry may judge by other rules than those of its deployment',
  };
}

function topicWatch(topicArn: string): Watch {
  return {
    id: 'Topic',
    service: 'sns',
    calls: [
      {
        eventNames: ['DeleteTopic', 'SetTopicAttributes', 'AddPermission', 'RemovePermission'],
        parameter: 'topicArn',
        matching: exactly,
      },
      {
        eventNames: ['Unsubscribe', 'SetSubscriptionAttributes'],
        parameter: 'subscriptionArn',
        matching: (arn) => startingWith(`${arn}:`),
      },
      { eventNames: ['PutDataProtectionPolicy'], parameter: 'resourceArn', matching: exactly },
    ],
    resources: [topicArn],
    longestResource: 320,
    risk: 'notifications of the sentry may reach no one',
  };
}

function keysWatch(resources: string[]): Watch {
  return {
    id: 'Keys',
    service: 'kms',
    calls: [
      {
        eventNames: ['DisableKey', 'ScheduleKeyDeletion', 'PutKeyPolicy', 'RevokeGrant'],
        parameter: 'keyId',
        matching: endingWith,
      },
    ],
    resources,
    longestResource: 36,
    risk: 'the sentry may neither notify anyone nor remember anything',
  };
}

/**
 * Calls name a secret by its name, or by its ARN, with or without the characters that Secrets
 * Manager adds to it.
 */
function secretsWatch(resources: string[], stack: Stack): Watch {
  const arnOf = (name: string) =>
    stack.formatArn({
      service: 'secretsmanager',
      resource: 'secret',
      resourceName: name,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
  const eventNames = [
    'PutSecretValue',
    'UpdateSecret',
    'UpdateSecretVersionStage',
    'RotateSecret',
    'DeleteSecret',
    'PutResourcePolicy',
    'DeleteResourcePolicy',
  ];
  return {
    id: 'Secrets',
    service: 'secretsmanager',
    calls: [
      {
        eventNames,
        parameter: 'secretId',
        matching: (name) => [...exactly(name), ...startingWith(arnOf(name))],
      },
    ],
    resources,
    longestResource: 512,
    risk: 'anyone who knows a secret can act in the name of those whom it proves, and without the right secret no one can',
  };
}

/** How CloudTrail writes the parameter was not seen. */
function apisWatch(resources: string[]): Watch {
  const parts = ['Route', 'Integration', 'Stage', 'ApiMapping'].flatMap((part) => [
    `Create${part}`,
    `Update${part}`,
    `Delete${part}`,
  ]);
  const eventNames = ['UpdateApi', 'ReimportApi', 'DeleteApi', ...parts];
  return {
    id: 'Apis',
    service: 'apigateway',
    calls: [{ eventNames, parameter: 'apiId', matching: exactly }],
    resources,
    longestResource: 32,
    risk: 'what people click may go elsewhere, or nowhere',
  };
}

function alarmsWatch(resources: string[]): Watch {
  return {
    id: 'Alarms',
    service: 'monitoring',
    calls: [
      {
        eventNames: ['DeleteAlarms', 'DisableAlarmActions'],
        parameter: 'alarmNames',
        list: true,
        matching: exactly,
      },
      { eventNames: ['PutMetricAlarm'], parameter: 'alarmName', matching: exactly },
    ],
    resources,
    longestResource: 255,
    risk: 'no one may be notified when the sentry fails',
  };
}

function rolesWatch(resources: string[]): Watch {
  const eventNames = [
    'PutRolePolicy',
    'DeleteRolePolicy',
    'AttachRolePolicy',
    'DetachRolePolicy',
    'UpdateAssumeRolePolicy',
    'DeleteRole',
    'PutRolePermissionsBoundary',
    'DeleteRolePermissionsBoundary',
  ];
  return {
    id: 'Roles',
    service: 'iam',
    calls: [{ eventNames, parameter: 'roleName', matching: exactly }],
    resources,
    longestResource: 64,
    risk: 'the sentry may not be able to act any more, or others may act in its name',
  };
}

function watchPattern({ service, calls }: Watch, resources: string[]): events.EventPattern {
  const alternatives = calls.map(({ eventNames, parameter, matching }) => ({
    eventName: eventNames,
    requestParameters: { [parameter]: resources.flatMap(matching) },
  }));
  return callPattern(service, alternatives.length === 1 ? alternatives[0]! : { $or: alternatives });
}

/**
 * Of functions that are given a role of one of these, and are not the one whose role it is. What is
 * done to the sentry's own is watched as such.
 */
function passedRolesPattern(functions: lambda.Function[]): events.EventPattern {
  const passed = functions.map(({ role, functionName }) => ({
    requestParameters: {
      role: [role?.roleArn],
      functionName: events.Match.anythingBut(functionName),
    },
  }));
  return callPattern('lambda', {
    eventName: ['CreateFunction2', 'UpdateFunctionConfiguration2'].flatMap((name) =>
      events.Match.prefix(name),
    ),
    // To EventBridge, an $or of one is a field of that name, and the pattern is none.
    ...(passed.length > 1 ? { $or: passed } : passed[0]),
  });
}

/** Of any trail: which ones feed EventBridge, the sentry cannot know. */
function trailPattern(): events.EventPattern {
  return callPattern('cloudtrail', {
    eventName: ['StopLogging', 'DeleteTrail', 'UpdateTrail', 'PutEventSelectors'],
  });
}

/** Successful calls. No one but AWS can send events with such a source. */
function callPattern(service: string, call: Record<string, unknown>): events.EventPattern {
  return {
    source: [`aws.${service}`],
    detailType: ['AWS API Call via CloudTrail'],
    detail: {
      eventSource: [`${service}.amazonaws.com`],
      errorCode: events.Match.doesNotExist(),
      ...call,
    },
  };
}

/**
 * A value that is not in the record leaves a gap in the text. The text holds only values that AWS
 * has checked, since nothing is escaped. So it leaves out the user agent, for one, in which a
 * caller may write anything.
 */
function tamperText(sentry: string, risk: string, parameters: string[]): string {
  const field = (path: string) => events.EventField.fromPath(`$.detail.${path}`);
  const resource = parameters.map((parameter) => field(`requestParameters.${parameter}`)).join('');
  return (
    `[CRITICAL] ${sentry}: ${field('eventName')} on ${resource} ` +
    `by ${field('userIdentity.arn')} (${field('userIdentity.type')} ${field('userIdentity.invokedBy')}) from ${field('sourceIPAddress')} at ${field('eventTime')}, ` +
    `account ${events.EventField.account}, Region ${events.EventField.region}. ` +
    `If this was no deployment of yours, ${risk}: find out who did it, and deploy the stack again. CloudTrail event ${field('eventID')}.`
  );
}

function eventSourceMappings(handler: lambda.Function): lambda.EventSourceMapping[] {
  return handler.node.children.filter((child) => child instanceof lambda.EventSourceMapping);
}

function keysOf({ topic, tables, queues, keys = [] }: TamperRulesProps): kms.IKey[] {
  const used = [
    topic.masterKey,
    ...tables.map((table) => table.encryptionKey),
    ...queues.map((queue) => queue.encryptionMasterKey),
    ...keys,
  ];
  return [...new Set(used.filter((key) => key !== undefined))];
}
