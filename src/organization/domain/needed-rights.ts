import { isEnough, type MemberRights } from './gaps/place-state';

/** The least that is enough for all. */
export function rightsForAll(needed: readonly MemberRights[]): MemberRights {
  return needed.reduce<MemberRights>((most, one) => (isEnough(most, one) ? most : one), 'OBSERVE');
}
