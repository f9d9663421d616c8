import { canMean } from './arn-pattern';
import { type AskedRight, rightsAskedBy } from './asked-rights';
import { allows, letThrough, type RoleStatement } from './policy-statement';
import { actionsCoveredBy } from './service-authorization';
import type { ApiCall } from '../../../sandbox/cloudtrail/tap';

/** The rights to calls that the statements of the caller's role do not give, each once. */
export async function whatIsNotAllowed(
  calls: readonly ApiCall[],
  statements: readonly RoleStatement[],
): Promise<string[]> {
  const missing = await Promise.all(
    calls.map(async (call) => {
      const held = statements.filter((statement) => isOf(statement, call));
      return (await rightsAskedBy(call))
        .filter((right) => !letThrough(held, right))
        .map(({ action, resource }) => `${call.callerArn} ${action} on ${resource}`);
    }),
  );
  return [...new Set(missing.flat())];
}

/** An action that a role may take on a type of resource, or on all where it has no types. */
export interface Right {
  readonly role: string;
  readonly action: string;
  readonly resourceType: string;
}

/** What the roles may do, and none of the calls needed. */
export async function whatIsNotNeeded(
  calls: readonly ApiCall[],
  statements: readonly RoleStatement[],
): Promise<Right[]> {
  const allowing = statements.filter(({ effect }) => effect === 'Allow');
  const held = (await Promise.all(allowing.map(rightsIn))).flat();
  const needed = new Set((await rightsUsed(calls, statements)).map(nameOf));
  return [...new Map(held.map((right) => [nameOf(right), right])).values()].filter(
    (right) => !needed.has(nameOf(right)),
  );
}

/** What the calls asked for, and the statements of their roles let through. */
export async function rightsUsed(
  calls: readonly ApiCall[],
  statements: readonly RoleStatement[],
): Promise<Right[]> {
  const used = await Promise.all(
    calls.map(async (call) => {
      const asked = await rightsAskedBy(call);
      return statements
        .filter((statement) => isOf(statement, call))
        .flatMap((statement) =>
          asked
            .filter((right) => allows(statement, right))
            .map((right) => rightOf(statement.role, right)),
        );
    }),
  );
  return [...new Map(used.flat().map((right) => [nameOf(right), right])).values()];
}

/** By the types of resource that its patterns can mean. */
async function rightsIn({ role, actions, resources }: RoleStatement): Promise<Right[]> {
  const held = (await Promise.all(actions.map(actionsCoveredBy))).flat();
  return held.flatMap(({ name, resourceTypes }) => {
    if (resourceTypes.length === 0) return [rightOf(role, { action: name })];
    return resourceTypes
      .filter(({ arnFormat }) => resources.some((one) => canMean(one, arnFormat)))
      .map((type) => rightOf(role, { action: name, resourceType: type.name }));
  });
}

function rightOf(
  role: string,
  { action, resourceType = '*' }: Pick<AskedRight, 'action' | 'resourceType'>,
): Right {
  return { role, action, resourceType };
}

function nameOf({ role, action, resourceType }: Right): string {
  return `${role} ${action} ${resourceType}`;
}

function isOf({ role }: RoleStatement, { callerArn }: ApiCall): boolean {
  return callerArn?.includes(`:assumed-role/${role}/`) ?? false;
}
