import { Names, Stack, Token } from 'aws-cdk-lib';
import type * as apigwv2 from 'aws-cdk-lib/aws-apigatewayv2';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import type * as ssm from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import { settingsFor } from './applied-settings';
import { isInstanceOf } from './instance-of';
import { renderedName } from './role-name';
import { passedRolesPattern, tamperPattern, trailPattern } from './tamper-patterns';
import { TopicTarget } from './topic-target';
import {
  ROLE_PASSING_CALLS,
  TAMPER_CALLS,
  type TamperedKind,
  type TamperedResource,
  TRAIL_CALLS,
} from '../contracts/tamper-calls';
import { chunksOf } from '../domain/chunks';
import { iamRegionOf } from '../domain/partition';

/**
 * The parts of a sentry. Keys of the topic, the tables and the queues are watched along with them.
 */
export interface TamperRulesProps {
  /**
   * Where tampering is told. Its policy is extended to let EventBridge in, and then takes the place
   * of the default one, which lets the account's alarms in.
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

interface Watch extends TamperedResource {
  readonly id: TamperedKind;
  /** Names, ids or ARNs. */
  readonly resources: readonly string[];
}

/** Of a call, beside who made it. */
interface ToldOfCalls {
  readonly risk: string;
  /** Request parameters that name the resource. */
  readonly parameters: readonly string[];
}

const MAX_PATTERN_LENGTH = 2048;

/** With their names and the ARNs of their roles as long as they get, a pattern holds so many. */
const FUNCTIONS_PER_RULE = 5;

/** What is left then for the paths of their roles, which aspects may set. */
const LONGEST_PATHS = 500;

/** Rule names hold 64 characters; the rest is for the id of a watch. */
const LONGEST_BASE_NAME = 45;

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
    this.addRule('Trails', trailPattern(), TRAIL_CALLS);
    this.watchPassedRoles();
    this.letRulesUseDeadLetterQueue();
    this.node.addValidation({ validate: () => this.pathErrors() });
  }

  private pathErrors(): string[] {
    const longest = Math.floor(LONGEST_PATHS / FUNCTIONS_PER_RULE);
    return this.props.functions
      .map(({ role }) => role?.node.defaultChild)
      .filter((role) => isInstanceOf(role, iam.CfnRole))
      .map((role) => ({ role, ...renderedName(role) }))
      .filter(({ path }) => path.length > longest)
      .map(
        ({ role, path }) =>
          `${role.node.path}: the role has a path of ${path.length} characters, and the rules that watch ${this.sentry} hold ${longest}: write a shorter one, such as /sentries/.`,
      );
  }

  private watchPassedRoles(): void {
    chunksOf(this.props.functions, FUNCTIONS_PER_RULE).forEach((functions, index) =>
      this.addRule(
        `PassedRoles${index === 0 ? '' : index + 1}`,
        passedRolesPattern(functions),
        ROLE_PASSING_CALLS,
      ),
    );
  }

  private watches(): Watch[] {
    const resources = this.resources();
    return (Object.keys(resources) as TamperedKind[]).map((id) => ({
      id,
      ...TAMPER_CALLS[id],
      resources: resources[id],
    }));
  }

  /** Names, ids or ARNs. */
  private resources(): Record<TamperedKind, readonly string[]> {
    const { rules, functions, tables, queues, parameters, alarms, topic } = this.props;
    const { secrets = [], apis = [] } = this.props;
    return {
      Rules: [...rules.map((rule) => rule.ruleName), this.ruleName('TamperRules')],
      TamperRules: [`${this.baseName}-`],
      Functions: functions.map((handler) => handler.functionName),
      Mappings: functions
        .flatMap(eventSourceMappings)
        .map((mapping) => mapping.eventSourceMappingId),
      Logs: functions.map((handler) => handler.logGroup.logGroupName),
      Tables: tables.map((table) => table.tableName),
      Queues: queues.map((queue) => queue.queueName),
      Parameters: parameters.map((parameter) => parameter.parameterName),
      Topic: [topic.topicArn],
      Keys: keysOf(this.props, settingsFor(this).logKey).map((key) => key.keyId),
      Secrets: secrets.map((secret) => secret.secretName),
      Apis: apis.map((api) => api.apiId),
      Alarms: alarms.map((alarm) => alarm.alarmName),
      Roles: this.seesIam() ? functions.flatMap((handler) => handler.role?.roleName ?? []) : [],
    };
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
    const stack = Stack.of(this);
    const lengthWith = (count: number) => {
      const resources = Array.from({ length: count }, () => 'x'.repeat(watch.longestResource));
      return JSON.stringify(stack.resolve(tamperPattern(watch, resources, stack))).length;
    };
    const perResource = lengthWith(2) - lengthWith(1);
    const mostResources = 1 + Math.floor((MAX_PATTERN_LENGTH - lengthWith(1)) / perResource);
    const parameters = watch.calls.map(({ parameter, list }) =>
      list ? `${parameter}[0]` : parameter,
    );
    chunksOf(watch.resources, mostResources).forEach((resources, index) =>
      this.addRule(
        index === 0 ? watch.id : `${watch.id}${index + 1}`,
        tamperPattern(watch, resources, stack),
        { risk: watch.risk, parameters },
      ),
    );
  }

  private addRule(id: string, eventPattern: events.EventPattern, told: ToldOfCalls): void {
    const { topic, deadLetterQueue } = this.props;
    const target = new TopicTarget(this, {
      topic,
      message: events.RuleTargetInput.fromText(tamperText(this.sentry, told)),
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

/**
 * A value that is not in the record leaves a gap in the text. The text holds only values that AWS
 * has checked, since nothing is escaped. So it leaves out the user agent, for one, in which a
 * caller may write anything.
 */
function tamperText(sentry: string, { risk, parameters }: ToldOfCalls): string {
  const field = (path: string) => events.EventField.fromPath(`$.detail.${path}`);
  const resource = parameters.map((parameter) => field(`requestParameters.${parameter}`)).join('');
  return (
    `[CRITICAL] ${sentry}: ${field('eventName')} on ${resource} ` +
    `by ${field('userIdentity.arn')} (${field('userIdentity.type')} ${field('userIdentity.invokedBy')}) from ${field('sourceIPAddress')} at ${field('eventTime')}, ` +
    `account ${events.EventField.account}, Region ${events.EventField.region}. ` +
    `If this was no deployment of yours, ${risk}: find out who did it, and put it back as it was; a deployment does so with cdk deploy --revert-drift only. CloudTrail event ${field('eventID')}.`
  );
}

function eventSourceMappings(handler: lambda.Function): lambda.EventSourceMapping[] {
  return handler.node.children.filter((child) => isInstanceOf(child, lambda.EventSourceMapping));
}

function keysOf(
  { topic, tables, queues, keys = [] }: TamperRulesProps,
  logKey: kms.IKey | undefined,
): kms.IKey[] {
  const used = [
    topic.masterKey,
    ...tables.map((table) => table.encryptionKey),
    ...queues.map((queue) => queue.encryptionMasterKey),
    ...keys,
    logKey,
  ];
  return [...new Set(used.filter((key) => key !== undefined))];
}
