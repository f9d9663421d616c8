/** Where that is which an asker asks about: the request's route is found by it. */
export interface RequestLabels {
  /** An account's id, of twelve digits. */
  readonly account?: string;
  /** Ids of the root and the organizational units that the account is in, the outermost first. */
  readonly units?: readonly string[];
  /** Tags of what it is about, by their keys: only those that routes go by. */
  readonly tags?: Readonly<Record<string, string>>;
}

export const ACCOUNT_LABEL = /^\d{12}$/;
export const UNIT_LABEL = /^(r-[a-z0-9]{4,32}|ou-[a-z0-9]{4,32}-[a-z0-9]{8,32})$/;

/** Organizations nest units no deeper than half of that. */
export const MOST_UNIT_LABELS = 12;

/** Keys of tags that all routes of a workflow together name. */
export const MOST_TAG_LABELS = 10;
