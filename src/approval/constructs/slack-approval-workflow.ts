import { Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { ApprovalAsker } from './approval-asker';
import { ApprovalTable } from './approval-table';
import { checkAsker } from './asker-check';
import { WORKFLOW_ENDPOINTS } from './endpoint-needs';
import { Advancer } from './parts/advancer';
import { DecisionKey } from './parts/decision-key';
import { Deliverer } from './parts/deliverer';
import { MinuteRun } from './parts/minute-run';
import { Receiver } from './parts/receiver';
import { WorkflowAlarms } from './parts/workflow-alarms';
import type { WorkflowParts } from './parts/workflow-parts';
import { WorkflowQueues } from './parts/workflow-queues';
import { slackAppManifest } from './slack-app-manifest';
import type { SlackApprovalWorkflowProps } from './slack-approval-workflow-props';
import {
  type SlackApprovalWorkflowSettings,
  slackApprovalWorkflowSettings,
} from './slack-approval-workflow-settings';
import {
  allSecrets,
  refuseSharedSlackApp,
  slackSecrets,
  type WorkflowWithSecrets,
} from './slack-secrets';
import { WorkflowParameter } from './workflow-parameter';
import { adviseOnAlarms } from '../../shared/constructs/alarm-advice';
import { applyCompanySettings } from '../../shared/constructs/apply-company-settings';
import type { TagValues } from '../../shared/constructs/checked-tag-values';
import {
  checkedOperators,
  deadLetterQueuesIn,
  type GuardedQueue,
} from '../../shared/constructs/guarded-queue';
import { keptAlarms } from '../../shared/constructs/kept-alarms';
import { ALARMS_ALONE, ALARMS_AND_EVENTS } from '../../shared/constructs/key-statements';
import { informAtSynth } from '../../shared/constructs/late-advice';
import { givenTopic, notificationTopic } from '../../shared/constructs/notification-topic';
import { ownMetric } from '../../shared/constructs/own-metric';
import { refuseMissing } from '../../shared/constructs/required-props';
import { TamperRules } from '../../shared/constructs/tamper-rules';
import { visibleOutput } from '../../shared/constructs/visible-output';
import { APPROVAL_METRICS } from '../contracts/approval-metrics';

/**
 * Asks people in Slack, and delivers the decision to the asker: once, and proved.
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

  /** Where Slack sends clicks to: the request URL in the app's interactivity settings. */
  public readonly interactionsUrl: string;

  /**
   * The manifest of the Slack app, as JSON: pasted into Slack, it makes the app. It is an output of
   * the stack too, and of the stack around it where that is a nested one.
   */
  public readonly slackAppManifest: string;

  /** Takes clicks. A concurrency of 0 takes the app's power to approve away at once. */
  public readonly interactionFunction: lambda.IFunction;

  /** Delivers messages to Slack. Its log has Slack's own word for what is wrong. */
  public readonly deliveryFunction: lambda.IFunction;

  /** Where requests, clicks and messages go that could not be handled: `operators` may redrive. */
  public readonly deadLetterQueues: sqs.IQueue[];

  /**
   * They may redrive, also what stands beside the workflow.
   *
   * @internal
   */
  public readonly _operators: readonly iam.IPrincipal[];

  /**
   * Whether its topic hears of tampering.
   *
   * @internal
   */
  public readonly _tamperRules: boolean;

  private readonly parts: WorkflowParts;
  private readonly decisionKey: DecisionKey;
  private readonly advancer: Advancer;
  private readonly settings: SlackApprovalWorkflowSettings;
  /** Whether someone asks whose requests may have tags. */
  private mayGetTags = false;
  /** Whether someone asks whose requests may have an account and units. */
  private mayGetPlaces = false;
  private isAsked = false;
  private tellsOwners = false;

  /**
   * Throws if a duration, a number or an id is out of its range, if more people have to approve
   * than there are, if two of the secrets are the same, if another workflow of the app has one of
   * them, if an operator is no role or user, and if
   * the topic cannot work. That two workflows of one stack have the same id is an error at synth:
   * their URLs hang on it.
   */
  constructor(scope: Construct, id: string, props: SlackApprovalWorkflowProps) {
    super(scope, id);
    refuseMissing(this.node.path, props, {
      signingSecret: "new Secret(this, 'SigningSecret')",
      botToken: "new Secret(this, 'BotToken')",
      approvalChannelId: "'C0123ABCD'",
      approvers: "Approvers.users(['U0123ABCD'])",
    });
    applyCompanySettings(this, props, { hearsEvents: true, endpoints: WORKFLOW_ENDPOINTS });
    const { tamperRules = true } = props;
    this._tamperRules = tamperRules;
    const secrets = slackSecrets(this, props);
    refuseSharedSlackApp({ workflow: this, secrets }, this.otherWorkflows());
    const settings = slackApprovalWorkflowSettings(this, props);
    this.settings = settings;
    this.node.addValidation({
      validate: () => {
        this.informOfIdleness();
        return [...this.refuseIdleTags(), ...this.refuseIdlePlaces()];
      },
    });
    this.notificationTopic = props.notificationTopic
      ? givenTopic(this, props.notificationTopic, tamperRules ? ALARMS_AND_EVENTS : ALARMS_ALONE)
      : notificationTopic(this, 'Notifications');
    const topic = this.notificationTopic;
    this._operators = checkedOperators(this, props.operators);
    this.parts = {
      parameter: new WorkflowParameter(this, 'Parameter', settings),
      table: new ApprovalTable(this, 'Requests'),
      queues: new WorkflowQueues(this, { operators: this._operators, topic, tamperRules }),
      secrets,
      topic,
    };
    this.decisionKey = new DecisionKey(this);
    const receiver = new Receiver(this, this.parts, {
      auditSeconds: settings.auditSeconds,
      denialPrompt: settings.denialPrompt,
      domainMapping: props.domainMapping,
    });
    const { url, api } = receiver.interactions;
    this.interactionsUrl = url;
    this.slackAppManifest = this.outputManifest(url);
    this.advancer = new Advancer(this, this.parts, this.decisionKey);
    this.interactionFunction = receiver.handler;
    const minuteRun = new MinuteRun(this, { advancer: this.advancer.handler, topic });
    const deliverer = new Deliverer(this, this.parts);
    const { table, queues, parameter } = this.parts;
    this.deliveryFunction = deliverer.handler;
    this.deadLetterQueues = deadLetterQueuesIn(this);
    const functions = [receiver, this.advancer, deliverer];
    const rest = [minuteRun, new WorkflowAlarms(this, { api, topic })];
    const alarms = [queues, ...functions, ...rest].flatMap((part) => part.alarms);
    this.alarms = keptAlarms(this, alarms, props.excludedAlarms);
    adviseOnAlarms(this, { topic, alarms: this.alarms, tamperRules });
    if (!queues.undelivered) return;
    new TamperRules(this, 'Tamper', {
      topic,
      deadLetterQueue: queues.undelivered,
      rules: [minuteRun.rule],
      functions: functions.map(({ handler }) => handler),
      tables: [table.table],
      queues: queues.all,
      parameters: [parameter.parameter],
      keys: [this.decisionKey.key],
      secrets: allSecrets(secrets),
      apis: [api],
      alarms: this.alarms,
    });
  }

  /**
   * Lets someone ask: a construct of the library does so itself, and one of your own can do the
   * same.
   *
   * @param name what it is known by in requests, 1 to 128 characters that are known at synth.
   * Throws if it is out of that, or taken.
   * @param decisions where its decisions go: a standard queue of the workflow's account and Region,
   * which throws otherwise. If the app makes it, it must be in the workflow's stack, or this
   * throws: the two would need each other to be deployed first.
   */
  public addAsker(name: string, decisions: sqs.IQueue): ApprovalAsker {
    this._mayGetLabels();
    return this._addLibraryAsker(name, decisions);
  }

  /**
   * An asker of the library, of which is known whether its requests have tags.
   *
   * @internal
   */
  public _addLibraryAsker(name: string, decisions: sqs.IQueue): ApprovalAsker {
    checkAsker(this, name, decisions);
    this.isAsked = true;
    this.parts.parameter.addAsker({ name, queueUrl: decisions.queueUrl });
    this.advancer.grantDecisions(decisions);
    return ApprovalAsker._of(name, this.parts.queues.requests, this.decisionKey.key);
  }

  /** Requests that people were asked about. */
  public metricRequestsAsked(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return ownMetric(this, APPROVAL_METRICS.requestsAsked, options);
  }

  /** Requests that were approved, were denied, or expired. */
  public metricDecisions(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return ownMetric(this, APPROVAL_METRICS.decisions, options);
  }

  /**
   * Seconds from a request to its approval or denial. Requests that no one decided have none.
   * Statistic: maximum.
   */
  public metricSecondsToDecision(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return ownMetric(this, APPROVAL_METRICS.secondsToDecision, {
      statistic: cloudwatch.Stats.MAXIMUM,
      ...options,
    });
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
   * Requests that no one was asked about: the same was denied a short while before, there were too
   * many, the same is asked already, or they cannot be read.
   */
  public metricRequestsNotAsked(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return ownMetric(this, APPROVAL_METRICS.requestsNotAsked, options);
  }

  /** Requests that no one was asked about, since one actor caused too many. */
  public metricRequestsCapped(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return ownMetric(this, APPROVAL_METRICS.requestsCapped, options);
  }

  /** Denials without a reason, since Slack opened no modal in which to give it. */
  public metricReasonsUnasked(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return ownMetric(this, APPROVAL_METRICS.reasonsUnasked, options);
  }

  /** Decisions that the one who asked could not carry out. */
  public metricCarryingFailed(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return ownMetric(this, APPROVAL_METRICS.carryingFailed, options);
  }

  /** Direct messages to owners of keys that are not sent: no later try sends them. */
  public metricDirectMessagesNotSent(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return ownMetric(this, APPROVAL_METRICS.directMessagesNotSent, options);
  }

  /** Look-ups of people in Slack that failed, where the request goes on without them. */
  public metricPersonLookUpsFailed(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return ownMetric(this, APPROVAL_METRICS.personLookUpsFailed, options);
  }

  /**
   * How long people have to decide, in seconds.
   *
   * @internal
   */
  public get _expireSeconds(): number {
    return this.settings.expireMilliseconds / 1_000;
  }

  /**
   * For how long a request that is asked or decided now is kept at the most, in seconds: someone
   * may click Retry until then.
   *
   * @internal
   */
  public get _requestKeptSeconds(): number {
    const { approvalSeconds, auditSeconds } = this.settings;
    return this._expireSeconds + Math.max(0, ...approvalSeconds) + auditSeconds;
  }

  /**
   * For an asker whose users may give its requests labels of all kinds.
   *
   * @internal
   */
  public _mayGetLabels(): void {
    this.mayGetTags = true;
    this.mayGetPlaces = true;
  }

  /**
   * For an asker with a hub, which gives its requests account and units.
   *
   * @internal
   */
  public _mayGetPlaces(): void {
    this.mayGetPlaces = true;
  }

  /**
   * For an asker that gives its requests the tags by which routes go.
   *
   * @internal
   */
  public _tagsOfRoutes(): TagValues[] {
    this.mayGetTags = true;
    return (this.settings.routes ?? []).flatMap(({ tags = [] }) => tags);
  }

  /**
   * For a sentry that has owners of keys told by direct message.
   *
   * @internal
   */
  public _tellsOwners(): void {
    this.tellsOwners = true;
  }

  /**
   * Where a sentry orders direct messages.
   *
   * @internal
   */
  public get _messageQueue(): GuardedQueue {
    return this.parts.queues.messages;
  }

  private otherWorkflows(): WorkflowWithSecrets[] {
    return this.node.root.node
      .findAll()
      .filter((one): one is SlackApprovalWorkflow => one instanceof SlackApprovalWorkflow)
      .filter((one) => one !== this)
      .map((one) => ({ workflow: one, secrets: one.parts.secrets }));
  }

  /** No warning: it may well be deployed first, and be used once the Slack app is made. */
  private informOfIdleness(): void {
    if (this.isAsked || this.tellsOwners) return;
    informAtSynth(
      this,
      'cdk-sentries:workflowNotUsed',
      `Nothing in the app asks ${this.node.path}, so no question comes to Slack: give it to a response, such as ChangeResponse.revertUntilApproved(${this.node.id}), ` +
        'to askBeforeDeactivating or notifyOwnersThrough of an IamKeySentry, or to an ApprovedAction. An IamKeySentry in SentryMode.OBSERVE asks no one. If that is as you want it for now, acknowledge this.',
    );
  }

  private refuseIdleTags(): string[] {
    const route = this.settings.routes?.find(({ tags }) => tags);
    if (!route || this.mayGetTags) return [];
    return [
      `${this.node.path}: route "${route.name}" goes by tags, and no SecurityGroupSentry, no ApprovedAction and no asker of your own asks this workflow, so it would do nothing: access keys have no such tags. Leave "tags" out, or have one of them ask.`,
    ];
  }

  private refuseIdlePlaces(): string[] {
    const route = this.settings.routes?.find(
      ({ accounts, units }) => accounts.length + units.length > 0,
    );
    if (!route || !this.isAsked || this.mayGetPlaces) return [];
    return [
      `${this.node.path}: route "${route.name}" goes by accounts or units, and all that ask this workflow are sentries without a hub, whose questions name neither, so it would do nothing: give a sentry its "hub", or leave "accounts" and "units" out.`,
    ];
  }

  private outputManifest(interactionsUrl: string): string {
    const value = Stack.of(this).toJsonString(slackAppManifest(this.node.path, interactionsUrl));
    visibleOutput(this, 'SlackAppManifest', {
      value,
      description: 'Paste it into Slack, "Create an app" from a manifest',
    });
    return value;
  }
}
