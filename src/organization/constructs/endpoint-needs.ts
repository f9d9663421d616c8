import type { SentryHubProps } from './sentry-hub-props';
import type { EndpointNeeds } from '../../shared/constructs/function-network';

const SERVICES = ['dynamodb', 'sns', 'sqs', 'ssm', 'sts'];

/** What the functions of a hub have to reach. */
export function endpointNeeds({ sources = [] }: SentryHubProps): EndpointNeeds {
  const reads = sources.map(({ _definition: { kind } }) => kind);
  return {
    services: [
      ...SERVICES,
      ...(reads.includes('organization-trail') ? ['s3'] : []),
      ...(reads.includes('cloudtrail-lake') ? ['cloudtrail'] : []),
    ],
    besides:
      'Members in other Regions, IAM and AWS Organizations are reached by the endpoints of AWS there, to which none of this VPC leads.',
  };
}
