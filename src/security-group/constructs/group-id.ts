import { isKnownLater } from '../../shared/constructs/known-later';

const GROUP_ID = /^sg-([0-9a-f]{8}|[0-9a-f]{17})$/;

/** Whether it is an id, or one that is known at deployment only. */
export function isGroupId(id: string): boolean {
  return isKnownLater(id) || GROUP_ID.test(id);
}
