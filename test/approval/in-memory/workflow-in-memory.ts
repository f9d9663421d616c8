import { ApprovalsInMemory } from './approvals-in-memory';
import { AskerInMemory } from './asker-in-memory';
import { MessengerInMemory, RendererInMemory } from './messenger-in-memory';
import { APP, PeopleInMemory } from './people-in-memory';
import type { Ask } from '../../../src/approval/domain/admit';
import { advance } from '../../../src/approval/domain/advance-request';
import type { ApprovalConfiguration } from '../../../src/approval/domain/approval-configuration';
import {
  type ApprovalRequest,
  type AuditEntry,
  type CarryingOutcome,
  idOfAsker,
} from '../../../src/approval/domain/approval-request';
import type { ApprovalStore } from '../../../src/approval/domain/approval-store';
import type { Attempt } from '../../../src/approval/domain/attempt';
import type { ButtonAction, Click } from '../../../src/approval/domain/click';
import { deliverMessages, type MessagePorts } from '../../../src/approval/domain/deliver-messages';
import type { OpinionClick } from '../../../src/approval/domain/opinion';
import { takeClick } from '../../../src/approval/domain/take-click';
import { type Report, takeAsk, takeOutcome } from '../../../src/approval/domain/take-from-asker';
import { takeOpinion } from '../../../src/approval/domain/take-opinion';
import { type WorkflowPorts } from '../../../src/approval/domain/workflow-ports';
import type { Clock } from '../../../src/shared/domain/clock';
import { Faults } from '../../security-group/in-memory/faults';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DIGEST = 'd'.repeat(64);
const FIRST_BACK_OFF_MILLISECONDS = 10_000;

export const CONFIGURATION: ApprovalConfiguration = {
  approvers: { kind: 'users', userIds: ['ann', 'ben', 'cid', 'eve'] },
  requiredApprovals: 1,
  allowSelfApproval: false,
  approvalChannelId: 'C1',
  expireMilliseconds: 24 * HOUR,
  remindMilliseconds: 4 * HOUR,
  approvalSeconds: [3_600, 28_800],
  denialPauseMilliseconds: 2 * HOUR,
  requestsAnHour: 10,
};

/** Known to everyone as the Slack user `eve`. */
export const EVE = { name: 'admin/eve', email: 'eve@example.com' };
/** A session by a name that proves nothing. */
export const UNVERIFIED = { name: 'admin/someone' };

export function askOf(
  values: Partial<Ask> = {},
  requester: Ask['question']['requester'] = EVE,
): Ask {
  return {
    requestId: 'r1',
    asker: 'sentry',
    subject: 'sg-1 ssh',
    source: 'eve sg-1',
    payload: '{}',
    digest: DIGEST,
    question: {
      title: 'Open SSH',
      requester,
      facts: [],
      changes: [{ after: 'tcp 22 from 0.0.0.0/0', remarks: ['forbidden'] }],
      meanwhile: '',
      ifApproved: '',
      ifDenied: '',
      ifUnanswered: '',
      links: [],
      mayBeTimed: true,
    },
    ...values,
  };
}

export const APPROVE: ButtonAction = { kind: 'approve' };
export const DENY: ButtonAction = { kind: 'deny' };
export const RETRY: ButtonAction = { kind: 'retry' };
export const SHOW_ALL: ButtonAction = { kind: 'show-all' };

export function approveFor(seconds: number): ButtonAction {
  return { kind: 'approve', seconds };
}

type Job =
  | { readonly kind: 'ask'; readonly ask: Ask }
  | { readonly kind: 'click'; readonly clickId: string }
  | { readonly kind: 'outcome'; readonly report: Report }
  | { readonly kind: 'messages'; readonly requestId: string };

interface QueuedJob {
  readonly job: Job;
  readonly notBefore: number;
  readonly tries: number;
}

/**
 * A workflow with models behind all its ports: its queues, whose messages come again until they are
 * done, and its run each minute.
 */
