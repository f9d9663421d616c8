import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import {
  Actor,
  ChangeResponse,
  MonitoredGroups,
  Ports,
  SecurityGroupBaseline,
  SecurityGroupSentry,
  RuleDirection,
  TrafficPattern,
  TrafficPeer,
} from '../../../src';

export const STACK_NAME = 'Stage';

/**
 * Groups under two sentries: `Locked` and `Legacy` may get nothing new, and no SSH from the
 * internet; `Watched` is told of only; `Unwatched` is no one's business. The role `Deployer` is
 * trusted.
 */
export function synthesizeStage(): string {
  const app = new App({ outdir: mkdtempSync(join(tmpdir(), 'cdk-sentries-stage-')) });
  const stack = new Stack(app, STACK_NAME);
  const vpc = new ec2.Vpc(stack, 'Vpc', { maxAzs: 1, natGateways: 0 });
  const [locked, legacy, watched, unwatched] = ['Locked', 'Legacy', 'Watched', 'Unwatched'].map(
    (id) => groupWithRules(stack, id, vpc),
  );
  const deployer = new iam.Role(stack, 'Deployer', {
    path: '/deploy/',
    assumedBy: new iam.AccountRootPrincipal(),
  });

  new SecurityGroupSentry(stack, 'GroupSentry', {
    monitoredGroups: MonitoredGroups.groups([locked!, legacy!]),
    policies: [
      {
        baseline: SecurityGroupBaseline.forbid([TrafficPattern.fromInternet(Ports.SSH)]),
        response: ChangeResponse.revert(),
      },
      { baseline: SecurityGroupBaseline.locked(), response: ChangeResponse.revert() },
    ],
    trustedActors: [Actor.role(deployer)],
  });
  new SecurityGroupSentry(stack, 'Watcher', {
    monitoredGroups: MonitoredGroups.ids([watched!.securityGroupId]),
    policies: [
      {
        baseline: SecurityGroupBaseline.forbid([
          TrafficPattern.of({
            direction: RuleDirection.EGRESS,
            peers: [TrafficPeer.ipRange('203.0.113.0/24')],
          }),
        ]),
        response: ChangeResponse.notifyOnly(),
      },
    ],
  });

  const outputs = {
    LockedId: locked!.securityGroupId,
    LegacyId: legacy!.securityGroupId,
    WatchedId: watched!.securityGroupId,
    UnwatchedId: unwatched!.securityGroupId,
    DeployerArn: deployer.roleArn,
  };
  Object.entries(outputs).forEach(([name, value]) => new CfnOutput(stack, name, { value }));
  return app.synth().directory;
}

function groupWithRules(stack: Stack, id: string, vpc: ec2.IVpc): ec2.SecurityGroup {
  const group = new ec2.SecurityGroup(stack, id, { vpc, allowAllOutbound: false });
  group.addIngressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(443));
  group.addIngressRule(ec2.Peer.ipv4('10.0.0.0/8'), ec2.Port.tcp(22));
  return group;
}
