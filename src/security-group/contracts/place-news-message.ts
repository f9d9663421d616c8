import type { AccountFields } from '../../shared/domain/notification/account-text';
import type { Severity } from '../../shared/domain/notification/severity';

/**
 * Raised when a field changes its meaning or goes; new fields may come without. Schema:
 * docs/schemas/.
 */
export const PLACE_NEWS_MESSAGE_VERSION = 1;

export interface NewsOfPlaceInMessage extends AccountFields {
  readonly account: string;
  readonly region: string;
  readonly time: string;
  readonly severity: Severity;
  readonly headline: string;
}

/** What runs of reconcile had to tell of several places of members. */
export interface PlaceNewsMessage {
  readonly version: typeof PLACE_NEWS_MESSAGE_VERSION;
  readonly type: 'security-group-place-news';
  readonly sentry: string;
  readonly severity: Severity;
  readonly places: readonly NewsOfPlaceInMessage[];
}
