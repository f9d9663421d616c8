import type { KeyRecord } from './key-actions';
import type { KeyApproval } from './key-approval';
import type { LastReport } from './report-changes';

/** The sentry's records, by key id. */
export interface KeyRecords {
  all(): Promise<KeyRecord[]>;
  read(keyId: string): Promise<KeyRecord | undefined>;
  write(record: KeyRecord): Promise<void>;
}

/** What was last reported. */
export interface ReportMemory {
  /** Undefined where nothing was, or it cannot be read: then it begins again. */
  read(): Promise<LastReport | undefined>;
  write(report: LastReport): Promise<void>;
}

/** The result of a change. The call throws where it is not known whether the change was made. */
export type ChangeAnswer =
  | { readonly kind: 'done' }
  /** `attempts`: how often the call was sent to hear that; once, where it is missing. */
  | { readonly kind: 'gone'; readonly attempts?: number }
  | { readonly kind: 'refused'; readonly reason: string };

/** IAM, as far as it is changed. */
export interface KeyChanger {
  deactivate(userName: string, keyId: string): Promise<ChangeAnswer>;
  delete(userName: string, keyId: string): Promise<ChangeAnswer>;
}

/** Has people asked. The same request, sent again, is one question. */
export interface KeyAsker {
  ask(keyId: string, approval: KeyApproval): Promise<void>;
}
