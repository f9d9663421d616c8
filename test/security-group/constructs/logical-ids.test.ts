import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import {
  ChangeResponse,
  MonitoredGroups,
  SecurityGroupBaseline,
  SecurityGroupSentry,
} from '../../../src';
import { workflow } from '../../approval/samples/workflows';

const PLACE = { env: { account: '111111111111', region: 'eu-west-1' } };

const TYPES_OF_DATA = [
  'AWS::DynamoDB::Table',
  'AWS::KMS::Key',
  'AWS::Logs::LogGroup',
  'AWS::SNS::Topic',
];

/**
 * CloudFormation replaces a resource whose logical id changes: the sentry would begin with an empty
 * ledger and a topic without subscriptions, and its logs would end. A change needs its reason here.
 */
const IDS = [
  'SentryLedgerTable4A086521',
  'SentryNotifications602C967D',
  'SentryOperateSentryLogs874B1E95',
  'SentryReconcileGroupsLogsDD6F64FC',
  'SentryRespondToChangesLogs0353E1B5',
];
const IDS_OF_ASKING = ['SentryCarryOutDecisionLogsC12038A0'];

test('the resources of a sentry that hold data keep their logical ids', () => {
  const stack = new Stack(new App(), 'App', PLACE);
  sentry(stack, ChangeResponse.revert());

  expect(idsOfData(stack)).toEqual(IDS);
});

test('and so do those of a sentry that asks people', () => {
  const stack = new Stack(new App(), 'App', PLACE);
  sentry(stack, ChangeResponse.revertUntilApproved(workflow(stack)));

  expect(idsOfData(stack)).toEqual([...IDS_OF_ASKING, ...IDS]);
});

function sentry(stack: Stack, response: ChangeResponse): void {
  new SecurityGroupSentry(stack, 'Sentry', {
    monitoredGroups: MonitoredGroups.ids(['sg-0123456789abcdef0']),
    policies: [{ baseline: SecurityGroupBaseline.locked(), response }],
  });
}

/** Without those of the workflow, which has a record of its own. */
function idsOfData(stack: Stack): string[] {
  const template = Template.fromStack(stack);
  return TYPES_OF_DATA.flatMap((type) => Object.keys(template.findResources(type)))
    .filter((id) => id.startsWith('Sentry'))
    .sort();
}
