import { Annotations, App, CfnOutput, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import {
  Actor,
  ChangeResponse,
  MonitoredGroups,
  Ports,
  SecurityGroupBaseline,
  SecurityGroupSentry,
  TrafficPattern,
} from 'cdk-sentries';

const app = new App();
const stack = new Stack(app, 'LockedSecurityGroup');
// Where the account has no trail yet, write instead:
// new ManagementEventsTrail(new Stack(app, 'Trail'), 'Trail')
Annotations.of(stack).acknowledgeWarning('cdk-sentries:noTrail', 'The account has a trail');

const vpc = new ec2.Vpc(stack, 'Vpc', { maxAzs: 1, natGateways: 0 });
const web = new ec2.SecurityGroup(stack, 'Web', { vpc, description: 'The web servers' });
web.addIngressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(443), 'HTTPS from everywhere');

const sentry = new SecurityGroupSentry(stack, 'GroupSentry', {
  monitoredGroups: MonitoredGroups.groups([web]),
  policies: [
    // No one may open SSH or Remote Desktop to the internet, …
    {
      baseline: SecurityGroupBaseline.forbid([
        TrafficPattern.fromInternet(Ports.SSH),
        TrafficPattern.fromInternet(Ports.RDP),
      ]),
      response: ChangeResponse.revert(),
    },
    // … and no one but the next deployment may add anything else.
    { baseline: SecurityGroupBaseline.locked(), response: ChangeResponse.revert() },
  ],
  trustedActors: [Actor.cdkDeployments()],
});

new CfnOutput(stack, 'GroupId', { value: web.securityGroupId });
new CfnOutput(stack, 'TopicArn', {
  value: sentry.notificationTopic.topicArn,
  description: 'Subscribe to it to be told',
});
