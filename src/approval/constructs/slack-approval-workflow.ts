import {
  Annotations,
  CfnOutput,
  Duration,
  RemovalPolicy,
  Resource,
  Stack,
  Token,
  Validations,
} from 'aws-cdk-lib';
import type * as apigwv2 from 'aws-cdk-lib/aws-apigatewayv2';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as sns from 'aws-cdk-lib/aws-sns';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { ApprovalAsker } from './approval-asker';
import { approvalConfiguration, auditSeconds } from './approval-settings';
import { ApprovalTable } from './approval-table';
import { InteractionApi } from './interaction-api';
import { slackAppManifest } from './slack-app-manifest';
import type { SlackApprovalWorkflowProps } from './slack-approval-workflow-props';
import { WorkflowParameter } from './workflow-parameter';
import { grantEvents, grantSecret, grantSend } from './workflow-rights';
import { BundledFunction } from '../../shared/constructs/bundled-function';
import { givenTopic, notificationTopic } from '../../shared/constructs/notification-topic';
import { NotifyingAlarm, SilenceAlarm } from '../../shared/constructs/notifying-alarm';
import { ownMetric } from '../../shared/constructs/own-metric';
import { TamperRules } from '../../shared/constructs/tamper-rules';
import { deadLetterQueue, takeOneByOne, workQueue } from '../../shared/constructs/work-queue';
import { TRIES_BEFORE_ALARM } from '../../shared/contracts/queue-tries';
import { ADVANCE_REQUESTS } from '../contracts/advance-requests.environment';
import { APPROVAL_METRICS } from '../contracts/approval-metrics';
import { DELIVER_MESSAGES } from '../contracts/deliver-messages.environment';
import { RECEIVE_INTERACTION } from '../contracts/receive-interaction.environment';

/** Slack waits for three seconds and comes again; what takes longer may still be stored. */

/** A flood of requests must not eat up the account's concurrency. */
const MAX_CONCURRENCY = 10;

/**
 * Slack takes about one message a second in a channel. Two, so that one that waits for Slack holds
 * up nothing; Lambda takes no less.
 */
const DELIVERIES_AT_ONCE = 2;

/** In five minutes. The internet knocks at every URL now and then. */
const BAD_SIGNATURES_BEFORE_ALARM = 100;

const ADVANCE_EVERY = Duration.minutes(1);
const SILENT_MINUTES = 5;

const LONGEST_ASKER_NAME = 128;

/**
 * Asks people in Slack, and brings the decision to whoever asked: once, and proved.
 *
 * It needs a Slack app, which `slackAppManifest` makes, and its two secrets. It has no rights to
 * anything that it asks about.
 */
export class SlackApprovalWorkflow extends Construct {
  /** Where alarms go: subscribe to it. */
  public readonly notificationTopic: sns.ITopic;

  /**
   * Alarms about the workflow itself. They publish to the notification topic; add actions of your
   * own at will.
   */
  public readonly alarms: cloudwatch.Alarm[];

  /** Where Slack brings clicks to: the request URL in the app's interactivity settings. */
  public readonly interactionsUrl: string;

  /**
   * The manifest of the Slack app, as JSON: pasted into Slack, it makes the app. It is an output of
   * the stack too.
   */
  public readonly slackAppManifest: string;

  private readonly parameter: WorkflowParameter;
  private readonly requests: sqs.Queue;
  private readonly decisionKey: kms.Key;
  private readonly advancer: BundledFunction<string>;
  private readonly expireSeconds: number;

