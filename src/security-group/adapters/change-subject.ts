import * as z from 'zod/mini';
import type { CloudTrailRecord } from './cloudtrail-record';
import { type Fields, idsIn, itemsOf, textAt, textOrNumber } from './record-fields';
import type { ChangeSubject, NamedGroup, WrittenEntries } from '../domain/changes/change';
import { parseIpRange } from '../domain/rules/ip-range';
import type { RuleTag } from '../domain/rules/rule';

/** Undefined where the record does not say what was changed. */
export type ReadSubject = (record: CloudTrailRecord) => ChangeSubject | undefined;

export function changedGroup(kind: 'group' | 'group-created' | 'group-deleted'): ReadSubject {
  return (record) => {
    const group = namedGroup(record);
    return group.id || group.name ? { kind, group } : undefined;
  };
}

function namedGroup({ request, answer }: CloudTrailRecord): NamedGroup {
  const answeredRules = [answer.securityGroupRuleSet, answer.revokedSecurityGroupRuleSet].flatMap(
    itemsOf,
  );
  const [id] = [request, answer, ...answeredRules].flatMap(
    (element) => textAt(element, 'groupId') ?? [],
  );
  return { id, name: textAt(request, 'groupName') };
}

export const createdVpc: ReadSubject = ({ answer }) => {
  const vpcId = textAt(answer.vpc, 'vpcId');
  return vpcId ? { kind: 'vpc-created', vpcId } : undefined;
};

export const changedPrefixList: ReadSubject = ({ request, answer }) => {
  const prefixListId = textAt(request, 'prefixListId') ?? textAt(answer.prefixList, 'prefixListId');
  if (!prefixListId) return undefined;
  const written = writtenEntries(request);
  return { kind: 'prefix-list', prefixListId, ...(written && { written }) };
};

/** Undefined where one cannot be read, and of a version that was restored. */
function writtenEntries({
  addEntry,
  addEntries = addEntry,
  removeEntry,
  removeEntries = removeEntry,
  currentVersion,
}: Fields): WrittenEntries | undefined {
  const added = itemsOf(addEntries).map((entry) => parseIpRange(textAt(entry, 'cidr') ?? '')?.cidr);
  const isNamed = added.length > 0 || itemsOf(removeEntries).length > 0;
  const cidrs = added.flatMap((cidr) => cidr ?? []);
  if (!isNamed || cidrs.length < added.length) return undefined;
  const version = versionSchema.safeParse(currentVersion);
  return { added: cidrs, ...(version.success && { version: version.data + 1 }) };
}

const versionSchema = z.pipe(textOrNumber.check(z.regex(/^\d+$/)), z.transform(Number));

/** A call may tag things of all kinds; of them, the groups count. */
export const taggedGroups: ReadSubject = ({ request, call }) => {
  const resourceIds = idsIn(request.resourcesSet ?? request.resourceId, 'resourceId');
  if (resourceIds.length === 0) return undefined;
  const named = itemsOf(request.tagSet ?? request.tag);
  const tags = tagsLeft(call.eventName, named);
  return {
    kind: 'tags',
    groupIds: resourceIds.flatMap((id) => (id?.startsWith('sg-') ? [id] : [])),
    tagKeys: named.flatMap((tag) => textAt(tag, 'key') ?? []),
    ...(tags && { tags }),
  };
};

/** A call that takes a tag off by key and value leaves one of another value. */
function tagsLeft(eventName: string, named: readonly unknown[]): readonly RuleTag[] | undefined {
  const tags = named.flatMap((tag) => {
    const [key, value] = [textAt(tag, 'key'), textAt(tag, 'value')];
    return key === undefined ? [] : [{ key, value }];
  });
  if (tags.length < named.length) return undefined;
  if (eventName === 'DeleteTags') {
    return tags.every(({ value }) => value === undefined) ? [] : undefined;
  }
  return tags.length > 0 ? tags.map(({ key, value = '' }) => ({ key, value })) : undefined;
}
