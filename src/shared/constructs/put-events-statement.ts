import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { onlyValues } from './only-values';

/** To put events of this source, and of no other, on the default bus. */
export function putEventsStatement(scope: Construct, source: string): iam.PolicyStatement {
  return new iam.PolicyStatement({
    actions: ['events:PutEvents'],
    resources: [
      Stack.of(scope).formatArn({
        service: 'events',
        resource: 'event-bus',
        resourceName: 'default',
      }),
    ],
    conditions: onlyValues('StringEquals', 'events:source', [source]),
  });
}
