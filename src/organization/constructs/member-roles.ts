import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { acknowledgeWildcard } from '../../shared/constructs/acknowledge-finding';
import type { BundledFunction } from '../../shared/constructs/bundled-function';
import { keepName } from '../../shared/constructs/role-name';
import { HUB_FUNCTIONS, type HubFunction, hubRoleName } from '../contracts/hub-roles';
import { memberName } from '../contracts/member-names';

/**
 * Lets a function take on roles of members, by name alone: which accounts are members is known at
 * run time, and each lets the hub in itself. Members in turn know the function's role by its name.
 */
export function letWorkInMembers(
  owner: BundledFunction<string, string>,
  hubName: string,
  hubFunction: HubFunction,
): void {
  const role = owner.role!.node.defaultChild as iam.CfnRole;
  keepName(
    role,
    hubRoleName(hubName, hubFunction),
    'leave it out there, and give the hub a "name" that begins as your roles have to; members trust no role under a path',
  );
  const resources = HUB_FUNCTIONS[hubFunction].map((memberRole) =>
    Stack.of(owner).formatArn({
      service: 'iam',
      region: '',
      account: '*',
      resource: 'role',
      resourceName: memberName(hubName, memberRole),
    }),
  );
  owner.addToRolePolicy(
    new iam.PolicyStatement({ actions: ['sts:AssumeRole', 'sts:SetSourceIdentity'], resources }),
  );
  for (const arn of resources) {
    acknowledgeWildcard(
      owner.role!,
      arn,
      'The accounts that are members are known at run time. Each of them lets the hub in itself.',
    );
  }
}
