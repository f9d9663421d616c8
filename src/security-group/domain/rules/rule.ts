import { type IpFamily, parseIpRange } from './ip-range';
import { canonicalPorts, canonicalProtocol } from './protocol';

export const DIRECTIONS = ['ingress', 'egress'] as const;

export type Direction = (typeof DIRECTIONS)[number];

/** The other side of a rule: where traffic may come from, or go to. */
export type Peer =
  | { readonly kind: IpFamily; readonly cidr: string }
  | { readonly kind: 'prefixList'; readonly prefixListId: string }
  /** With its account where that is another than the rule's own. */
  | { readonly kind: 'securityGroup'; readonly groupId: string; readonly ownerId?: string };

export interface RuleTag {
  readonly key: string;
  readonly value: string;
}

/**
 * One security group rule in canonical form: direction, protocol, ports and peer are its key, the
 * rest attributes.
 */
export interface Rule {
  readonly id?: string;
  readonly direction: Direction;
  readonly protocol: string;
  readonly fromPort: number;
  readonly toPort: number;
  readonly peer: Peer;
  readonly description?: string;
  readonly tags?: readonly RuleTag[];
}

/** A rule as some source writes it, before its values are in canonical form. */
export interface RawRule {
  readonly id?: string;
  readonly direction: Direction;
  readonly protocol: string;
  readonly fromPort?: number;
  readonly toPort?: number;
  readonly ipRange?: string;
  readonly prefixListId?: string;
  readonly groupId?: string;
  /** The account of the group that the rule refers to. */
  readonly groupOwnerId?: string;
  /** The account of the group that holds the rule. */
  readonly ownerId?: string;
  readonly description?: string;
  readonly tags?: readonly RuleTag[];
}

/** The rule in canonical form, or undefined where its peer cannot be read. */
export function canonicalRule(raw: RawRule): Rule | undefined {
  const peer = canonicalPeer(raw);
  if (!peer) return undefined;
  const protocol = canonicalProtocol(raw.protocol);
  return {
    ...(raw.id && { id: raw.id }),
    direction: raw.direction,
    protocol,
    ...canonicalPorts(protocol, raw.fromPort, raw.toPort),
    peer,
    ...(raw.description && { description: raw.description }),
    ...(raw.tags?.length && { tags: raw.tags }),
  };
}

function canonicalPeer(raw: RawRule): Peer | undefined {
  if (raw.ipRange !== undefined) {
    const range = parseIpRange(raw.ipRange);
    return range && { kind: range.family, cidr: range.cidr };
  }
  if (raw.prefixListId) return { kind: 'prefixList', prefixListId: raw.prefixListId };
  if (!raw.groupId) return undefined;
  const isForeign = raw.groupOwnerId && raw.groupOwnerId !== raw.ownerId;
  return {
    kind: 'securityGroup',
    groupId: raw.groupId,
    ...(isForeign && { ownerId: raw.groupOwnerId }),
  };
}

/** Two rules of one group with the same key are the same rule; EC2 refuses a second one. */
export function ruleKey(rule: Rule): string {
  return [rule.direction, rule.protocol, rule.fromPort, rule.toPort, peerKey(rule.peer)].join(' ');
}

function peerKey(peer: Peer): string {
  if (peer.kind === 'prefixList') return peer.prefixListId;
  if (peer.kind === 'securityGroup') return peer.groupId;
  return peer.cidr;
}

/** By id where both have one: a rule that was taken away and added again is another rule. */
export function isSameRule(named: Rule, present: Rule): boolean {
  if (named.id && present.id) return named.id === present.id;
  return ruleKey(named) === ruleKey(present);
}

export function withoutTags(rule: Rule): Rule {
  const { tags: _tags, ...others } = rule;
  return others;
}

/** The rule with just the tags that another reading of it has. */
export function withTagsOf(rule: Rule, { tags }: Pick<Rule, 'tags'>): Rule {
  return { ...withoutTags(rule), ...(tags && { tags }) };
}

/** AWS refuses tags of its own from anyone else. */
export function tagsToGive({ tags }: Rule): readonly RuleTag[] {
  return (tags ?? []).filter(({ key }) => !key.toLowerCase().startsWith('aws:'));
}

/** Whether a rule stands as this one was to be added: described alike, and with its tags. */
export function isAddedAs(added: Rule, standing: Rule): boolean {
  return (
    isDescribedAlike(added, standing) &&
    tagsToGive(added).every(({ key, value }) =>
      standing.tags?.some((tag) => tag.key === key && tag.value === value),
    )
  );
}

/** The same key, and the same description. */
export function isDescribedAlike(one: Rule, other: Rule): boolean {
  return ruleKey(one) === ruleKey(other) && (one.description ?? '') === (other.description ?? '');
}

/** The prefix lists that the rules name. */
export function prefixListIds(rules: readonly Rule[]): string[] {
  return [
    ...new Set(
      rules.flatMap(({ peer }) => (peer.kind === 'prefixList' ? [peer.prefixListId] : [])),
    ),
  ];
}
