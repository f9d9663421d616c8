import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import {
  ChangeResponse,
  MemberAccounts,
  MonitoredGroups,
  SecurityGroupBaseline,
  SecurityGroupSentry,
  SentryHub,
} from '../../../src';

const app = new App();
const stack = new Stack(app, 'App');
new SecurityGroupSentry(stack, 'Sentry', {
  hub: new SentryHub(stack, 'Hub', {
    accounts: MemberAccounts.organization(),
    organizationId: 'o-abc1234567',
  }),
  monitoredGroups: MonitoredGroups.all(),
  policies: [{ baseline: SecurityGroupBaseline.locked(), response: ChangeResponse.revert() }],
});

test('a sentry in a hub has no finding of cdk-nag', () => {
  expect(new AwsSolutionsChecks(app).validateScope(app).violations).toEqual([]);
});

test('the function that reconciles members may look at no group of the own account', () => {
  const policies = Template.fromStack(stack).findResources('AWS::IAM::Policy');
  const [id] = Object.keys(policies).filter((one) =>
    one.startsWith('SentryReconcileMemberRoleDefaultPolicy'),
  );
  expect(JSON.stringify(policies[id!])).not.toContain('ec2:');
});
