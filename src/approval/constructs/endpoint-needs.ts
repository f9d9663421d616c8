import type { EndpointNeeds } from '../../shared/constructs/function-network';

/** What the functions of a workflow have to reach. */
export const WORKFLOW_ENDPOINTS: EndpointNeeds = {
  services: ['dynamodb', 'events', 'kms', 'secretsmanager', 'sns', 'sqs', 'ssm'],
  besides: 'No endpoint leads to Slack, which is on the internet, so no one would be asked.',
};

/** What the functions of an approved action have to reach. */
export const ACTION_ENDPOINTS: EndpointNeeds = {
  services: ['dynamodb', 'kms', 'lambda', 'sns', 'sqs'],
};
