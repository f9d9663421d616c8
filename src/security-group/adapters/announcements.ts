import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { RefusedEventError } from '../../shared/adapters/event-bus/refused-event-error';
import type { SnsNotifications } from '../../shared/adapters/notification/sns-notifications';
import { SENTRY_EVENT_SOURCE } from '../../shared/contracts/sentry-events';
import { SENTRY_EVENT_DETAIL_TYPES } from '../contracts/change-message';
import type { Announcement, PreparedAsk } from '../domain/reporting/announcement';

/** Delivers a question to a workflow. */
export interface Questions {
  ask(ask: PreparedAsk): Promise<void>;
}

/** A question that was not put to people; or, without one, the event for machines. */
export interface LeftOut {
  readonly ask?: PreparedAsk;
  readonly error: unknown;
}

/** For functions that ask nothing. */
const NO_ONE: Questions = {
  ask: async ({ workflow }) =>
    Promise.reject(new Error(`This function asks no one, but has a question for ${workflow}.`)),
};

/**
 * Delivers an announcement to people by SNS, its questions to workflows, and to machines by the
 * account's default event bus.
 */
export class Announcements {
  constructor(
    private readonly notifications: SnsNotifications,
    private readonly bus: EventBridgeClient,
    private readonly questions: Questions = NO_ONE,
  ) {}

  /**
   * Comes back with what could not be delivered for good. That people are notified is never left
   * out: where that fails, or something else may work later, it throws.
   */
  async tell(
    announcement: Announcement,
    isToBeLeftOut: (error: unknown) => boolean,
  ): Promise<readonly LeftOut[]> {
    const { isRepeat, asks = [] } = announcement;
    const [notified, ...others] = await Promise.all([
      unlessDelivered(
        async () => (isRepeat ? undefined : this.notifications.publish(announcement)),
        {},
      ),
      unlessDelivered(async () => this.put(announcement), {}),
      ...asks.map(async (ask) => unlessDelivered(async () => this.questions.ask(ask), { ask })),
    ]);
    if (notified) throw notified.error;
    const leftOut = others.flatMap((other) => other ?? []);
    const later = leftOut.find(({ error }) => !isToBeLeftOut(error));
    if (later) throw later.error;
    return leftOut;
  }

  private async put({ type, json }: Announcement): Promise<void> {
    const { Entries: answers } = await this.bus.send(
      new PutEventsCommand({
        Entries: [{ Source: SENTRY_EVENT_SOURCE, DetailType: detailTypeOf(type), Detail: json }],
      }),
    );
    const [answer] = answers ?? [];
    if (!answer?.EventId) throw new RefusedEventError(`the event about ${type}`, answer);
  }
}

async function unlessDelivered(
  act: () => Promise<void>,
  about: Omit<LeftOut, 'error'>,
): Promise<LeftOut | undefined> {
  try {
    await act();
    return undefined;
  } catch (error) {
    return { ...about, error };
  }
}

function detailTypeOf(type: string): string {
  return Object.entries(SENTRY_EVENT_DETAIL_TYPES).find(([name]) => name === type)?.[1] ?? type;
}
