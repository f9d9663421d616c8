import type { SecurityGroupSentryProps } from './security-group-sentry-props';
import type { EndpointNeeds } from '../../shared/constructs/function-network';

/** A gateway or an interface will do for DynamoDB. */
const SERVICES = ['cloudtrail', 'dynamodb', 'ec2', 'events', 'sns', 'sqs', 'ssm'];

/** What the function of a rehearsal has to reach. */
export const REHEARSAL_ENDPOINTS: EndpointNeeds = {
  services: ['cloudtrail', 'ec2', 'sns', 'ssm'],
};

/** What the functions of a sentry have to reach. */
export function endpointNeeds({ hub, policies }: SecurityGroupSentryProps): EndpointNeeds {
  const asks = policies.some(({ response }) => response._workflow !== undefined);
  return {
    services: [...SERVICES, ...(asks ? ['kms'] : []), ...(hub ? ['sts'] : [])],
    ...(hub && {
      besides:
        'Members in other Regions are reached by the endpoints of AWS there, to which none of this VPC leads.',
    }),
  };
}
