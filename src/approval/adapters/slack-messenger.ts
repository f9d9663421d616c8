import * as z from 'zod/mini';
import type { Monitoring } from '../contracts/approval-parameter';
import type { MessageCopy } from '../domain/approval-request';
import type { Messenger, RenderedMessage } from '../domain/deliver-messages';
import { MessengerRefusedError, type PostedMessage } from '../domain/messenger';
import type { MessageContent, SlackWebApi } from './slack/slack-web-api';
import { postToWebhook, SLACK_WEBHOOK_ORIGIN } from './slack/slack-webhook';

/**
 * Slack answers with these where someone has deleted the message, or where the message is there but
 * cannot be changed any more.
 */
const LOST: ReadonlySet<string> = new Set([
  'message_not_found',
  'cant_update_message',
  'edit_window_closed',
]);

const blocksSchema = z.array(z.looseObject({ type: z.string() }));

/** Those who watch, and how to come by the URL of a webhook, which is in a secret. */
export interface MonitoringPlace {
  readonly monitoring: Monitoring;
  readonly webhookUrl: (secretArn: string) => Promise<string>;
  /** Undefined for Slack's own. */
  readonly webhookOrigin?: string;
}

/** Delivers messages to people in Slack. */
export class SlackMessenger implements Messenger {
  constructor(
    private readonly api: SlackWebApi,
    private readonly place: MonitoringPlace,
  ) {}

  post(channelId: string, message: RenderedMessage): Promise<PostedMessage> {
    return this.api.postMessage({ channelId, ...contentOf(message) });
  }

  reply({ channelId, ts }: MessageCopy, message: RenderedMessage): Promise<PostedMessage> {
    return this.api.postMessage({ channelId, threadTs: ts, ...contentOf(message) });
  }

  async update({ channelId, ts }: MessageCopy, message: RenderedMessage): Promise<boolean> {
    try {
      await this.api.updateMessage({ channelId, ts, ...contentOf(message) });
      return true;
    } catch (error) {
      if (error instanceof MessengerRefusedError && LOST.has(error.code)) return false;
      throw error;
    }
  }

  tellOnly(userId: string, channelId: string, text: string): Promise<void> {
    return this.api.postEphemeral({ channelId, userId, text });
  }

  async monitor(message: RenderedMessage): Promise<void> {
    const { monitoring, webhookUrl, webhookOrigin = SLACK_WEBHOOK_ORIGIN } = this.place;
    switch (monitoring.kind) {
      case 'none':
        return;
      case 'channel':
        await this.api.postMessage({ channelId: monitoring.channelId, ...contentOf(message) });
        return;
      case 'webhook':
        await postToWebhook(
          await webhookUrl(monitoring.secretArn),
          contentOf(message),
          webhookOrigin,
        );
    }
  }
}

function contentOf({ text, blocks }: RenderedMessage): MessageContent {
  return { text, blocks: blocksSchema.parse(JSON.parse(blocks)) };
}
