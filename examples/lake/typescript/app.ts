import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import {
  ChangeResponse,
  ChangeSource,
  MemberAccounts,
  MemberRegions,
  MemberStackSets,
  MonitoredGroups,
  Ports,
  SecurityGroupBaseline,
  SecurityGroupSentry,
  SentryHub,
  TrafficPattern,
} from 'cdk-sentries';

// Write the values of your organization here.
const ORGANIZATION = 'o-abc1234567';
/** The hub. It is a delegated administrator of the organization, for any service. */
const SECURITY = { account: '111122223333', region: 'eu-west-1' };
/** The StackSets, and nothing else. It is the delegated administrator for StackSets. */
const DEPLOYMENT = { account: '444455556666', region: 'eu-west-1' };
const WORKLOADS = 'ou-abcd-11111111';
const REGIONS = ['eu-west-1', 'us-east-1'];
/** The organization's event data store. If it is another account's, that has to let the hub ask. */
const STORE =
  'arn:aws:cloudtrail:eu-west-1:111122223333:eventdatastore/01234567-89ab-cdef-0123-456789abcdef';

const app = new App();
const security = new Stack(app, 'LakeHub', { env: SECURITY });

const hub = new SentryHub(security, 'Hub', {
  organizationId: ORGANIZATION,
  accounts: MemberAccounts.organization({ units: [WORKLOADS] }),
  regions: MemberRegions.of(REGIONS),
  sources: [
    // Within seconds, as long as no one deletes the rule in the member …
    ChangeSource.forwardedEvents(),
    // … and a quarter of an hour later at the most, whatever becomes of that rule.
    ChangeSource.cloudTrailLake(STORE),
  ],
});

const sentry = new SecurityGroupSentry(security, 'GroupSentry', {
  hub,
  monitoredGroups: MonitoredGroups.all(),
  policies: [
    {
      baseline: SecurityGroupBaseline.forbid([TrafficPattern.fromInternet(Ports.HIGH_RISK)]),
      response: ChangeResponse.revert(),
    },
  ],
});

const members = new Stack(app, 'LakeMembers', { env: DEPLOYMENT });
new MemberStackSets(members, 'Members', {
  hub,
  targets: [{ units: [WORKLOADS] }],
  regions: REGIONS,
  delegatedAdministrator: true,
});

new CfnOutput(security, 'HubTopicArn', {
  value: hub.notificationTopic.topicArn,
  description: 'Subscribe to it to be told what is not covered, and by which source',
});
new CfnOutput(security, 'GroupTopicArn', {
  value: sentry.notificationTopic.topicArn,
  description: 'Subscribe to it to be told of changes',
});
