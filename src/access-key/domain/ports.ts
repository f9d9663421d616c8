import type { KeyRecord } from './key-actions';
import type { KeyApproval } from './key-approval';

/** What the sentry remembers, by key id. */
export interface KeyRecords {
  all(): Promise<KeyRecord[]>;
  read(keyId: string): Promise<KeyRecord | undefined>;
  write(record: KeyRecord): Promise<void>;
}

/** What came of a change. Where it is not known whether it was made, the call throws. */
export type ChangeAnswer =
  { readonly kind: 'done' | 'gone' } | { readonly kind: 'refused'; readonly reason: string };

/** IAM, as far as it is changed. */
export interface KeyChanger {
  deactivate(userName: string, keyId: string): Promise<ChangeAnswer>;
  delete(userName: string, keyId: string): Promise<ChangeAnswer>;
}

/** Has people asked. The same request, sent again, is one question. */
export interface KeyAsker {
  ask(keyId: string, approval: KeyApproval): Promise<void>;
}