  /**
   * Throws if a duration, a number or an id is out of its range, if more people have to approve
   * than there are, if two of the secrets are the same, and if the topic cannot work. That two
   * workflows of one stack have the same id is an error at synth: their URLs hang on it.
   */
  constructor(scope: Construct, id: string, props: SlackApprovalWorkflowProps) {
    super(scope, id);
    this.refuseSameSecrets(props);
    const configuration = approvalConfiguration(this.node.path, props);
    const auditTime = auditSeconds(this.node.path, props);
    const monitoring = props.monitoringChannel?._monitoring ?? { kind: 'none' };
    this.warnOfLonelyApprover(props);
    this.expireSeconds = configuration.expireMilliseconds / 1_000;

    this.notificationTopic = props.notificationTopic
      ? givenTopic(this, props.notificationTopic)
      : notificationTopic(this, 'Notifications');
    this.parameter = new WorkflowParameter(this, 'Parameter', {
      ...configuration,
      monitoring,
      auditSeconds: auditTime,
    });
    const table = new ApprovalTable(this, 'Requests');
    this.decisionKey = new kms.Key(this, 'DecisionKey', {
      keySpec: kms.KeySpec.HMAC_256,
      keyUsage: kms.KeyUsage.GENERATE_VERIFY_MAC,
      description: `Proves decisions of ${this.node.path}`,
      removalPolicy: RemovalPolicy.RETAIN,
    });

    const unhandledRequests = deadLetterQueue(this, 'UnhandledRequests');
    const unhandledClicks = deadLetterQueue(this, 'UnhandledClicks');
    const unhandledMessages = deadLetterQueue(this, 'UnhandledMessages');
    const undelivered = deadLetterQueue(this, 'UndeliveredEvents');
    this.requests = workQueue(this, 'RequestQueue', {
      contract: ADVANCE_REQUESTS,
      unhandled: unhandledRequests,
    });
    const clicks = workQueue(this, 'ClickQueue', {
      contract: ADVANCE_REQUESTS,
      unhandled: unhandledClicks,
    });
    const messages = workQueue(this, 'MessageQueue', {
      contract: DELIVER_MESSAGES,
      unhandled: unhandledMessages,
    });

    const common = { WORKFLOW_NAME: this.node.path, APPROVAL_TABLE: table.tableName };
    const receiver = new BundledFunction(this, 'ReceiveInteraction', {
      contract: RECEIVE_INTERACTION,
      environment: () => ({
        ...common,
        CLICK_QUEUE_URL: clicks.queueUrl,
        SIGNING_SECRET_ARN: props.signingSecret.secretArn,
        AUDIT_SECONDS: String(auditTime),
      }),
      description: `Takes clicks in Slack for ${this.node.path}`,
      // Slack waits for three seconds, a cold start included: the processor grows with the memory.
      memorySize: 1024,
    });
    table.grantAddClicks(receiver.role!);
    grantSend(receiver, clicks);
    grantSecret(receiver, props.signingSecret);

    this.advancer = new BundledFunction(this, 'AdvanceRequests', {
      contract: ADVANCE_REQUESTS,
      environment: () => ({
        ...common,
        CONFIGURATION_PARAMETER: this.parameter.parameter.parameterName,
        REQUEST_QUEUE_URL: this.requests.queueUrl,
        CLICK_QUEUE_URL: clicks.queueUrl,
        MESSAGE_QUEUE_URL: messages.queueUrl,
        SIGNING_SECRET_ARN: props.signingSecret.secretArn,
        BOT_TOKEN_SECRET_ARN: props.botToken.secretArn,
        DECISION_KEY_ARN: this.decisionKey.keyArn,
      }),
      description: `Judges clicks, and does what is due of requests, for ${this.node.path}`,
      memorySize: 512,
    });
    takeOneByOne(this.advancer, this.requests, MAX_CONCURRENCY);
    takeOneByOne(this.advancer, clicks, MAX_CONCURRENCY);
    this.parameter.grantRead(this.advancer);
    table.grantReadAndChange(this.advancer.role!);
    table.grantFindDue(this.advancer);
    grantSend(this.advancer, messages);
    grantSecret(this.advancer, props.signingSecret);
    grantSecret(this.advancer, props.botToken);
    grantEvents(this.advancer);
    this.letOnlyAdvancerDecide(this.advancer.role!);
    // What one run leaves, the next one does: late ones must not come in heaps.
    this.advancer.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: ADVANCE_EVERY });
    const minuteRule = new events.Rule(this, 'MinuteRule', {
      description: `When ${this.node.path} looks what is due`,
      schedule: events.Schedule.rate(ADVANCE_EVERY),
      targets: [new targets.LambdaFunction(this.advancer)],
    });

    const deliverer = new BundledFunction(this, 'DeliverMessages', {
      contract: DELIVER_MESSAGES,
      environment: () => ({
        ...common,
        CONFIGURATION_PARAMETER: this.parameter.parameter.parameterName,
        MESSAGE_QUEUE_URL: messages.queueUrl,
        BOT_TOKEN_SECRET_ARN: props.botToken.secretArn,
      }),
      description: `Brings messages to Slack for ${this.node.path}`,
      memorySize: 512,
    });
    takeOneByOne(deliverer, messages, DELIVERIES_AT_ONCE);
    this.parameter.grantRead(deliverer);
    table.grantReadAndPut(deliverer.role!);
    grantSend(deliverer, messages);
    grantSecret(deliverer, props.botToken);
    const webhook = props.monitoringChannel?._secret;
    if (webhook) grantSecret(deliverer, webhook);

    const { api, url } = new InteractionApi(this, 'Interactions', {
      handler: receiver,
      domainMapping: props.domainMapping,
    });
    this.interactionsUrl = url;
    this.slackAppManifest = Stack.of(this).toJsonString(
      slackAppManifest(this.node.path, this.interactionsUrl),
    );
    new CfnOutput(this, 'SlackAppManifest', {
      value: this.slackAppManifest,
      description: 'Paste it into Slack, "Create an app" from a manifest',
    });

    const functions = [receiver, this.advancer, deliverer];
    this.alarms = this.makeAlarms({
      unhandledRequests,
      unhandledClicks,
      unhandledMessages,
      undelivered,
      receiver,
      deliverer,
      api,
    });
    new TamperRules(this, 'Tamper', {
      topic: this.notificationTopic,
      deadLetterQueue: undelivered,
      rules: [minuteRule],
      functions,
      tables: [table.table],
      queues: [
        this.requests,
        clicks,
        messages,
        unhandledRequests,
        unhandledClicks,
        unhandledMessages,
        undelivered,
      ],
      parameters: [this.parameter.parameter],
      keys: [this.decisionKey],
      secrets: [props.signingSecret, props.botToken, ...(webhook ? [webhook] : [])],
      apis: [api],
      alarms: this.alarms,
    });
    Validations.of(undelivered).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason: 'It is a dead-letter queue itself: that of EventBridge targets.',
    });
  }

  /**
   * Lets somebody ask: a construct of the library does so itself, and one of your own can do the
   * same.
   *
   * @param name what it is known by in requests, 1 to 128 characters that are known at synth.
   * Throws if it is out of that, or taken.
   * @param decisions where its decisions go: a standard queue of the workflow's account and Region,
   * which throws otherwise. If the app makes it, it must be in the workflow's stack, or this
   * throws: the two would need each other to be deployed first.
   */
  public addAsker(name: string, decisions: sqs.IQueue): ApprovalAsker {
    this.validateAsker(name, decisions);
    this.parameter.addAsker({ name, queueUrl: decisions.queueUrl });
    grantSend(this.advancer, decisions);
    return ApprovalAsker._of(name, this.requests, this.decisionKey);
  }

  /** Requests that people were asked about. */
  public metricRequestsAsked(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return ownMetric(this, APPROVAL_METRICS.requestsAsked, options);
  }

  /** Requests that were approved, were denied, or expired. */
  public metricDecisions(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return ownMetric(this, APPROVAL_METRICS.decisions, options);
  }

  /** Clicks that did not count: of people who may not decide, or on what is decided already. */
  public metricRefusedClicks(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return ownMetric(this, APPROVAL_METRICS.refusedClicks, options);
  }

  /** Calls of the interactions URL that Slack did not sign. */
  public metricBadSignatures(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return ownMetric(this, APPROVAL_METRICS.badSignatures, options);
  }

  /** Messages that Slack refused. Each is tried again. */
  public metricUndeliverableMessages(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return ownMetric(this, APPROVAL_METRICS.undeliverableMessages, options);
  }

  /**
   * Requests that nobody was asked about: the same was denied a short while before, or there were
   * too many.
   */
  public metricRequestsNotAsked(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return ownMetric(this, APPROVAL_METRICS.requestsNotAsked, options);
  }

  /** Requests that nobody was asked about, since one actor caused too many. */
  public metricRequestsCapped(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return ownMetric(this, APPROVAL_METRICS.requestsCapped, options);
  }

  /** Decisions that the one who asked could not carry out. */
  public metricCarryingFailed(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return ownMetric(this, APPROVAL_METRICS.carryingFailed, options);
  }

  /**
   * How long people have to decide, in seconds.
   *
   * @internal
   */
  public get _expireSeconds(): number {
    return this.expireSeconds;
  }

  private refuseSameSecrets({
    signingSecret,
    botToken,
    monitoringChannel,
  }: SlackApprovalWorkflowProps): void {
    const secrets = [
      ['signingSecret', signingSecret],
      ['botToken', botToken],
      ['monitoringChannel', monitoringChannel?._secret],
    ] as const;
    const named = secrets.flatMap(([name, secret]) =>
      secret ? [{ name, arn: secret.secretArn }] : [],
    );
    for (const [index, { name, arn }] of named.entries()) {
      const other = named.slice(0, index).find((one) => one.arn === arn);
      if (!other) continue;
      throw new Error(
        `${this.node.path}: "${other.name}" and "${name}" are the same secret, ${arn}: write one secret for each, with the value alone as its text.`,
      );
    }
  }

  private warnOfLonelyApprover({
    approvers: { _selection: selection },
    allowSelfApproval,
  }: SlackApprovalWorkflowProps): void {
    if (allowSelfApproval || selection.kind !== 'users' || selection.userIds.length > 1) return;
    Annotations.of(this).addWarningV2(
      'cdk-sentries:oneApprover',
      'There is one approver, who may not approve what they asked for themselves; and where nobody knows in Slack who asked, two have to approve: ' +
        'such requests can only be denied, or expire. Name more approvers, or write "allowSelfApproval: true".',
    );
  }

  /** Whatever rights others have in the account: who makes the MAC decides. */
  private letOnlyAdvancerDecide(role: iam.IRole): void {
    iam.Grant.addToPrincipal({
      grantee: role,
      actions: ['kms:GenerateMac'],
      resourceArns: [this.decisionKey.keyArn],
    });
    this.decisionKey.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'WorkflowOnly',
        effect: iam.Effect.DENY,
        principals: [new iam.AnyPrincipal()],
        actions: ['kms:GenerateMac'],
        resources: ['*'],
        conditions: { StringNotEquals: { 'aws:PrincipalArn': role.roleArn } },
      }),
    );
  }

  private validateAsker(name: string, decisions: sqs.IQueue): void {
    if (Token.isUnresolved(name) || name.length === 0 || name.length > LONGEST_ASKER_NAME) {
      throw new Error(
        `${this.node.path}: "${name}" is no name of an asker: write 1 to ${LONGEST_ASKER_NAME} characters that are known at synth, such as "my-asker".`,
      );
    }
    if (decisions.fifo) {
      throw new Error(
        `${this.node.path}: the queue ${decisions.node.path} of the asker "${name}" is a FIFO queue, which decisions cannot go to: give a standard queue.`,
      );
    }
    const own = Stack.of(this);
    if (Resource.isOwnedResource(decisions) && Stack.of(decisions) !== own) {
      throw new Error(
        `${this.node.path}: the queue ${decisions.node.path} of the asker "${name}" is in another stack than the workflow, and each would have to be ` +
          `deployed before the other: make the queue in the workflow's stack, ${own.node.path}, or put all that asks into that stack.`,
      );
    }
    for (const place of ['account', 'region'] as const) {
      const theirs = decisions.env[place];
      if ([theirs, own[place]].some(Token.isUnresolved) || theirs === own[place]) continue;
      throw new Error(
        `${this.node.path}: the queue ${decisions.node.path} of the asker "${name}" is in the ${place} ${theirs}, the workflow in ${own[place]}: ` +
          'give a queue of the same account and Region.',
      );
    }
  }

  private makeAlarms(parts: WatchedParts): cloudwatch.Alarm[] {
    const {
      unhandledRequests,
      unhandledClicks,
      unhandledMessages,
      undelivered,
      receiver,
      deliverer,
      api,
    } = parts;
    const topic = this.notificationTopic;
    const alarm = (id: string, metric: cloudwatch.Metric, threshold: number, description: string) =>
      new NotifyingAlarm(this, id, { metric, threshold, description, topic });
    const tally = (id: string, metric: cloudwatch.Metric, threshold: number, description: string) =>
      new NotifyingAlarm(this, id, {
        metric,
        threshold,
        description,
        topic,
        statistic: cloudwatch.Stats.SUM,
        period: Duration.minutes(5),
      });
    const waiting = (queue: sqs.Queue) => queue.metricApproximateNumberOfMessagesVisible();
    return [
      alarm(
        'UnhandledRequestsAlarm',
        waiting(unhandledRequests),
        0,
        'The workflow gave up on requests or outcomes after hours of tries: nobody was asked, or an outcome is not shown.',
      ),
      alarm(
        'UnhandledClicksAlarm',
        waiting(unhandledClicks),
        0,
        'The workflow gave up on clicks after hours of tries: they do not count yet.',
      ),
      alarm(
        'UnhandledMessagesAlarm',
        waiting(unhandledMessages),
        0,
        'The workflow gave up on word of messages after hours of tries: they come to Slack late.',
      ),
      alarm(
        'UndeliveredEventsAlarm',
        waiting(undelivered),
        0,
        'EventBridge could not hand word of tampering to the topic.',
      ),
      alarm(
        'FailingMessagesAlarm',
        ownMetric(this, APPROVAL_METRICS.failedTries),
        TRIES_BEFORE_ALARM,
        'A request, a click or a message has failed for over five minutes: a call of the workflow is refused, or Slack is down.',
      ),
      // Once a message was received three times, SQS leaves it out of this metric: it shows
      // requests that nobody takes.
      alarm(
        'WaitingRequestsAlarm',
        this.requests.metricApproximateAgeOfOldestMessage(),
        Duration.minutes(15).toSeconds(),
        'A request has waited for over 15 minutes: the function does not take requests from its queue.',
      ),
      alarm(
        'ReceiveErrorsAlarm',
        receiver.metricErrors(),
        0,
        'The function that takes clicks fails: people click, and nothing happens.',
      ),
      alarm(
        'AdvanceErrorsAlarm',
        this.advancer.metricErrors(),
        0,
        'The function that judges clicks and does what is due fails: requests stand still.',
      ),
      alarm(
        'DeliverErrorsAlarm',
        deliverer.metricErrors(),
        0,
        'The function that brings messages to Slack fails as a whole.',
      ),
      new SilenceAlarm(this, 'MissedRunsAlarm', {
        metric: ownMetric(this, APPROVAL_METRICS.advanceRuns),
        period: ADVANCE_EVERY,
        periods: SILENT_MINUTES,
        topic,
        description: `The workflow has not looked for ${SILENT_MINUTES} minutes what is due: nothing expires, no approval ends, and nothing lost is found.`,
      }),
      tally(
        'UndeliverableMessagesAlarm',
        this.metricUndeliverableMessages(),
        0,
        'Slack refuses messages: is the app a member of its channels, and its token good? The log of the delivering function says why.',
      ),
      tally(
        'FailedClicksAlarm',
        api.metricServerError(),
        0,
        'Clicks were answered with an error: they were not kept, and Slack does not bring them again.',
      ),
      tally(
        'ForeignOutcomesAlarm',
        ownMetric(this, APPROVAL_METRICS.foreignOutcomes),
        0,
        'An outcome came for a request that its asker does not have: an asker was renamed, or somebody else can send to the queue of requests.',
      ),
      tally(
        'RequestsCappedAlarm',
        this.metricRequestsCapped(),
        0,
        'Nobody was asked about a request, since one actor caused too many: somebody floods the approvers, or a tool runs wild.',
      ),
      tally(
        'BadSignaturesAlarm',
        this.metricBadSignatures(),
        BAD_SIGNATURES_BEFORE_ALARM,
        'The interactions URL gets many calls that Slack did not sign: somebody attacks it, or the signing secret is not that of the app.',
      ),
    ];
  }
}

interface WatchedParts {
  readonly unhandledRequests: sqs.Queue;
  readonly unhandledClicks: sqs.Queue;
  readonly unhandledMessages: sqs.Queue;
  readonly undelivered: sqs.Queue;
  readonly receiver: lambda.IFunction;
  readonly deliverer: lambda.IFunction;
  readonly api: apigwv2.HttpApi;
}
