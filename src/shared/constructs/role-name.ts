import { Stack, Token } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';

/** How a role is called in its ARN. */
export interface RoleName {
  readonly path: string;
  readonly roleName: string;
}

/** As the template has it, whatever aspects have written over it. */
export function renderedName(role: iam.CfnRole): RoleName {
  const rendered = renderedProperties(role);
  const { path = '/', roleName = '' } = role;
  return {
    path: asWritten(role, path, rendered.Path ?? '/'),
    roleName: asWritten(role, roleName, rendered.RoleName),
  };
}

/**
 * Has a role keep a name, and be under no path: others know it by its ARN, and could not follow an
 * aspect that writes over them.
 *
 * @param remedy ends the error, after a colon.
 */
export function keepName(role: iam.CfnRole, roleName: string | undefined, remedy: string): void {
  role.roleName = roleName;
  const expected = JSON.stringify(Stack.of(role).resolve(roleName));
  role.node.addValidation({
    validate: () => {
      const { RoleName, Path = '/' } = renderedProperties(role);
      const name = JSON.stringify(RoleName);
      if (name === expected && Path === '/') return [];
      const changed =
        name === expected
          ? `has the path ${JSON.stringify(Path)}`
          : `is called ${name} and not ${expected}`;
      return [
        `${role.node.path}: the role ${changed}, by an aspect or property injection, and others know it by its name alone: ${remedy}.`,
      ];
    },
  });
}

function renderedProperties(role: iam.CfnRole): Record<string, unknown> {
  const stack = Stack.of(role);
  const [resource] = Object.values<{ Properties?: Record<string, unknown> }>(
    stack.resolve(role._toCloudFormation()).Resources,
  );
  return resource?.Properties ?? {};
}

/** The property itself, unless an override takes its place. */
function asWritten(role: iam.CfnRole, own: string, rendered: unknown): string {
  const isOwn = JSON.stringify(Stack.of(role).resolve(own)) === JSON.stringify(rendered);
  return isOwn ? own : Token.asString(rendered);
}
