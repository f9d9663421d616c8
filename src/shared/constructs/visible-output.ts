import { CfnOutput, type CfnOutputProps, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { deployedStack } from './deployed-stack';

/** Holds outputs of nested stacks in the stack that is deployed. */
const OUTPUTS_OF_NESTED = 'CdkSentriesOutputs';

/**
 * An output that people look up after a deployment. One of a nested stack shows up nowhere, so it
 * stands in the stack that is deployed, under a name that is made of the construct's path.
 */
export function visibleOutput(scope: Construct, id: string, props: CfnOutputProps): void {
  const own = Stack.of(scope);
  const deployed = deployedStack(own);
  if (own === deployed) {
    new CfnOutput(scope, id, props);
    return;
  }
  const outputs =
    deployed.node.tryFindChild(OUTPUTS_OF_NESTED) ?? new Construct(deployed, OUTPUTS_OF_NESTED);
  const path = scope.node.path.slice(deployed.node.path.length + 1).replaceAll('/', '-');
  new CfnOutput(outputs as Construct, `${path}-${id}`, props);
}
