import {
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRolePolicyCommand,
  type IAMClient,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
} from '@aws-sdk/client-iam';
import type { DeployedStack } from '../../../sandbox/local-aws';
import { type RoleStatement, statementsIn } from '../rights/policy-statement';

/** A policy as it stands in a role, with every reference resolved. */
export interface RolePolicy {
  readonly role: string;
  readonly isManaged: boolean;
  readonly document: string;
}

/** What the deployed roles of the stack allow and deny. The emulator enforces none of it. */
export async function policyStatements(
  iam: IAMClient,
  stack: DeployedStack,
): Promise<RoleStatement[]> {
  return (await rolePolicies(iam, stack)).flatMap(({ role, document }) =>
    statementsIn(role, JSON.parse(document)),
  );
}

/** The policies of all roles of the stack, those in the roles and those attached to them. */
export async function rolePolicies(iam: IAMClient, stack: DeployedStack): Promise<RolePolicy[]> {
  const roles = [...stack.resources.values()]
    .filter(({ type }) => type === 'AWS::IAM::Role')
    .map(({ physicalId }) => physicalId);
  return (
    await Promise.all(
      roles.map(async (role) => [
        ...(await inlinePolicies(iam, role)),
        ...(await attachedPolicies(iam, role)),
      ]),
    )
  ).flat();
}

async function inlinePolicies(iam: IAMClient, role: string): Promise<RolePolicy[]> {
  const { PolicyNames } = await iam.send(new ListRolePoliciesCommand({ RoleName: role }));
  return Promise.all(
    PolicyNames!.map(async (PolicyName) => {
      const { PolicyDocument } = await iam.send(
        new GetRolePolicyCommand({ RoleName: role, PolicyName }),
      );
      return { role, isManaged: false, document: decodeURIComponent(PolicyDocument!) };
    }),
  );
}

async function attachedPolicies(iam: IAMClient, role: string): Promise<RolePolicy[]> {
  const { AttachedPolicies } = await iam.send(
    new ListAttachedRolePoliciesCommand({ RoleName: role }),
  );
  return Promise.all(
    AttachedPolicies!.map(async ({ PolicyArn }) => {
      const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn }));
      const { PolicyVersion } = await iam.send(
        new GetPolicyVersionCommand({ PolicyArn, VersionId: Policy!.DefaultVersionId }),
      );
      return { role, isManaged: true, document: decodeURIComponent(PolicyVersion!.Document!) };
    }),
  );
}
