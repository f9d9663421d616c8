import * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct, IConstruct } from 'constructs';

const KEY = 'cdk-sentries:architecture';

const ARCHITECTURES = [lambda.Architecture.ARM_64, lambda.Architecture.X86_64];

/** For all functions that are made below: call it before the first child is made. */
export function setArchitecture(
  scope: Construct,
  architecture: lambda.Architecture | undefined,
): void {
  if (!architecture) return;
  if (!ARCHITECTURES.some(({ name }) => name === architecture.name)) {
    throw new Error(
      `${scope.node.path}: "architecture" is ${architecture.name}, which Lambda does not have. Write Architecture.ARM_64 or Architecture.X86_64.`,
    );
  }
  scope.node.setContext(KEY, architecture.name);
}

export function architectureOf(scope: IConstruct): lambda.Architecture {
  const name: unknown = scope.node.tryGetContext(KEY);
  return ARCHITECTURES.find((one) => one.name === name) ?? lambda.Architecture.ARM_64;
}
