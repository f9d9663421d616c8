import type { AskedChange } from './asked-change';
import type { AskResult } from '../../../approval/domain/ask-result';
import type { PreparedAsk } from '../reporting/announcement';

/** How far a change is that was asked about. */
export interface StoredAsk {
  readonly asked: AskedChange;
  /** A digest of what was asked and what is carried out, as it goes into the decision. */
  readonly digest: string;
  /** Whether grants were given for it: if they are gone later, someone withdrew them. */
  readonly isGranted: boolean;
  /** The last try at a decision. */
  readonly result?: AskResult;
}

/**
 * The sentry's asks, kept apart from the workflow's own memory. So anyone who writes one of the two
 * can still have nothing carried out.
 */
export interface AskedChanges {
  /** False where a decision about it was carried out already. */
  keep(asked: AskedChange): Promise<boolean>;
  read(requestId: string): Promise<StoredAsk | undefined>;
  granted(requestId: string): Promise<void>;
  concluded(requestId: string, result: AskResult): Promise<void>;
}

/** Has people asked. */
export interface ChangeAsker extends AskedChanges {
  /** The same for the same text, and for no other: of 40 letters and digits. */
  identify(text: string): string;
  /** Ready to be sent. */
  render(asked: AskedChange): PreparedAsk;
}
