import { canMean, covers } from './arn-pattern';
import type { PossibleRight } from './asked-rights';
import { type RightOfCall, rightsOfCalls } from './bundled-and-sent';
import type { RightsApp, RightsHolder } from './rights-apps';
import type { PlacedStatement } from './template-roles';

/** A right that a call can ask for, and the statements of the role that give it. */
export interface GrantedRight extends RightOfCall {
  readonly by: readonly PlacedStatement[];
}

/** Of all calls that a function makes, with its role as it is in the app. */
export async function grantsOf(holder: RightsHolder, app: RightsApp): Promise<GrantedRight[]> {
  const held = app.roles.get(holder.role) ?? [];
  return (await rightsOfCalls(holder)).map((right) => ({
    ...right,
    by: held.filter((statement) => canGive(statement, right)),
  }));
}

/** Not where a condition goes by a key that the call does not bring: it would never be met. */
export function canGive(
  statement: PlacedStatement,
  { action, type, brings }: PossibleRight,
): boolean {
  return (
    statement.actions.some((pattern) => covers(pattern, action.name)) &&
    resourcesFor(statement, type).length > 0 &&
    statement.conditions.every(({ key }) => brings(key))
  );
}

/** The patterns of a statement that can mean a resource of the type. */
export function resourcesFor(
  { resources }: Pick<PlacedStatement, 'resources'>,
  type: PossibleRight['type'],
): string[] {
  return resources.filter((one) => (type ? canMean(one, type.arnFormat) : one === '*'));
}
