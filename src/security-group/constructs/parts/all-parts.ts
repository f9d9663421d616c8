import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { ChangeQueue } from './change-queue';
import { Decisions } from './decisions';
import { Heartbeat } from './heartbeat';
import { MemberWatch } from './member-watch';
import { Operator } from './operator';
import { ReconcileSchedule } from './reconcile-schedule';
import { Reconciler } from './reconciler';
import { Responder } from './responder';
import { checkedOperators, deadLetterQueuesIn } from '../../../shared/constructs/guarded-queue';
import type { TamperRulesProps } from '../../../shared/constructs/tamper-rules';
import { tagsOfQuestions } from '../../domain/policies/configuration-for';
import { LedgerTable } from '../ledger-table';
import type { SecurityGroupSentryProps } from '../security-group-sentry-props';
import type { SecurityGroupSentrySettings } from '../security-group-sentry-settings';
import { SentryApprovals } from '../sentry-approvals';
import { SentryParameters } from '../sentry-parameters';

export interface AllPartsProps {
  readonly props: SecurityGroupSentryProps;
  readonly settings: SecurityGroupSentrySettings;
  readonly topic: sns.ITopic;
}

/** What a sentry consists of, beside its topic and the rules against tampering. */
export class AllParts {
  public readonly responder: Responder;
  public readonly reconciler: Reconciler;
  public readonly operator: Operator;
  public readonly changes: ChangeQueue;
  public readonly decisions: readonly Decisions[];
  private readonly approvals: SentryApprovals | undefined;
  private readonly parameters: SentryParameters;
  private readonly ledger: LedgerTable;
  private readonly heartbeats: readonly Heartbeat[];
  private readonly schedule: ReconcileSchedule;
  private readonly members: readonly MemberWatch[];

  constructor(
    private readonly sentry: Construct,
    { props, settings, topic }: AllPartsProps,
  ) {
    const { monitoredGroups, judging, reconcileSchedule } = settings;
    const { policies } = judging;
    const { hub } = props;
    this.approvals = SentryApprovals.forPolicies(sentry, props);
    const workflows = this.approvals?.parameters ?? [];
    this.parameters = new SentryParameters(sentry, 'Parameters', {
      monitoredGroups,
      policies: { ...judging, workflows },
    });
    this.ledger = new LedgerTable(sentry, 'Ledger');
    const operators = checkedOperators(sentry, props.operators);
    this.changes = new ChangeQueue(sentry, {
      monitoredGroups,
      policies,
      questionTags: tagsOfQuestions({ ...judging, workflows }),
      operators,
      topic,
    });

    const { parameters, ledger, changes } = this;
    const parts = { monitoredGroups, policies, parameters, ledger, changes, topic, operators, hub };
    this.heartbeats = props.heartbeat === false ? [] : [new Heartbeat(sentry, parts)];
    this.responder = new Responder(sentry, parts, this.approvals);
    const responder = this.responder.handler;
    this.reconciler = new Reconciler(sentry, parts, responder);
    const { reconciler } = this;
    this.schedule = new ReconcileSchedule(sentry, { settings, reconciler, changes, topic });
    this.operator = new Operator(sentry, parts, this.heartbeats);
    this.decisions = this.approvals ? [new Decisions(sentry, parts, this.approvals)] : [];
    this.members = hub
      ? [new MemberWatch(sentry, { parts, hub, reconcileSchedule, responder })]
      : [];
  }

  public get alarms(): cloudwatch.Alarm[] {
    const { changes, responder, reconciler, heartbeats, schedule, decisions, members } = this;
    return [
      changes,
      responder,
      reconciler,
      ...heartbeats,
      schedule,
      ...decisions,
      ...members,
    ].flatMap((part) => part.alarms);
  }

  public get deadLetterQueues(): sqs.IQueue[] {
    return [
      ...deadLetterQueuesIn(this.sentry),
      ...this.decisionQueues.filter(({ deadLetterQueue }) => !deadLetterQueue),
    ];
  }

  /** All that someone could tamper with. */
  public get guarded(): Omit<TamperRulesProps, 'topic' | 'alarms'> {
    const { changes, responder, reconciler, heartbeats, schedule, members } = this;
    return {
      deadLetterQueue: changes.undelivered,
      rules: [
        changes.rule,
        ...heartbeats.map(({ rule }) => rule),
        schedule.rule,
        schedule.largeCallRule,
        ...members.flatMap(({ rules }) => rules),
      ],
      functions: [
        ...[responder, reconciler, this.operator, ...this.decisions].map(({ handler }) => handler),
        ...members.flatMap(({ functions }) => functions),
      ],
      tables: [this.ledger.table],
      queues: [
        ...changes.queues,
        ...this.decisionQueues,
        ...members.flatMap(({ queues }) => queues),
      ],
      parameters: this.parameters.all,
    };
  }

  private get decisionQueues() {
    return this.approvals?.queues ?? [];
  }
}
