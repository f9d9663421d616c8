import type { Stack } from 'aws-cdk-lib';

/** A nested stack is deployed with its parent, and its parent's role. */
export function deployedStack(stack: Stack): Stack {
  return stack.nestedStackParent ? deployedStack(stack.nestedStackParent) : stack;
}
