import type { IamKeySentryProps } from './iam-key-sentry-props';
import type { EndpointNeeds } from '../../shared/constructs/function-network';

/** What the functions of a sentry have to reach. */
export function endpointNeeds({
  actions,
  hub,
  inventoryBucket,
  notifyOwnersThrough,
  reports,
}: IamKeySentryProps): EndpointNeeds {
  return {
    services: [
      ...['events', 'sns', 'ssm'],
      ...(actions?._rules || hub || reports ? ['dynamodb'] : []),
      ...(actions?._workflow ? ['kms'] : []),
      ...(actions?._workflow || notifyOwnersThrough || hub ? ['sqs'] : []),
      ...(hub ? ['sts'] : []),
      ...(inventoryBucket ? ['s3'] : []),
    ],
    besides:
      'IAM is global, and only few Regions have an endpoint for it: without a way to it, no key is looked at.',
  };
}
