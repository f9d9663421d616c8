import { chunksOf } from '../../../shared/domain/chunks';
import type { Change } from '../changes/change';
import type { GroupDetails } from '../groups/group';
import {
  isSelected,
  isSelectedById,
  type MonitoredGroups,
  selectorsOf,
} from '../groups/monitored-groups';
import { DEFAULT_GROUP } from '../groups/rules-of-new-group';
import type { SecurityGroups } from '../groups/security-groups';

type Finder = Pick<SecurityGroups, 'find'>;

/** Of a call that names its group by the name alone: each is looked up by itself. */
const MOST_NAMES = 50;

const IDS_PER_CALL = 200;

/** The groups that are monitored today, by id. */
export async function monitoredToday(
  selection: MonitoredGroups,
  groups: Finder,
): Promise<ReadonlyMap<string, GroupDetails>> {
  const found = new Map<string, GroupDetails>();
  for (const selector of selectorsOf(selection)) {
    for (const group of await groups.find(selector)) {
      if (isSelected(group, selection)) found.set(group.id, group);
    }
  }
  return found;
}

/** The groups that a change is about, if any is monitored. */
export type ChangedGroups =
  | { readonly kind: 'monitored'; readonly groups: readonly GroupDetails[] }
  | { readonly kind: 'elsewhere' }
  /** Gone, so that no one knows by its tags or VPC whether it was monitored. */
  | { readonly kind: 'gone' };

const ELSEWHERE: ChangedGroups = { kind: 'elsewhere' };

/** Says which monitored groups changes are about, by what the groups are today. */
export class RehearsedGroups {
  /** Looks up those that changes name and that are not monitored: they may be gone. */
  static async of(
    changes: readonly Change[],
    selection: MonitoredGroups,
    monitored: ReadonlyMap<string, GroupDetails>,
    groups: Finder,
  ): Promise<RehearsedGroups> {
    const named = changes.flatMap(({ subject }) => ('group' in subject ? [subject.group] : []));
    const ids = named.flatMap(({ id }) =>
      id !== undefined && !monitored.has(id) && isSelectedById(id, selection) === undefined
        ? [id]
        : [],
    );
    const names = named.flatMap(({ id, name }) => (id === undefined && name ? [name] : []));
    const others: GroupDetails[] = [];
    for (const chunk of chunksOf([...new Set(ids)], IDS_PER_CALL)) {
      others.push(...(await groups.find({ kind: 'ids', groupIds: chunk })));
    }
    for (const name of [...new Set(names)].slice(0, MOST_NAMES)) {
      others.push(...(await groups.find({ kind: 'name', name })));
    }
    return new RehearsedGroups(selection, monitored, others);
  }

  private constructor(
    private readonly selection: MonitoredGroups,
    private readonly monitored: ReadonlyMap<string, GroupDetails>,
    private readonly others: readonly GroupDetails[],
  ) {}

  /** @param naming the monitored groups that name the prefix list, where it is one. */
  changedBy(
    { subject }: Change,
    naming: (prefixListId: string) => readonly GroupDetails[],
  ): ChangedGroups {
    switch (subject.kind) {
      case 'group':
      case 'group-created':
      case 'group-deleted':
        return subject.group.id === undefined
          ? this.withName(subject.group.name)
          : this.withId(subject.group.id);
      case 'vpc-created':
        return monitoredOr(
          [...this.monitored.values()].filter(
            ({ vpcId, name }) => vpcId === subject.vpcId && name === DEFAULT_GROUP,
          ),
          ELSEWHERE,
        );
      case 'prefix-list':
        return monitoredOr(naming(subject.prefixListId), ELSEWHERE);
      case 'tags':
        return ELSEWHERE;
    }
  }

  private withId(id: string): ChangedGroups {
    const group = this.monitored.get(id);
    if (group) return { kind: 'monitored', groups: [group] };
    const isMeant = isSelectedById(id, this.selection);
    if (isMeant) return { kind: 'monitored', groups: [{ id }] };
    const isThere = this.others.some((other) => other.id === id);
    return isMeant === false || isThere ? ELSEWHERE : { kind: 'gone' };
  }

  private withName(name: string | undefined): ChangedGroups {
    const isCalledSo = (group: GroupDetails) => group.name === name;
    const found = [...this.monitored.values()].filter(isCalledSo);
    return monitoredOr(found, this.others.some(isCalledSo) ? ELSEWHERE : { kind: 'gone' });
  }
}

function monitoredOr(groups: readonly GroupDetails[], otherwise: ChangedGroups): ChangedGroups {
  return groups.length > 0 ? { kind: 'monitored', groups } : otherwise;
}
