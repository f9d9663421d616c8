/**
 * A question to people, as data: the one who shows it decides how. All of it comes from records
 * that an attacker may have written, so it is text to be shown, never markup.
 */
export interface Question {
  /** The subject, in a few words. */
  readonly title: string;
  /** What makes it sensitive, such as a class of data: it stands out in each message of Slack. */
  readonly sensitiveLabels?: readonly Fact[];
  readonly requester: Requester;
  /** Someone whom approvers may want to hear, and who decides nothing. */
  readonly consulted?: Consulted;
  readonly facts: readonly Fact[];
  /** The most dangerous first. */
  readonly changes: readonly ProposedChange[];
  /** How things stand until someone decides. */
  readonly meanwhile: string;
  readonly ifApproved: string;
  readonly ifDenied: string;
  readonly ifUnanswered: string;
  readonly links: readonly Link[];
  /** Whether an approval may be given for a time: what is done can be ended then. */
  readonly mayBeTimed: boolean;
}

/** Who wants the change. */
export interface Requester {
  /** As the record names the identity. */
  readonly name: string;
  /** Where the identity's name is proven to be a person's e-mail address. */
  readonly email?: string;
  /**
   * True where no person wants it, but a program by itself: there is no one who could approve what
   * is their own.
   */
  readonly isAutomatic?: boolean;
}

/** Is asked in a direct message whether it is still needed; the approvers see the answer. */
export interface Consulted {
  /** As a record names it: anyone may have written it. */
  readonly email: string;
  /** Why this person: "named as owner by the tag Owner". */
  readonly reason: string;
}

export interface Fact {
  readonly label: string;
  readonly value: string;
}

/** One thing that would be changed. */
export interface ProposedChange {
  readonly before?: string;
  readonly after?: string;
  /** Why it is asked about, and whatever else decides. */
  readonly remarks: readonly string[];
}

/** Each of them has to be read. */
export const MOST_SENSITIVE_LABELS = 12;

export interface Link {
  readonly text: string;
  readonly url: string;
}
