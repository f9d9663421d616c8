import type { ResourceEnvironment } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import { isGroupId } from './group-id';
import { readableText } from './readable-text';
import { isMeantBy, isPartWithin, isWithin, selectorText } from './selectors';
import { refuseUselessExclusion } from './useless-exclusion';
import { isKnownLater, refuseListKnownLater } from '../../shared/constructs/known-later';
import { LONGEST_TAG } from '../../shared/contracts/tag-limits';
import {
  type GroupPart,
  type GroupSelector,
  type MonitoredGroups as GroupSelection,
  partsOf,
} from '../domain/groups/monitored-groups';

/**
 * The security groups that a sentry watches, all in its own account and Region.
 *
 * Which groups are meant is asked again whenever something happens to a group. One that was watched
 * once stays watched, whatever is done to its tags: taking the tag off, or putting one on that
 * `excluding()` names, is reported and changes nothing until a trusted actor or an operator does
 * it. What the sentry may do to a group never depends on its tags.
 */
export class MonitoredGroups {
  /**
   * Groups of this app, or imported into it. They must be in the sentry's account and Region.
   *
   * @param groups at least one. Throws if the list is empty.
   */
  public static groups(groups: ec2.ISecurityGroup[]): MonitoredGroups {
    if (groups.length === 0) {
      throw new Error(
        'MonitoredGroups.groups() got an empty list: name at least one security group, as in MonitoredGroups.groups([group]).',
      );
    }
    const constructs = new Map(
      groups.map((group) => [checkedId(group.securityGroupId), monitoredGroup(group)]),
    );
    return MonitoredGroups.including({ kind: 'ids', groupIds: [...constructs.keys()] }, [
      ...constructs.values(),
    ]);
  }

  /**
   * Groups by their ids. They must be in the sentry's account and Region.
   *
   * @param groupIds at least one, such as sg-0123456789abcdef0. Throws if the list is empty or an
   * id is malformed.
   */
  public static ids(groupIds: string[]): MonitoredGroups {
    if (groupIds.length === 0) {
      throw new Error(
        'MonitoredGroups.ids() got an empty list: name at least one group, as in MonitoredGroups.ids(["sg-0123456789abcdef0"]).',
      );
    }
    refuseListKnownLater(
      'MonitoredGroups.ids() got',
      groupIds,
      'write its ids out, as in MonitoredGroups.ids(["sg-0123456789abcdef0"]), or choose the groups with taggedWith() or inVpc()',
    );
    return MonitoredGroups.including({
      kind: 'ids',
      groupIds: [...new Set(groupIds.map(checkedId))],
    });
  }

  /**
   * Groups that carry a tag, those that get it later included.
   *
   * Membership is sticky: a group whose tag is taken off stays watched, and the sentry reports who
   * took it off. Only when a trusted actor takes it off, or an operator releases the group, is it
   * watched no more.
   *
   * @param key 1 to 128 characters, in the case in which the tag is written. Throws if it is empty
   * or too long.
   * @param value up to 256 characters. Throws if it is too long.
   */
  public static taggedWith(key: string, value: string): MonitoredGroups {
    if (!isKnownLater(key) && (key.length === 0 || key.length > LONGEST_TAG.key)) {
      throw new Error(
        `"${key}" is no tag key: write 1 to ${LONGEST_TAG.key} characters, as in MonitoredGroups.taggedWith("sentry", "on").`,
      );
    }
    if (!isKnownLater(value) && value.length > LONGEST_TAG.value) {
      throw new Error(
        `The value of the tag "${key}" has ${value.length} characters: a tag holds up to ${LONGEST_TAG.value}.`,
      );
    }
    return MonitoredGroups.including({ kind: 'tag', key, value });
  }

  /**
   * All groups of a VPC, its default group and those that are made later included.
   *
   * @param vpc in the sentry's account and Region. Throws if its id is malformed.
   */
  public static inVpc(vpc: ec2.IVpc): MonitoredGroups {
    const { vpcId } = vpc;
    if (!isKnownLater(vpcId) && !/^vpc-[0-9a-f]+$/.test(vpcId)) {
      throw new Error(
        `"${vpcId}" is no VPC id: import the VPC by one such as "vpc-0123456789abcdef0".`,
      );
    }
    return MonitoredGroups.including({ kind: 'vpc', vpcId });
  }

  /** All groups of the sentry's account and Region, those that are made later included. */
  public static all(): MonitoredGroups {
    return MonitoredGroups.including({ kind: 'all' });
  }

  /**
   * Groups that any of several selections means, such as those of two VPCs, or of a VPC and some by
   * their ids. Each keeps its own exclusions: what one leaves out, another may mean all the same.
   * What `excluding()` leaves out of the whole is left out of each.
   *
   * @param selections at least one. Throws if the list is empty, and if one of them is known to add
   * nothing to the others.
   */
  public static anyOf(selections: MonitoredGroups[]): MonitoredGroups {
    if (selections.length === 0) {
      throw new Error(
        'MonitoredGroups.anyOf() got an empty list: name at least one selection, as in MonitoredGroups.anyOf([MonitoredGroups.inVpc(vpc), MonitoredGroups.taggedWith("sentry", "on")]).',
      );
    }
    refuseUseless(selections.map(({ _selection }) => _selection));
    const constructs = new Map(
      selections.flatMap(({ _constructs }) => _constructs).map((group) => [group.id, group]),
    );
    return new MonitoredGroups(
      joined(selections.flatMap(({ _selection }) => partsOf(_selection))),
      [...constructs.values()],
    );
  }

