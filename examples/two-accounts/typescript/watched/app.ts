import { App, CfnOutput, Stack, Tags } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { MemberRights, SentryHub, SentryMember } from 'cdk-sentries';

// Write your accounts here, and in ../approvals/app.ts.
const APPROVALS = { account: '111122223333', region: 'eu-west-1' };
const WATCHED = { account: '444455556666', region: 'eu-west-1' };

const app = new App();
const stack = new Stack(app, 'Shop', { env: WATCHED });

const hub = SentryHub.fromSentryHubAttributes({
  hubAccountId: APPROVALS.account,
  hubRegion: APPROVALS.region,
});
// FULL, so that what people approve can be added here.
new SentryMember(stack, 'Member', { hub, rights: MemberRights.FULL });

const vpc = new ec2.Vpc(stack, 'Vpc', {
  ipAddresses: ec2.IpAddresses.cidr('10.0.0.0/16'),
  maxAzs: 1,
  natGateways: 0,
  restrictDefaultSecurityGroup: false,
});
const web = new ec2.SecurityGroup(stack, 'Web', { vpc, description: 'The web servers' });
web.addIngressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(443), 'HTTPS from everywhere');
// By this, the sentry of the other account knows the groups to watch.
Tags.of(web).add('sentry', 'on');

new CfnOutput(stack, 'GroupId', { value: web.securityGroupId });