export class WorkflowInMemory implements Clock {
  readonly store = new ApprovalsInMemory();
  readonly people = new PeopleInMemory();
  readonly messenger = new MessengerInMemory();
  readonly renderer = new RendererInMemory();
  readonly asker = new AskerInMemory();
  /** Requests of which Slack did not say who someone is. */
  readonly failedLookUps: string[] = [];
  readonly announced: { readonly requestId: string; readonly entry: AuditEntry }[] = [];
  /** Messages that could not be brought. */
  readonly undelivered: string[] = [];
  /** Another takes its place as by a deployment. */
  configuration: ApprovalConfiguration;
  faults = new Faults();
  queue: QueuedJob[] = [];
  private time = Date.parse('2026-01-01T00:00:00Z');
  private clicks = 0;

  constructor(configuration: Partial<ApprovalConfiguration> = {}) {
    this.configuration = { ...CONFIGURATION, ...configuration };
    this.people.users.set('eve@example.com', 'eve');
  }

  now(): Date {
    return new Date(this.time);
  }

  async pause(milliseconds: number): Promise<void> {
    this.time += milliseconds;
  }

  /** An asker hands over a request, and all that follows from it at once is done. */
  async ask(ask: Ask = askOf()): Promise<void> {
    this.enqueue({ kind: 'ask', ask });
    await this.work();
  }

  /** Someone clicks, and all that follows from it at once is done. */
  async click(userId: string, action: ButtonAction, values: ClickValues = {}): Promise<void> {
    await this.receive(this.clickOf(userId, action, values));
    await this.work();
  }

  clickOf(
    userId: string,
    action: ButtonAction,
    { requestId = 'r1', digest = DIGEST, ...values }: ClickValues = {},
  ): Click {
    this.clicks += 1;
    const message = [...this.messenger.standing.values()].find(
      ({ text, threadTs }) => !threadTs && text.startsWith(`${requestId} `),
    );
    const own = {
      ...APP,
      userTeamId: APP.teamId,
      channelId: message?.channelId ?? this.configuration.approvalChannelId,
      messageTs: message?.ts ?? `${requestId}-vanished`,
      at: this.now(),
    };
    return {
      id: `click-${this.clicks}`,
      userId,
      ...own,
      button: { requestId, digest, action },
      ...values,
    };
  }

  /** Slack's own delivery: what is stored is judged, even if no one is pointed to it. */
  async receive(click: Click): Promise<void> {
    await this.store.storeClick(click);
    this.enqueue({ kind: 'click', clickId: click.id });
  }

  /** Someone answers in their direct message, and all that follows from it at once is done. */
  async say(isStillNeeded: boolean, values: OpinionValues = {}): Promise<void> {
    this.clicks += 1;
    const { digest = DIGEST, ...others } = values;
    const message = [...this.messenger.standing.values()].find(({ text }) =>
      text.startsWith('To one: r1 '),
    );
    const click: OpinionClick = {
      id: `click-${this.clicks}`,
      userId: 'olga',
      ...APP,
      userTeamId: APP.teamId,
      channelId: message?.channelId ?? 'D-olga',
      messageTs: message?.ts ?? 'vanished',
      at: this.now(),
      opinion: { requestId: 'r1', digest, isStillNeeded },
      ...others,
    };
    const take = async () => takeOpinion(click, this.configuration, this.ports());
    for (const _ of ['once', 'and delivered again']) {
      const isDone = await this.attempt(take);
      if (!isDone) await this.attempt(take);
    }
    await this.work();
  }

  async outcome(
    kind: CarryingOutcome['kind'],
    attempt: Attempt = { phase: 'decision', attempt: 1 },
    requestId = 'r1',
    text: string = kind,
  ): Promise<void> {
    this.enqueue({
      kind: 'outcome',
      report: {
        requestId,
        asker: 'sentry',
        attempt,
        outcome: { kind, text, at: this.now() },
      },
    });
    await this.work();
  }

  /** All that is in the queues, until nothing is that may be done now. */
  async work(): Promise<void> {
    for (let next = this.next(); next; next = this.next()) {
      const { job, tries } = next;
      this.queue = this.queue.filter((each) => each !== next);
      const isDone = await this.attempt(async () => this.do(job));
      if (!isDone) {
        this.queue.push({
          job,
          tries: tries + 1,
          notBefore: this.time + FIRST_BACK_OFF_MILLISECONDS * 2 ** Math.min(tries, 5),
        });
      }
    }
  }

