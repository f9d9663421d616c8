import * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct, IConstruct } from 'constructs';

const KEY = 'cdk-sentries:architecture';

/** For all functions that are made below: call it before the first child is made. */
export function setArchitecture(
  scope: Construct,
  architecture: lambda.Architecture | undefined,
): void {
  if (architecture) scope.node.setContext(KEY, architecture.name);
}

export function architectureOf(scope: IConstruct): lambda.Architecture {
  const name: unknown = scope.node.tryGetContext(KEY);
  return name === lambda.Architecture.X86_64.name
    ? lambda.Architecture.X86_64
    : lambda.Architecture.ARM_64;
}
