import * as z from 'zod/mini';
import type { Actor } from '../../domain/actor/actor';
import type { Change } from '../../domain/security-group/change';
import { canonicalRule, type Direction, type RawRule, type Rule, ruleKey } from '../../domain/security-group/rule';

/** An event that cannot be read well enough to know which call it speaks of. */
export class UnreadableEventError extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'UnreadableEventError';
  }
}

const DIRECTION_OF_EVENT: Readonly<Record<string, Direction>> = {
  AuthorizeSecurityGroupIngress: 'ingress',
  AuthorizeSecurityGroupEgress: 'egress',
};
const EVENT_NAMES = [...Object.keys(DIRECTION_OF_EVENT), 'CreateSecurityGroup'];

/** What is no text, such as null, is not there. */
const optionalText = z.catch(z.optional(z.string()), undefined);
/** Feeds write ports, account ids and protocol numbers as text or as numbers. */
const textOrNumber = z.pipe(z.union([z.string(), z.number()]), z.transform(String));
const optionalId = z.catch(z.optional(textOrNumber), undefined);
const port = z.optional(z.nullable(z.pipe(textOrNumber, z.pipe(z.transform(Number), z.int()))));

const identitySchema = z.object({
  type: z.catch(z.string(), 'unknown'),
  arn: optionalText,
  principalId: optionalText,
  userName: optionalText,
  accountId: optionalId,
  invokedBy: optionalText,
  sessionContext: z.catch(
    z.optional(z.object({ sessionIssuer: z.optional(z.object({ type: optionalText, arn: optionalText })) })),
    undefined,
  ),
});

const recordSchema = z.object({
  eventID: optionalText,
  eventName: z.string(),
  eventTime: optionalText,
  awsRegion: optionalText,
  recipientAccountId: optionalId,
  sourceIPAddress: optionalText,
  userAgent: optionalText,
  errorCode: optionalText,
  userIdentity: z.catch(identitySchema, { type: 'unknown' }),
  requestParameters: z.catch(z.record(z.string(), z.unknown()), {}),
  responseElements: z.catch(z.record(z.string(), z.unknown()), {}),
});
type CloudTrailRecord = z.infer<typeof recordSchema>;

const envelopeSchema = z.object({
  id: optionalText,
  account: optionalId,
  region: optionalText,
  time: optionalText,
  detail: recordSchema,
});

/** Reads an EventBridge envelope around a CloudTrail record. `receivedAt` stands in for a time that cannot be read. */
export function parseChangeEvent(body: string, receivedAt: Date): Change {
  const envelope = envelopeSchema.safeParse(parseJson(body));
  if (!envelope.success) throw new UnreadableEventError(`It is not a CloudTrail event: ${z.prettifyError(envelope.error)}`);
  const { detail: record, ...event } = envelope.data;
  if (!EVENT_NAMES.includes(record.eventName)) {
    throw new UnreadableEventError(`Its eventName is ${record.eventName}; expected is one of ${EVENT_NAMES.join(', ')}.`);
  }
  const group = changedGroup(record);
  if (!group.id && !group.name && !record.errorCode) {
    throw new UnreadableEventError('It names no group, as CloudTrail leaves out parameters of over 100 KB: look at who added rules, and where.');
  }
  return {
    eventId: record.eventID ?? event.id ?? 'without id',
    eventName: record.eventName,
    time: parseTime(record.eventTime) ?? parseTime(event.time) ?? receivedAt,
    accountId: event.account ?? record.recipientAccountId ?? record.userIdentity.accountId ?? 'unknown',
    region: record.awsRegion ?? event.region ?? 'unknown',
    actor: actor(record),
    sourceAddress: record.sourceIPAddress,
    userAgent: record.userAgent,
    errorCode: record.errorCode,
    group,
    ...addedRules(record),
  };
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new UnreadableEventError('It is not JSON.');
  }
}

function parseTime(text: string | undefined): Date | undefined {
  const time = new Date(text ?? '');
  return Number.isNaN(time.getTime()) ? undefined : time;
}

function actor({ userIdentity, sourceIPAddress }: CloudTrailRecord): Actor {
  const { type, arn, userName, accountId, invokedBy, principalId, sessionContext } = userIdentity;
  const issuer = sessionContext?.sessionIssuer;
  const isRoleSession = type === 'AssumedRole';
  return {
    type,
    arn,
    userName,
    accountId,
    invokedBy,
    sourceAddress: sourceIPAddress,
    ...(isRoleSession && issuer?.type === 'Role' && { roleArn: issuer.arn }),
    ...(isRoleSession && { sessionName: arn?.split('/').at(-1) ?? principalId?.split(':').at(-1) }),
  };
}

const groupSchema = z.object({ groupId: optionalText, groupName: optionalText });

function changedGroup({ requestParameters, responseElements }: CloudTrailRecord) {
  const requested = groupSchema.parse(requestParameters);
  const named = [responseElements, ...itemsOf(responseElements.securityGroupRuleSet)]
    .map((element) => groupSchema.safeParse(element).data?.groupId)
    .find((id) => id !== undefined);
  return { id: requested.groupId ?? named, name: requested.groupName };
}

