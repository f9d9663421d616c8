import type { Approvers } from './approval-configuration';
import { ApprovalConflictError, type ApprovalStore } from './approval-store';
import type { MemberReading, MemberReadings } from './member-readings';
import type { People } from './messenger';
import type { Clock } from '../../shared/domain/clock';

/** Of an item's 400 KB. */
const MOST_READINGS_CHARACTERS = 300_000;

export interface ReadingPorts {
  readonly store: Pick<ApprovalStore, 'memberReadings' | 'keepMemberReadings'>;
  readonly people: Pick<People, 'membersOf'>;
  readonly clock: Pick<Clock, 'now'>;
}

/** Who may decide, as it is read now. What a user group was is remembered. */
export async function approversNow(
  approvers: Approvers,
  { store, people, clock }: ReadingPorts,
): Promise<readonly string[]> {
  if (approvers.kind === 'users') return approvers.userIds;
  const { userGroupId } = approvers;
  const members = await people.membersOf(userGroupId);
  const known = await store.memberReadings(userGroupId);
  const after = withReading(known, { at: clock.now(), members });
  if (after !== known) await store.keepMemberReadings(userGroupId, after).catch(unlessOvertaken);
  return members;
}

/** Who might decide by the last reading before; undefined where none was that early. */
export async function approversAt(
  approvers: Approvers,
  time: Date,
  { store }: Pick<ReadingPorts, 'store'>,
): Promise<readonly string[] | undefined> {
  if (approvers.kind === 'users') return approvers.userIds;
  const { readings } = await store.memberReadings(approvers.userGroupId);
  return readings.filter(({ at }) => at <= time).at(-1)?.members;
}

function withReading(known: MemberReadings, reading: MemberReading): MemberReadings {
  const last = known.readings.at(-1);
  if (last && isSameGroup(last.members, reading.members)) return known;
  let readings = [...known.readings, reading];
  while (JSON.stringify(readings).length > MOST_READINGS_CHARACTERS) readings = readings.slice(1);
  return { ...known, readings };
}

function isSameGroup(one: readonly string[], other: readonly string[]): boolean {
  const members = new Set(one);
  return members.size === new Set(other).size && other.every((member) => members.has(member));
}

/** The one who was quicker has read it in the same moment. */
function unlessOvertaken(error: unknown): void {
  if (!(error instanceof ApprovalConflictError)) throw error;
}
