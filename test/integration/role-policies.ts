import { GetRolePolicyCommand, type IAMClient, ListRolePoliciesCommand } from '@aws-sdk/client-iam';
import * as z from 'zod/mini';
import type { ApiCall } from '../../sandbox/cloudtrail/tap';
import type { DeployedStack } from '../../sandbox/local-aws';

/** A small evaluator of what this library's roles hold: Allow statements with actions and resources. The emulator enforces neither. */
export interface AllowStatement {
  readonly role: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
}

const oneOrMore = z.pipe(z.union([z.string(), z.array(z.string())]), z.transform((value) => [value].flat()));
const policySchema = z.object({ Statement: z.array(z.object({ Effect: z.literal('Allow'), Action: oneOrMore, Resource: oneOrMore })) });

/** What the deployed roles of the stack allow, with every reference resolved. */
export async function policyStatements(iam: IAMClient, stack: DeployedStack): Promise<AllowStatement[]> {
  const roles = [...stack.resources.values()].filter(({ type }) => type === 'AWS::IAM::Role').map(({ physicalId }) => physicalId);
  return (await Promise.all(roles.map((role) => statementsOf(iam, role)))).flat();
}

async function statementsOf(iam: IAMClient, role: string): Promise<AllowStatement[]> {
  const { PolicyNames } = await iam.send(new ListRolePoliciesCommand({ RoleName: role }));
  const documents = await Promise.all(PolicyNames!.map(async (PolicyName) => {
    const { PolicyDocument } = await iam.send(new GetRolePolicyCommand({ RoleName: role, PolicyName }));
    return policySchema.parse(JSON.parse(decodeURIComponent(PolicyDocument!)));
  }));
  return documents.flatMap(({ Statement }) => Statement.map(({ Action, Resource }) => ({ role, actions: Action, resources: Resource })));
}

/** The calls that no statement of the caller's role allows. */
export function whatIsNotAllowed(calls: readonly ApiCall[], statements: readonly AllowStatement[]): string[] {
  return calls.filter((call) => !statements.some((statement) => allows(statement, call))).map(({ callerArn, service, action }) => `${callerArn} ${service}:${action}`);
}

function allows({ role, actions, resources }: AllowStatement, call: ApiCall): boolean {
  const resource = resourceOf(call);
  return call.callerArn!.includes(`:assumed-role/${role}/`)
    && actions.includes(`${call.service}:${call.action}`)
    && resources.some((allowed) => resource === undefined || covers(allowed, resource));
}

/** A `*` stands at the end, if anywhere. */
function covers(allowed: string, resource: string): boolean {
  return allowed.endsWith('*') ? resource.startsWith(allowed.slice(0, -1)) : allowed === resource;
}

/** The resource of a call, where its parameters can be seen. */
function resourceOf({ service, parameters }: ApiCall): string | undefined {
  if (service === 'sns') return parameters.TopicArn;
  if (service === 'iam') return iamResourceOf(parameters);
  if (service !== 'ec2' || !parameters.GroupId) return undefined;
  return `arn:aws:ec2:us-east-1:123456789012:security-group/${parameters.GroupId}`;
}

/** IAM's ARNs have a path before the name, which calls do not show: for users of all paths, that makes no difference. */
function iamResourceOf({ UserName, GroupName }: ApiCall['parameters']): string | undefined {
  if (UserName) return `arn:aws:iam::123456789012:user/${UserName}`;
  return GroupName && `arn:aws:iam::123456789012:group/${GroupName}`;
}
