import type { CloudTrailRecord } from './cloudtrail-record';
import { idsIn, itemsOf, textAt } from './record-fields';
import type { ChangeSubject, NamedGroup } from '../domain/changes/change';

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
  return prefixListId ? { kind: 'prefix-list', prefixListId } : undefined;
};

/** A call may tag things of all kinds; of them, the groups count. */
export const taggedGroups: ReadSubject = ({ request }) => {
  const resourceIds = idsIn(request.resourcesSet ?? request.resourceId, 'resourceId');
  if (resourceIds.length === 0) return undefined;
  return {
    kind: 'tags',
    groupIds: resourceIds.flatMap((id) => (id?.startsWith('sg-') ? [id] : [])),
    tagKeys: itemsOf(request.tagSet ?? request.tag).flatMap((tag) => textAt(tag, 'key') ?? []),
  };
};
