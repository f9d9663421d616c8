import { CustomResourceProviderBase, Stack } from 'aws-cdk-lib';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { IConstruct } from 'constructs';
import { isInstanceOf } from '../../shared/constructs/instance-of';

/** The CDK's own names of them: in the bucket, and in the bucket's stack. */
const EMPTYING = 'AutoDeleteObjectsCustomResource';
const PROVIDER = 'Custom::S3AutoDeleteObjectsCustomResourceProvider';

/** What empties a bucket before it is deleted. */
export interface BucketEmptying {
  readonly resource: IConstruct;
  readonly roleArn: string;
}

/** Undefined where the bucket has no such resource, and is deleted only if it is empty. */
export function emptyingOf(bucket: s3.IBucket): BucketEmptying | undefined {
  const resource = bucket.node.tryFindChild(EMPTYING);
  const provider = Stack.of(bucket).node.tryFindChild(PROVIDER);
  if (!resource || !isInstanceOf(provider, CustomResourceProviderBase)) return undefined;
  return { resource, roleArn: provider.roleArn };
}
