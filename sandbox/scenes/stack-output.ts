import type { DeployedStack } from '../local-aws';

/** An output of a stack, which the scene cannot do without. */
export function stackOutput(stack: DeployedStack, name: string): string {
  const value = stack.outputs.get(name);
  if (!value) throw new Error(`The stack has no output ${name}.`);
  return value;
}
