import * as z from 'zod/mini';
import {
  type Fields,
  fieldsOf,
  itemsOf,
  optionalId,
  optionalPort,
  optionalText,
  textOrNumber,
} from './record-fields';
import { canonicalRule, type RawRule, type Rule, type RuleTag } from '../domain/rules/rule';

/** All rules of a call share these values. */
export type RulePlace = Required<Pick<RawRule, 'direction' | 'ownerId'>>;

/** Undefined where the record names a rule that cannot be read. */
export type MaybeRule = Rule | undefined;

const answeredRuleSchema = z.object({
  securityGroupRuleId: optionalText,
  ipProtocol: textOrNumber,
  fromPort: optionalPort,
  toPort: optionalPort,
  cidrIpv4: optionalText,
  cidrIpv6: optionalText,
  prefixListId: optionalText,
  referencedGroupInfo: z.catch(
    z.optional(z.object({ groupId: optionalText, userId: optionalId })),
    undefined,
  ),
  referencedGroupId: optionalText,
  description: optionalText,
});

/**
 * A rule as EC2 answers it: Authorize with all that it knows of the peer group, Revoke with its id
 * only.
 */
export function answeredRule(item: unknown, place: RulePlace): MaybeRule {
  const fields = fieldsOf(item);
  const parsed = answeredRuleSchema.safeParse(fields);
  if (!parsed.success) return undefined;
  const {
    securityGroupRuleId,
    ipProtocol,
    cidrIpv4,
    cidrIpv6,
    referencedGroupInfo,
    referencedGroupId,
    ...rest
  } = parsed.data;
  return canonicalRule({
    ...place,
    ...rest,
    id: securityGroupRuleId,
    protocol: ipProtocol,
    ipRange: cidrIpv4 ?? cidrIpv6,
    groupId: referencedGroupInfo?.groupId ?? referencedGroupId,
    groupOwnerId: referencedGroupInfo?.userId,
    tags: itemsOf(fields.tagSet).flatMap(tag),
  });
}

const tagSchema = z.object({ key: z.string(), value: z.catch(z.string(), '') });

function tag(item: unknown): RuleTag[] {
  const parsed = tagSchema.safeParse(fieldsOf(item));
  return parsed.success ? [parsed.data] : [];
}

/** One entry a rule that the request names by its values. */
export function requestedRules(request: Fields, place: RulePlace): MaybeRule[] {
  const rules = itemsOf(request.ipPermissions).flatMap((item) =>
    rulesOfPermission(fieldsOf(item), place),
  );
  if (request.ipProtocol === undefined) return rules;
  // The flat form: one rule, its values beside the group's id, which must not be taken for a peer.
  const { groupId: _ownGroup, ...flat } = request;
  return [requestedRule(flat, flat, place), ...rules];
}

function rulesOfPermission(permission: Fields, place: RulePlace): MaybeRule[] {
  const { ipRanges, ipv6Ranges, prefixListIds, groups } = permission;
  const peers = [ipRanges, ipv6Ranges, prefixListIds, groups].flatMap(itemsOf);
  return peers.length === 0
    ? [undefined]
    : peers.map((peer) => requestedRule(permission, fieldsOf(peer), place));
}

const trafficSchema = z.object({
  ipProtocol: textOrNumber,
  fromPort: optionalPort,
  toPort: optionalPort,
});
const peerSchema = z.object({
  cidrIp: optionalText,
  cidrIpv6: optionalText,
  prefixListId: optionalText,
  groupId: optionalText,
  userId: optionalId,
  description: optionalText,
});

/** A peer group that is given by its name has no id, and so cannot be read. */
function requestedRule(trafficFields: Fields, peerFields: Fields, place: RulePlace): MaybeRule {
  const traffic = trafficSchema.safeParse(trafficFields);
  const peer = peerSchema.safeParse(peerFields);
  if (!traffic.success || !peer.success) return undefined;
  const { ipProtocol, ...ports } = traffic.data;
  const { cidrIp, cidrIpv6, userId, ...rest } = peer.data;
  return canonicalRule({
    ...place,
    ...ports,
    ...rest,
    protocol: ipProtocol,
    ipRange: cidrIp ?? cidrIpv6,
    groupOwnerId: userId,
  });
}
