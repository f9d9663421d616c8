import type { FindingClass } from '../domain/key-rules';

/** The owner of a key, and where it comes from: it is as good as those who may write there. */
export interface OwnerInMessage {
  /** `none`: no owner is known. `unknown`: the user's tags could not be read. */
  readonly kind: 'known' | 'unknown' | 'none';
  /** With `known`. */
  readonly name?: string;
  /** With `known`. */
  readonly source?: 'tag' | 'path' | 'user-name';
  /** With the source `tag`. */
  readonly tagKey?: string;
  /** With `unknown`. */
  readonly reason?: string;
}

/** The keys of one owner in a report, or those without one. */
export interface OwnerCountInMessage extends Pick<OwnerInMessage, 'kind' | 'name'> {
  readonly keys: number;
  /** A key can fall into several classes. */
  readonly counts: Readonly<Record<FindingClass, number>>;
}

/** In a report of a sentry that looks for owners, and there in the first part alone. */
export interface OwnerCounts {
  readonly owners?: readonly OwnerCountInMessage[];
  readonly ownersOmitted?: number;
  /** Where owners get direct messages in Slack. */
  readonly directMessages?: {
    readonly owners: number;
    /** Known owners whose name is no e-mail address: no direct message goes to them. */
    readonly withoutAddress: number;
    /** Owners past the most of one report: no direct message goes to them. */
    readonly pastLimit: number;
  };
}
