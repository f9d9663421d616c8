import { template } from '../samples/workflows';

/**
 * These hold data, and a changed logical id has CloudFormation replace them by empty ones: a change
 * needs its reason here.
 */
const IDS: Readonly<Record<string, readonly string[]>> = {
  'AWS::DynamoDB::Table': ['ApprovalsRequestsTable4D4C4DDD'],
  // Keys of the topic and of the table were kept when the key of the stack took their place:
  // docs/decisions/0037-one-key-for-a-stack.md.
  'AWS::KMS::Key': ['ApprovalsDecisionKey522FA281', 'CdkSentriesKey92AF163E'],
  'AWS::SNS::Topic': ['ApprovalsNotifications64E8E998'],
  'AWS::Logs::LogGroup': [
    'ApprovalsAdvanceRequestsLogs7166956F',
    'ApprovalsDeliverMessagesLogs03379E13',
    'ApprovalsInteractionsAccessLogs0D494540',
    'ApprovalsReceiveInteractionLogs2ADC6CFB',
  ],
};

test.each(Object.entries(IDS))('%s keeps its logical ids', (type, ids) => {
  expect(Object.keys(template().findResources(type)).sort()).toEqual(ids);
});
