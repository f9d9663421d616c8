import type { ReconcileReport } from './reconcile-report';
import { reconcileHeadline, reconcileLines, reconcileSeverity } from './reconcile-text';
import { type Place, placeKey } from '../../../organization/domain/place';
import { cutText, fitting } from '../../../shared/domain/byte-budget';
import { chunksOf } from '../../../shared/domain/chunks';
import {
  type AccountFields,
  accountFields,
} from '../../../shared/domain/notification/account-text';
import { SEVERITIES, type Severity } from '../../../shared/domain/notification/severity';
import { inTurns } from '../turns';

/** What a run of reconcile has to tell of one place, until it is told with that of others. */
export interface PlaceNews {
  readonly place: Place;
  readonly account: AccountFields;
  readonly at: Date;
  readonly severity: Severity;
  readonly headline: string;
  readonly lines: readonly string[];
}

/** Where it waits until then. */
export interface UntoldNews {
  keep(news: PlaceNews): Promise<void>;
  all(): Promise<readonly PlaceNews[]>;
  remove(news: PlaceNews): Promise<void>;
}

/** So many places have a line of their own in one message. */
const PLACES_PER_MESSAGE = 100;

const MOST_LISTED = 20;
const MOST_BYTES = 12_000;
const LONGEST_HEADLINE = 200;
const REMOVED_AT_ONCE = 20;

/**
 * News of members wait for each other: the first look at an organization is some messages, and not
 * one for each place. What is critical does not wait, nor does what the own place has to say.
 */
export function waitsForOthers(report: ReconcileReport): boolean {
  return report.place?.isMember === true && reconcileSeverity(report) !== 'critical';
}

/** Throws for a report of no place. */
export function placeNews(report: ReconcileReport): PlaceNews {
  const { place, at } = report;
  if (!place) throw new Error('A report without a place waits for no others.');
  const { accountId, region, account } = place;
  return {
    place: { accountId, region },
    account: accountFields(account),
    at,
    severity: reconcileSeverity(report),
    headline: cutText(reconcileHeadline(report), LONGEST_HEADLINE),
    lines: fitting(reconcileLines(report, MOST_LISTED), MOST_BYTES),
  };
}

/**
 * Tells all that waits, the worst first, in as few messages as there can be. What was told and
 * could not be removed is told again.
 */
export async function tellPlaceNews(
  untold: UntoldNews,
  tell: (batch: readonly PlaceNews[]) => Promise<void>,
): Promise<number> {
  const all = await untold.all();
  for (const batch of chunksOf([...all].sort(worstFirst), PLACES_PER_MESSAGE)) {
    await tell(batch);
    await inTurns(batch, REMOVED_AT_ONCE, async (news) => untold.remove(news));
  }
  return all.length;
}

/** The same news have the same key. */
export function newsKey({ place, at }: Pick<PlaceNews, 'place' | 'at'>): string {
  return `${placeKey(place)}#${at.toISOString()}`;
}

function worstFirst(one: PlaceNews, other: PlaceNews): number {
  return (
    SEVERITIES.indexOf(one.severity) - SEVERITIES.indexOf(other.severity) ||
    newsKey(one).localeCompare(newsKey(other))
  );
}
