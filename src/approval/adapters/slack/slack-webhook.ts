import { exchange, SLACK_TIMEOUT_MILLISECONDS } from './slack-exchange';
import type { MessageContent } from './slack-web-api';
import { MessengerRefusedError, MessengerUnavailableError } from '../../domain/messenger';

export const SLACK_WEBHOOK_ORIGIN = 'https://hooks.slack.com';

/** Webhooks answer in one word of plain text. */
const CODE = /^[a-z_]{1,64}$/;

/**
 * Posts to an incoming webhook. Its URL is a secret: who knows it can post. So no error shows it.
 */
export async function postToWebhook(
  url: string,
  { text, blocks }: MessageContent,
  allowedOrigin = SLACK_WEBHOOK_ORIGIN,
  timeoutMilliseconds = SLACK_TIMEOUT_MILLISECONDS,
): Promise<void> {
  if (!isOf(allowedOrigin, url)) {
    throw new MessengerRefusedError(
      'invalid_webhook_url',
      `The secret holds no URL of a Slack webhook. Put one that begins with ${allowedOrigin}/ into it.`,
    );
  }
  const { status, body } = await exchange(url, "Slack's webhook", timeoutMilliseconds, {
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ text, blocks, unfurl_links: false, unfurl_media: false }),
  });
  const answer = body.trim();
  if (status === 200 && answer === 'ok') return;
  // A page of a proxy, or of an outage.
  if (status < 400) {
    throw new MessengerUnavailableError(`Slack's webhook answers HTTP ${status}, but not "ok".`);
  }
  const code = CODE.test(answer) ? answer : `http_${status}`;
  throw new MessengerRefusedError(code, `Slack's webhook answers ${code} (HTTP ${status}).`);
}

/** Whatever else someone put into the secret must not be sent what happens in the account. */
function isOf(origin: string, url: string): boolean {
  if (!URL.canParse(url)) return false;
  const parsed = new URL(url);
  return parsed.origin === origin && parsed.username === '' && parsed.password === '';
}
