import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AuthorizeSecurityGroupIngressCommand, EC2Client } from '@aws-sdk/client-ec2';
import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import * as sns from 'aws-cdk-lib/aws-sns';
import {
  type CloudTrailEvent,
  type CloudTrailTap,
  startCloudTrailTap,
} from '../../sandbox/cloudtrail/tap';
import { readAssembly } from '../../sandbox/deployer/assembly';
import { deployStack, type StackDeployment } from '../../sandbox/deployer/deploy-stack';
import { type AwsCredentials, createAdministrator } from '../../sandbox/emulator/credentials';
import { type Emulator, startEmulator } from '../../sandbox/emulator/emulator';
import { emulatorAccess, HOME } from '../../sandbox/emulator/emulator-access';
import { preparePythonEnvironment } from '../../sandbox/emulator/python-environment';
import {
  ChangeResponse,
  MonitoredGroups,
  Ports,
  SecurityGroupBaseline,
  SecurityGroupSentry,
  TrafficPattern,
} from '../../src';

/** An account with a sentry that reverts SSH from the internet, and someone who opens it. */
export class Stage {
  static async set(groups: number): Promise<Stage> {
    const environment = await preparePythonEnvironment(console.log);
    const emulator = await startEmulator(environment);
    const folder = mkdtempSync(join(tmpdir(), 'cdk-sentries-bench-'));
    const events: CloudTrailEvent[] = [];
    const tap = await startCloudTrailTap({
      emulatorEndpoint: emulator.endpoint,
      onEvent: (event) => events.push(event),
    });
    const stack = await deployStack({
      endpoint: emulator.endpoint,
      assembly: readAssembly(synthesize(folder), HOME),
      place: HOME,
    });
    await emulator.addGroups(
      Array.from({ length: groups }, (_, index) => ({
        id: groupId(index),
        name: `group-${index}`,
        vpcId: 'vpc-0123456789abcdef0',
        rules: [],
      })),
    );
    const credentials = await createAdministrator(emulator.endpoint, 'visitor');
    return new Stage({ emulator, tap, stack, folder, events, credentials });
  }

  private readonly visitor: EC2Client;

  private constructor(
    private readonly parts: {
      readonly emulator: Emulator;
      readonly tap: CloudTrailTap;
      readonly stack: StackDeployment;
      readonly folder: string;
      readonly events: CloudTrailEvent[];
      readonly credentials: AwsCredentials;
    },
  ) {
    const { tap, credentials } = parts;
    this.visitor = new EC2Client({ ...emulatorAccess(tap.endpoint), credentials });
  }

  get endpoint(): string {
    return this.parts.emulator.endpoint;
  }

  get stack(): StackDeployment {
    return this.parts.stack;
  }

  /** Opens SSH to the internet, and gives the event of it, as EventBridge would deliver it. */
  async openSsh(group: number): Promise<CloudTrailEvent> {
    const { tap, events } = this.parts;
    await this.visitor.send(
      new AuthorizeSecurityGroupIngressCommand({
        GroupId: groupId(group),
        IpPermissions: [
          { IpProtocol: 'tcp', FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: '0.0.0.0/0' }] },
        ],
      }),
    );
    await tap.told();
    const event = events.pop();
    if (!event) throw new Error('No event told of the opened port.');
    return event;
  }

  async strike(): Promise<void> {
    const { tap, emulator, folder } = this.parts;
    this.visitor.destroy();
    await tap.stop();
    await emulator.stop();
    rmSync(folder, { recursive: true });
  }
}

function groupId(index: number): string {
  return `sg-${String(index).padStart(17, '0')}`;
}

function synthesize(outdir: string): string {
  const app = new App({ outdir });
  const stack = new Stack(app, 'Bench');
  new SecurityGroupSentry(stack, 'Sentry', {
    monitoredGroups: MonitoredGroups.all(),
    policies: [
      {
        baseline: SecurityGroupBaseline.forbid([TrafficPattern.fromInternet(Ports.SSH)]),
        response: ChangeResponse.revert(),
      },
    ],
  });
  const topic = new sns.Topic(stack, 'TopicOfOthers');
  new CfnOutput(stack, 'TopicOfOthersArn', { value: topic.topicArn });
  return app.synth().directory;
}
