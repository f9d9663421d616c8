import { Token } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { isInstanceOf } from './instance-of';

/**
 * Refuses a reservation that is smaller than what the function takes from its queues side by side:
 * Lambda would throttle it, and messages would be given up on that no one had tried. Queues may
 * come after the function.
 */
export function checkReservation(handler: lambda.Function): void {
  handler.node.addValidation({
    validate: () => {
      const { reservedConcurrentExecutions: reserved } = handler.node
        .defaultChild as lambda.CfnFunction;
      if (reserved === undefined || Token.isUnresolved(reserved)) return [];
      const needed = takenSideBySide(handler);
      return reserved >= needed
        ? []
        : [
            `${handler.node.path}: "reservedConcurrentExecutions" is ${reserved}, and the function takes up to ${needed} messages side by side from its queues: write at least ${needed}, or leave it out.`,
          ];
    },
  });
}

function takenSideBySide(handler: lambda.Function): number {
  return handler.node.children
    .filter((child) => isInstanceOf(child, lambda.EventSourceMapping))
    .map(({ node }) => (node.defaultChild as lambda.CfnEventSourceMapping).scalingConfig)
    .map((config) => (isScaling(config) ? (config.maximumConcurrency ?? 0) : 0))
    .filter((most) => !Token.isUnresolved(most))
    .reduce((sum, most) => sum + most, 0);
}

function isScaling(config: unknown): config is lambda.CfnEventSourceMapping.ScalingConfigProperty {
  return typeof config === 'object' && config !== null && 'maximumConcurrency' in config;
}