  private static including(
    selector: GroupSelector,
    constructs: MonitoredGroup[] = [],
  ): MonitoredGroups {
    return new MonitoredGroups({ include: [selector], exclude: [] }, constructs);
  }

  /** @internal */
  public readonly _selection: GroupSelection;

  /**
   * The groups to watch that are known as constructs.
   *
   * @internal
   */
  public readonly _constructs: MonitoredGroup[];

  private constructor(selection: GroupSelection, constructs: MonitoredGroup[]) {
    this._selection = selection;
    this._constructs = constructs;
  }

  /**
   * The same groups without those that `other` means. It may be called several times.
   *
   * A tag that is put on later lets no watched group out: the sentry reports who put it on, and
   * only if that was a trusted actor, or an operator releases the group, is it watched no more.
   *
   * @param other the groups to leave out. Throws if it excludes groups itself, if nothing is left,
   * and if it is certain to leave no group out: ids that were not chosen, what is known to
   * be in another VPC, or what is left out already.
   */
  public excluding(other: MonitoredGroups): MonitoredGroups {
    const [first, ...others] = partsOf(other._selection);
    if (!first || first.exclude.length > 0 || others.length > 0) {
      throw new Error(
        'excluding() got groups that exclude others themselves, which leaves it open whether those are watched: call excluding() several times on ' +
          'one selection, as in MonitoredGroups.all().excluding(a).excluding(b).',
      );
    }
    const excluded = first.include;
    refuseUselessExclusion(this._selection, excluded);
    const left = partsOf(this._selection).flatMap((part) => remainderOf(part, excluded));
    if (left.length === 0) {
      throw new Error(
        'excluding() leaves no group to watch: it got all that is to be watched. Leave fewer groups out, or write no sentry for them.',
      );
    }
    const constructs = this._constructs.filter(
      ({ id }) => !excluded.some((selector) => isMeantBy(id, selector)),
    );
    return new MonitoredGroups(joined(left), constructs);
  }
}

/** A group that is known as a construct. */
export interface MonitoredGroup {
  readonly id: string;
  readonly environment: ResourceEnvironment;
  readonly path: string;
}

function monitoredGroup({ securityGroupId, env, node }: ec2.ISecurityGroup): MonitoredGroup {
  return { id: securityGroupId, environment: env, path: node.path };
}

function checkedId(id: string): string {
  if (isGroupId(id)) return id;
  throw new Error(
    `"${id}" is no security group id: write "sg-" and 8 or 17 hexadecimal digits in lower case, such as "sg-0123456789abcdef0".`,
  );
}

function remainderOf(
  { include, exclude }: GroupPart,
  excluded: readonly GroupSelector[],
): GroupPart[] {
  const left = include.flatMap((selector) => remainder(selector, excluded));
  return left.length > 0 ? [{ include: left, exclude: [...exclude, ...excluded] }] : [];
}

/**
 * The part of a selector that is left beside those excluded: nothing where one of them means the
 * same groups, or all.
 */
function remainder(selector: GroupSelector, excluded: readonly GroupSelector[]): GroupSelector[] {
  if (selector.kind !== 'ids') {
    return excluded.some((other) => isWithin(selector, other)) ? [] : [selector];
  }
  const groupIds = selector.groupIds.filter(
    (id) => !excluded.some((other) => isMeantBy(id, other)),
  );
  return groupIds.length > 0 ? [{ kind: 'ids', groupIds }] : [];
}

/** Parts that leave out the same are one. */
function joined(parts: readonly GroupPart[]): GroupSelection {
  const alike = new Map<string, GroupPart>();
  for (const { include, exclude } of parts) {
    const name = exclude
      .map((selector) => JSON.stringify(selector))
      .sort()
      .join();
    const known = alike.get(name);
    alike.set(name, { include: together([...(known?.include ?? []), ...include]), exclude });
  }
  const [first = { include: [], exclude: [] }, ...others] = alike.values();
  return { ...first, ...(others.length > 0 && { others }) };
}

/** With all ids in one list. */
function together(selectors: readonly GroupSelector[]): GroupSelector[] {
  const ids = selectors.flatMap((selector) => (selector.kind === 'ids' ? selector.groupIds : []));
  const others = selectors.filter(({ kind }) => kind !== 'ids');
  return [
    ...(ids.length > 0 ? [{ kind: 'ids' as const, groupIds: [...new Set(ids)] }] : []),
    ...others,
  ];
}

/** Throws where one selection is certain to mean no group that the others do not mean. */
function refuseUseless(selections: readonly GroupSelection[]): void {
  selections.forEach((selection, index) => {
    const wider = selections.findIndex(
      (other, at) =>
        at !== index &&
        contains(other, selection) &&
        // Of two that mean the same, the later one is named.
        (at < index || !contains(selection, other)),
    );
    if (wider < 0) return;
    throw new Error(
      `MonitoredGroups.anyOf(): the ${ordinal(index)} of its selections (${inWords(selection)}) adds nothing to the ${ordinal(wider)} (${inWords(selections[wider]!)}): leave it out.`,
    );
  });
}

function contains(wider: GroupSelection, selection: GroupSelection): boolean {
  return partsOf(selection).every((part) =>
    partsOf(wider).some((other) => isPartWithin(part, other)),
  );
}

function ordinal(index: number): string {
  return ['first', 'second', 'third'][index] ?? `${index + 1}th`;
}

function inWords(selection: GroupSelection): string {
  return readableText(
    partsOf(selection)
      .map(({ include, exclude }) =>
        [include, exclude].map((selectors) => selectors.map(selectorText).join(', ')),
      )
      .map(([included, excluded]) => (excluded ? `${included}, but not ${excluded}` : included))
      .join('; '),
  );
}
