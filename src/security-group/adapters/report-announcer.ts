import * as z from 'zod/mini';
import type { Announcements, LeftOut } from './announcements';
import { fittingChangeNotification } from './change-notification';
import type { FailureReporter } from '../../shared/adapters/failure/failure-reporter';
import { reasonOf } from '../../shared/domain/failure/failure';
import { nameOf } from '../domain/changes/actor';
import type { GivenUp } from '../domain/deciding/give-up-asking';
import type { Announcement, PreparedAsk } from '../domain/reporting/announcement';
import type { ChangeReport } from '../domain/reporting/change-report';
import type { Announcer } from '../domain/responding/ports';

export interface ReportAnnouncerProps {
  /** Of the sentry. */
  readonly name: string;
  readonly announcements: Announcements;
  readonly failures: FailureReporter;
  isToBeLeftOut(error: unknown): boolean;
  /** Ends a request that no one can be asked; nothing, where it is over. */
  giveUpAsking(requestId: string): Promise<GivenUp | undefined>;
}

/** Delivers reports; what can never be delivered is reported as a failure, and holds up nothing. */
export class ReportAnnouncer implements Announcer {
  constructor(private readonly props: ReportAnnouncerProps) {}

  render(report: ChangeReport): Announcement {
    return fittingChangeNotification(report, this.props.name);
  }

  async tell(announcement: Announcement): Promise<void> {
    const { announcements, failures, isToBeLeftOut } = this.props;
    const leftOut = await announcements.tell(announcement, isToBeLeftOut);
    for (const { ask, error } of leftOut) {
      if (ask) await this.giveUp(ask, error);
      else reportUnsentEvent(announcement, error, failures);
    }
  }

  private async giveUp(ask: PreparedAsk, error: unknown): Promise<void> {
    const { failures, giveUpAsking } = this.props;
    const { requestId } = sentAsk.parse(JSON.parse(ask.message));
    const givenUp = await giveUpAsking(requestId);
    if (!givenUp) return;
    const { group, call } = givenUp.asked;
    failures.add(`ask ${requestId}`, {
      work: {
        what: `A question to ${ask.workflow} about the change by ${call.eventName}`,
        requestId,
        groupIds: [group.id],
        eventId: call.eventId,
        calledAt: call.time,
        actor: nameOf(call.actor),
        account: call.accountId,
        region: call.region,
      },
      state: 'given-up',
      reason: reasonOf(error),
      next: givenUp.text,
    });
  }
}

const sentAsk = z.object({ requestId: z.string() });

/** People hear that machines did not. */
export function reportUnsentEvent(
  { subject, type }: Pick<Announcement, 'subject' | 'type'>,
  error: LeftOut['error'],
  failures: FailureReporter,
): void {
  failures.add(`event ${subject} ${reasonOf(error)}`, {
    work: { what: `The event for machines of the message "${subject}" (${type})` },
    state: 'given-up',
    reason: reasonOf(error),
    next: 'People were notified. Listeners on the event bus were not, and will not be.',
  });
}