/** The answer names all rules with their ids; records from before mid-2021 have the request only. */
function addedRules(record: CloudTrailRecord): Pick<Change, 'addedRules' | 'namesAllRules'> {
  const direction = DIRECTION_OF_EVENT[record.eventName];
  if (!direction) return { addedRules: [], namesAllRules: true };
  const answered = itemsOf(record.responseElements.securityGroupRuleSet).map((item) => answeredRule(item, direction));
  // Authorize is all or nothing, so the answer, where it can be read, names every rule.
  const rules = answered.filter(isRead);
  if (rules.length > 0 && rules.length === answered.length) return { addedRules: rules, namesAllRules: true };
  const requested = requestedRules(record, direction);
  const keys = new Set(rules.map(ruleKey));
  return {
    addedRules: [...rules, ...requested.filter(isRead).filter((rule) => !keys.has(ruleKey(rule)))],
    namesAllRules: requested.length > 0 && requested.every(isRead),
  };
}

type MaybeRule = Rule | undefined;

function isRead(rule: MaybeRule): rule is Rule {
  return rule !== undefined;
}

const answeredRuleSchema = z.object({
  securityGroupRuleId: optionalText,
  groupOwnerId: optionalId,
  ipProtocol: textOrNumber,
  fromPort: port,
  toPort: port,
  cidrIpv4: optionalText,
  cidrIpv6: optionalText,
  prefixListId: optionalText,
  referencedGroupInfo: z.catch(z.optional(z.object({ groupId: optionalText, userId: optionalId })), undefined),
  description: optionalText,
});

function answeredRule(item: unknown, direction: Direction): MaybeRule {
  const parsed = answeredRuleSchema.safeParse(item);
  if (!parsed.success) return undefined;
  const { securityGroupRuleId, groupOwnerId, ipProtocol, fromPort, toPort, cidrIpv4, cidrIpv6, referencedGroupInfo, ...rest } = parsed.data;
  return canonicalRule({
    ...rest,
    id: securityGroupRuleId,
    direction,
    protocol: ipProtocol,
    fromPort: fromPort ?? undefined,
    toPort: toPort ?? undefined,
    ipRange: cidrIpv4 ?? cidrIpv6,
    groupId: referencedGroupInfo?.groupId,
    groupOwnerId: referencedGroupInfo?.userId,
    ownerId: groupOwnerId,
  });
}

const trafficSchema = z.object({ ipProtocol: textOrNumber, fromPort: port, toPort: port });
const peerSchema = z.object({
  cidrIp: optionalText,
  cidrIpv6: optionalText,
  prefixListId: optionalText,
  groupId: optionalText,
  userId: optionalId,
  description: optionalText,
});

/** One entry a rule that was asked for, undefined where it cannot be read. */
function requestedRules({ requestParameters, recipientAccountId }: CloudTrailRecord, direction: Direction): MaybeRule[] {
  const place = { direction, ownerId: recipientAccountId };
  if (requestParameters.ipProtocol === undefined) return itemsOf(requestParameters.ipPermissions).flatMap((item) => rulesOfPermission(item, place));
  // The flat form: one rule, its values beside the group's id, which must not be taken for a peer.
  const { groupId: _ownGroup, ...flat } = requestParameters;
  return [requestedRule(flat, flat, place)];
}

/** What all rules of a call have in common. */
type Place = Pick<RawRule, 'direction' | 'ownerId'>;

const permissionSchema = z.record(z.string(), z.unknown());

function rulesOfPermission(item: unknown, place: Place): MaybeRule[] {
  const permission = permissionSchema.safeParse(item);
  if (!permission.success) return [undefined];
  const { ipRanges, ipv6Ranges, prefixListIds, groups } = permission.data;
  const peers = [ipRanges, ipv6Ranges, prefixListIds, groups].flatMap(itemsOf);
  return peers.length === 0 ? [undefined] : peers.map((peer) => requestedRule(permission.data, peer, place));
}

function requestedRule(trafficItem: unknown, peerItem: unknown, place: Place): MaybeRule {
  const traffic = trafficSchema.safeParse(trafficItem);
  const peer = peerSchema.safeParse(peerItem);
  if (!traffic.success || !peer.success) return undefined;
  const { ipProtocol, fromPort, toPort } = traffic.data;
  const { cidrIp, cidrIpv6, prefixListId, groupId, userId, description } = peer.data;
  return canonicalRule({
    ...place,
    protocol: ipProtocol,
    fromPort: fromPort ?? undefined,
    toPort: toPort ?? undefined,
    ipRange: cidrIp ?? cidrIpv6,
    prefixListId,
    groupId,
    groupOwnerId: userId,
    description,
  });
}

/** CloudTrail writes lists as `{items:[…]}`, empty ones as `{}`, or leaves them out. */
function itemsOf(list: unknown): unknown[] {
  if (Array.isArray(list)) return list;
  const wrapped = z.object({ items: z.array(z.unknown()) }).safeParse(list);
  return wrapped.success ? wrapped.data.items : [];
}
