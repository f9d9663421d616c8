import { type IAMClient, paginateListRoles } from '@aws-sdk/client-iam';
import { isCopyIn } from '../contracts/check-access-keys.environment';

const MOST_ROLES_PER_PAGE = 1000;

/**
 * Whether a sentry is deployed to the Region: IAM is global, and so lists the role of its function,
 * which goes with its stack.
 */
export async function hasCopyIn(region: string, client: IAMClient): Promise<boolean> {
  for await (const { Roles: page } of paginateListRoles(
    { client, pageSize: MOST_ROLES_PER_PAGE },
    {},
  )) {
    if (page?.some(({ Description: description = '' }) => isCopyIn(region, description))) {
      return true;
    }
  }
  return false;
}