  /** The run of the minute, and what follows from it at once. */
  async tick(): Promise<void> {
    const { requestIds, clickIds } = await this.store.due(this.now(), 1_000);
    for (const clickId of clickIds) {
      await this.attempt(async () => this.do({ kind: 'click', clickId }));
    }
    for (const id of requestIds) {
      await this.attempt(async () => advance(id, this.configuration, this.ports()));
    }
    await this.work();
  }

  /** So much time, with a run each minute; or less often, where it is long. */
  async pass(milliseconds: number, step = MINUTE): Promise<void> {
    for (const end = this.time + milliseconds; this.time < end;) {
      this.time = Math.min(end, this.time + step);
      await this.tick();
    }
  }

  async request(requestId = 'r1'): Promise<ApprovalRequest> {
    const request = await this.store.read(requestId);
    if (!request) throw new Error(`There is no request ${requestId}.`);
    return request;
  }

  /** What happened to the request, in order. */
  entries(requestId = 'r1'): string[] {
    return (this.store.audit.get(requestId) ?? []).map(({ what }) => what);
  }

  refusals(): string[] {
    return this.messenger.refusals.map(({ userId, text }) => `${userId}: ${text}`);
  }

  ports(store: ApprovalStore = this.store): WorkflowPorts {
    const ports = this.faults.in({
      tellAsker: async (request: ApprovalRequest) => this.tell(request),
      pointToMessages: async (requestId: string) => this.enqueue({ kind: 'messages', requestId }),
      announce: async ({ id }: ApprovalRequest, entry: AuditEntry) =>
        void this.announced.push({ requestId: id, entry }),
    });
    return {
      store: this.faults.in(store),
      people: this.faults.in(this.people),
      clock: this,
      idsWithin: (asker, requestId) =>
        requestId.startsWith('sentry-')
          ? [`${asker}-${requestId}`]
          : [requestId, `${asker}-${requestId}`],
      lookUpFailed: (requestId) => this.failedLookUps.push(requestId),
      ...ports,
    };
  }

  messagePorts(): MessagePorts {
    return {
      store: this.faults.in<ApprovalStore>(this.store),
      messenger: this.faults.in(this.messenger),
      renderer: this.renderer,
      clock: this,
      failed: (_, message) => this.undelivered.push(message),
    };
  }

  private async do(job: Job): Promise<void> {
    switch (job.kind) {
      case 'ask':
        return takeAsk(job.ask, this.configuration, this.ports());
      case 'outcome':
        await takeOutcome(job.report, this.configuration, this.ports());
        return;
      case 'messages':
        return deliverMessages(job.requestId, this.configuration, this.messagePorts());
      case 'click':
        return this.judge(job.clickId);
    }
  }

  private async judge(clickId: string): Promise<void> {
    const click = await this.store.readClick(clickId);
    if (!click) return;
    await takeClick(click, this.configuration, this.ports());
    await this.faults.in(this.store).clickJudged(clickId);
  }

  private tell(request: ApprovalRequest): void {
    const told = this.asker.hear(request);
    const kind = this.asker.answers?.(told);
    const { asker } = request;
    const requestId = idOfAsker(request);
    if (kind) {
      this.enqueue({
        kind: 'outcome',
        report: { requestId, asker, attempt: told, outcome: { kind, text: kind, at: this.now() } },
      });
    }
  }

  private enqueue(job: Job): void {
    this.queue.push({ job, tries: 0, notBefore: this.time });
  }

  private next(): QueuedJob | undefined {
    return this.queue.find(({ notBefore }) => notBefore <= this.time);
  }

  /** False where it failed: a function that has ended is started again for the next. */
  private async attempt(work: () => Promise<unknown>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      if (!isExpected(error)) throw error;
      return false;
    } finally {
      this.faults.restart();
    }
  }
}

export type ClickValues = Partial<Omit<Click, 'button'>> & {
  readonly requestId?: string;
  readonly digest?: string;
};

export type OpinionValues = Partial<Omit<OpinionClick, 'opinion'>> & { readonly digest?: string };

/** A mistake of the test or of the program is no failure of a port. */
function isExpected(error: unknown): boolean {
  return !(
    error instanceof TypeError ||
    error instanceof RangeError ||
    error instanceof ReferenceError
  );
}
