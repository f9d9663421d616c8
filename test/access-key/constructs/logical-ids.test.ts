import { App, Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { IamKeySentry, KeyActions } from '../../../src';
import { workflow } from '../../approval/samples/workflows';

/**
 * These hold data, and a changed logical id has CloudFormation replace them by empty ones: a change
 * needs its reason here.
 */
const IDS: Readonly<Record<string, readonly string[]>> = {
  'AWS::DynamoDB::Table': ['KeySentryKeyRecords0B50DFA8'],
  'AWS::SNS::Topic': ['KeySentryNotifications16F93254'],
  'AWS::Logs::LogGroup': [
    'KeySentryCarryOutDecisionLogs5BEB254F',
    'KeySentryCheckAccessKeysLogsF418EA64',
  ],
};

const stack = new Stack(new App(), 'App');
const actions = KeyActions.of({
  deactivateAfter: Duration.days(120),
  askBeforeDeactivating: workflow(stack),
});
new IamKeySentry(stack, 'KeySentry', { actions });
const template = Template.fromStack(stack);

test.each(Object.entries(IDS))('%s keeps its logical ids', (type, ids) => {
  const own = Object.keys(template.findResources(type)).filter((id) => id.startsWith('KeySentry'));
  expect(own.sort()).toEqual(ids);
});
