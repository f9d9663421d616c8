import type { MemberToAsk } from './member-to-ask';
import { MEMBER_RIGHTS, type Look, type MemberRights } from './place-state';
import type { Place } from '../place';
import type { RefusedBy } from '../refusal';

/** What the read role of a member says of itself. */
export interface MemberTags {
  readonly rights?: string;
}

/** What stands in one Region of a member. */
export interface PlaceView {
  readonly templateVersion?: number;
  readonly rule: Extract<Look, { kind: 'seen' }>['rule'];
  readonly hasGroups: boolean;
}

/** Someone's answer to the hub that it may not look. */
export interface Refusal {
  readonly refusedBy: RefusedBy;
  readonly reason: string;
}

/** AWS, as it shows a member to the hub's read role. A call that is refused answers so. */
export interface MemberView {
  tags(accountId: string): Promise<MemberTags | Refusal>;
  enabledRegions(accountId: string): Promise<readonly string[] | Refusal>;
  lookAt(place: Place): Promise<PlaceView | Refusal>;
}

export interface MemberToLookAt extends MemberToAsk {
  /** Undefined: all that the account has enabled. */
  readonly regions: readonly string[] | undefined;
  readonly hubRegion: string;
}

export interface PlaceLook {
  readonly place: Place;
  readonly look: Look;
}

/** Looks at all places of one member; a failure in one place costs only that place. */
export async function lookAtMember(
  member: MemberToLookAt,
  view: MemberView,
  now: Date,
): Promise<PlaceLook[]> {
  const { accountId } = member;
  const [tags, enabled] = await Promise.all([
    view.tags(accountId),
    member.regions ?? view.enabledRegions(accountId),
  ]);
  if (isRefusal(tags)) return unseen(member, refusedLook(tags, now));
  if (isRefusal(enabled)) return unseen(member, refusedLook(enabled, now));
  if (enabled.length === 0) return unseen(member, { kind: 'failed', at: now, reason: NO_REGION });
  const looks = await Promise.all(
    enabled.map(async (region) => {
      const place = { accountId, region };
      return { place, look: await lookAtPlace(place, rightsOf(tags), view, now) };
    }),
  );
  return [...looks, ...switchedOff(member, enabled, now)];
}

/** AWS lets no account be without one. */
const NO_REGION = 'AWS named no Region that is enabled in this account.';

/** Where all enabled Regions are to be watched, those that were and are none now. */
function switchedOff(
  { accountId, regions, knownRegions }: MemberToLookAt,
  enabled: readonly string[],
  at: Date,
): PlaceLook[] {
  if (regions) return [];
  return knownRegions
    .filter((region) => !enabled.includes(region))
    .map((region) => ({ place: { accountId, region }, look: { kind: 'off', at } }));
}

async function lookAtPlace(
  place: Place,
  rights: MemberRights,
  view: MemberView,
  now: Date,
): Promise<Look> {
  try {
    const found = await view.lookAt(place);
    return isRefusal(found) ? refusedLook(found, now) : { kind: 'seen', at: now, rights, ...found };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { kind: 'failed', at: now, reason };
  }
}

/** A member that lets no one look is named at least once. */
function unseen(
  { accountId, regions, knownRegions, hubRegion }: MemberToLookAt,
  look: Look,
): PlaceLook[] {
  const names = regions ?? (knownRegions.length > 0 ? knownRegions : [hubRegion]);
  return names.map((region) => ({ place: { accountId, region }, look }));
}

function refusedLook({ refusedBy, reason }: Refusal, now: Date): Look {
  return { kind: 'refused', at: now, by: refusedBy, reason };
}

/** Rights that no one can read are none. */
function rightsOf({ rights }: MemberTags): MemberRights {
  return MEMBER_RIGHTS.find((one) => one === rights) ?? 'OBSERVE';
}

function isRefusal(answer: object): answer is Refusal {
  return 'refusedBy' in answer;
}
