import { setTimeout as sleep } from 'node:timers/promises';
import { denialModal } from './denial-modal';
import type { Click } from './interaction-payload';
import type { SlackWebApi } from './slack-web-api';
import type { DenialPrompt } from '../../domain/approval-configuration';
import { MessengerRefusedError } from '../../domain/messenger';

/** Slack says so where a modal was opened for the click already: the click came a second time. */
const OPENED_BEFORE = 'exchanged_trigger_id';

/** Opens the modal in which one who denies says why. */
export class ReasonModals {
  constructor(
    private readonly slack: Pick<SlackWebApi, 'openView'>,
    private readonly prompt: DenialPrompt,
  ) {}

  /** Throws where it is not open within the time: then no one asks for the reason. */
  async open(click: Click, clickedAt: Date, withinMilliseconds: number): Promise<void> {
    const { triggerId, headline = '' } = click;
    if (triggerId === undefined) throw new Error('The click brings nothing that opens a modal.');
    const modal = denialModal({ ...click, clickedAt }, headline, this.prompt);
    const opened = this.slack.openView(triggerId, modal);
    const timer = new AbortController();
    try {
      await Promise.race([opened, refuseAfter(withinMilliseconds, timer.signal)]);
    } catch (error) {
      if (error instanceof MessengerRefusedError && error.code === OPENED_BEFORE) return;
      throw error;
    } finally {
      timer.abort();
      opened.catch(() => undefined);
    }
  }
}

async function refuseAfter(milliseconds: number, signal: AbortSignal): Promise<never> {
  await sleep(milliseconds, undefined, { signal });
  throw new Error(`Slack has opened no modal within ${milliseconds} ms.`);
}
