import { doubtNews } from './doubt-news';
import { exclusionNews } from './exclusion-news';
import { adoptionNews, releaseNews, unconfirmedNews, waitingNews } from './group-news';
import type { News } from './news';
import type { ReconcileReport } from './reconcile-report';
import { brakeNews, disablingNews, pauseNews, refusedPauseNews } from './sentry-news';
import { accountInTitle, accountText } from '../../../shared/domain/notification/account-text';
import { subjectLine } from '../../../shared/domain/notification/plain-text';
import { gravest, type Severity } from '../../../shared/domain/notification/severity';
import { factLine, placeFacts } from '../reporting/place-text';

/** In the order in which they are told. */
const KINDS_OF_NEWS = [
  brakeNews,
  pauseNews,
  refusedPauseNews,
  disablingNews,
  exclusionNews,
  unconfirmedNews,
  adoptionNews,
  releaseNews,
  waitingNews,
  doubtNews,
];

/** All that a run has to tell; of each kind of thing, at most `most` are listed. */
function newsOf(report: ReconcileReport, most = 0): News[] {
  return KINDS_OF_NEWS.flatMap((news) => news(report, most) ?? []);
}

export function reconcileSeverity(report: ReconcileReport): Severity {
  return gravest(newsOf(report).map(({ severity }) => severity));
}

export function reconcileSubject(report: ReconcileReport): string {
  const { place } = report;
  const where = place ? `${accountInTitle(place.accountId, place.account)}: ` : '';
  return subjectLine(
    `[${reconcileSeverity(report).toUpperCase()}] ${where}${reconcileHeadline(report)}`,
  );
}

export function reconcileHeadline(report: ReconcileReport): string {
  return newsOf(report)
    .flatMap(({ headlines }) => headlines)
    .join('; ');
}

/** The body of an e-mail, with at most `most` rules in it. */
export function reconcileText(report: ReconcileReport, sentry: string, most: number): string {
  const { place } = report;
  const where = place ? `${accountText(place.accountId, place.account)}: ` : '';
  return [
    `${where}${reconcileHeadline(report)}.`,
    '',
    ...(place ? [...placeFacts(place).map(factLine), ''] : []),
    ...reconcileLines(report, most),
    `Sent by the sentry ${sentry}.`,
  ].join('\n');
}

export function reconcileLines(report: ReconcileReport, most: number): string[] {
  return newsOf(report, most).flatMap(({ lines }) => lines);
}
