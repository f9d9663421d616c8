import type { Filter } from '@aws-sdk/client-ec2';
import { chunksOf } from '../../shared/domain/chunks';
import type { GroupFilter } from '../domain/groups/security-groups';

/** EC2 takes at most 200 values in one filter. */
export const VALUES_PER_FILTER = 200;

/** Several mean several calls, and all that they find; an empty one means all groups. */
export function filtersOf(filter: GroupFilter): Filter[][] {
  switch (filter.kind) {
    case 'ids':
      return chunksOf(filter.groupIds, VALUES_PER_FILTER).map((ids) => [
        { Name: 'group-id', Values: ids },
      ]);
    case 'tag':
      return [[{ Name: `tag:${filter.key}`, Values: [literally(filter.value)] }]];
    case 'vpc':
      return [[{ Name: 'vpc-id', Values: [filter.vpcId] }]];
    case 'all':
      return [[]];
    case 'name':
      return [[{ Name: 'group-name', Values: [literally(filter.name)] }]];
    case 'prefix-list':
      return ['ip-permission.prefix-list-id', 'egress.ip-permission.prefix-list-id'].map((name) => [
        { Name: name, Values: [filter.prefixListId] },
      ]);
  }
}

/** In filters, these stand for other characters. */
function literally(value: string): string {
  return value.replace(/[\\*?]/g, '\\$&');
}
