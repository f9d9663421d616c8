import {
  largestThatFits,
  type Notification,
} from '../../shared/adapters/notification/sns-notifications';
import { accountText } from '../../shared/domain/notification/account-text';
import { subjectLine } from '../../shared/domain/notification/plain-text';
import { gravest } from '../../shared/domain/notification/severity';
import { PLACE_NEWS_MESSAGE_VERSION, type PlaceNewsMessage } from '../contracts/place-news-message';
import type { PlaceNews } from '../domain/reconciling/place-news';

/** One message of several places: each is named, and as many are described as there is room for. */
export function placeNewsNotification(batch: readonly PlaceNews[], sentry: string): Notification {
  return largestThatFits(batch.length, (most) => rendered(batch, sentry, most));
}

function rendered(batch: readonly PlaceNews[], sentry: string, most: number): Notification {
  const message: PlaceNewsMessage = {
    version: PLACE_NEWS_MESSAGE_VERSION,
    type: 'security-group-place-news',
    sentry,
    severity: gravest(batch.map(({ severity }) => severity)),
    places: batch.map(({ place: { accountId, region }, account, at, severity, headline }) => ({
      account: accountId,
      ...account,
      region,
      time: at.toISOString(),
      severity,
      headline,
    })),
  };
  return {
    subject: subjectLine(`[${message.severity.toUpperCase()}] ${title(batch)}`),
    json: JSON.stringify(message),
    text: textOf(batch, sentry, most),
    severity: message.severity,
    type: message.type,
  };
}

function title(batch: readonly PlaceNews[]): string {
  const [first, ...others] = batch;
  if (first && others.length === 0) return `${nameOf(first)}: ${first.headline}`;
  return `News of security groups in ${batch.length} places`;
}

function textOf(batch: readonly PlaceNews[], sentry: string, most: number): string {
  const omitted = batch.length - most;
  return [
    `${title(batch)}.`,
    '',
    ...batch.flatMap(placeLines),
    '',
    ...batch.slice(0, most).flatMap((news) => [`${nameOf(news)}:`, ...news.lines]),
    ...(omitted > 0
      ? [
          `${omitted} places are only named here, for the length of the message. The event bus had an event of each, with its rules.`,
          '',
        ]
      : []),
    `Sent by the sentry ${sentry}.`,
  ].join('\n');
}

function placeLines(news: PlaceNews): string[] {
  const { accountWarning } = news.account;
  return [
    `- ${nameOf(news)}: ${news.headline}. [${news.severity.toUpperCase()}]`,
    ...(accountWarning ? [`  WARNING: ${accountWarning}`] : []),
  ];
}

function nameOf({ account: { accountName }, place: { accountId, region } }: PlaceNews): string {
  return `${accountText(accountId, accountName === undefined ? {} : { name: accountName })}, ${region}`;
}
