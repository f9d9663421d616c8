import { MEMBER_RIGHTS, type MemberRights } from './gaps/place-state';

/** The least that is enough for all. */
export function rightsForAll(needed: readonly MemberRights[]): MemberRights {
  const most = Math.max(0, ...needed.map((rights) => MEMBER_RIGHTS.indexOf(rights)));
  return MEMBER_RIGHTS[most] ?? 'FULL';
}
