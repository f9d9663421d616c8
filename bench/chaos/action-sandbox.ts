import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  CreateSnapshotCommand,
  CreateVolumeCommand,
  DescribeSnapshotsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { SlackSandbox, startWithSlack } from './slack-sandbox';
import { synthesizeApp } from '../../sandbox/deployer/synthesize';
import { HOME } from '../../sandbox/emulator/emulator-access';
import type { Message } from '../../sandbox/slack/workspace';

const PROJECT = resolve(__dirname, '..', '..');
const EXAMPLE = join(PROJECT, 'examples', 'own-asker', 'typescript');
/** As the example names them. */
const CHANNEL = 'C0APPROVALS';
export const [ALICE, BOB] = ['U0ALICE', 'U0BOB'] as const;

/** The example whose function deletes snapshots once people approve. */
export class ActionSandbox extends SlackSandbox {
  static async start(): Promise<ActionSandbox> {
    const folder = mkdtempSync(join(tmpdir(), 'cdk-sentries-chaos-action-'));
    const assembly = await synthesizeApp(EXAMPLE, folder);
    const parts = await startWithSlack({
      channelId: CHANNEL,
      people: [ALICE, BOB],
      // In Lambda, the SDK is a part of the runtime, and is found in the same way.
      options: { functionEnvironment: { NODE_PATH: join(PROJECT, 'node_modules') } },
      deploy: async (localAws) => localAws.deploy(assembly),
    });
    return new ActionSandbox(parts);
  }

  private readonly ec2 = new EC2Client(this.localAws.accessTo(HOME));

  override async stop(): Promise<void> {
    this.ec2.destroy();
    await super.stop();
  }

  /** The one who asks gives the request its id: asked again, it is the same. */
  async ask(snapshotId: string, mayBeTimed: boolean): Promise<void> {
    await this.localAws.invoke(
      this.physicalId('AWS::Lambda::Function', 'SnapshotDeletionAskApproval'),
      {
        requestId: `deletion-${snapshotId}`,
        subject: `delete ${snapshotId}`,
        title: `Delete the EBS snapshot ${snapshotId}`,
        requester: { name: 'Ann' },
        ifApproved: 'It is deleted, for good.',
        payload: { snapshotId },
        mayBeTimed,
      },
    );
    await this.settled();
  }

  /** The last one about the snapshot. */
  questionAbout(snapshotId: string): Message {
    const found = this.slack.messages.filter(
      ({ threadTs, versions }) => threadTs === undefined && versions[0]?.text.includes(snapshotId),
    );
    const question = found.at(-1);
    if (!question) throw new Error(`No one was asked about ${snapshotId}.`);
    return question;
  }

  async makeSnapshot(): Promise<string> {
    const { VolumeId } = await this.ec2.send(
      new CreateVolumeCommand({ AvailabilityZone: `${this.localAws.region}a`, Size: 8 }),
    );
    const { SnapshotId } = await this.ec2.send(new CreateSnapshotCommand({ VolumeId }));
    if (!SnapshotId) throw new Error(`The emulator made no snapshot of ${VolumeId}.`);
    return SnapshotId;
  }

  async isThere(snapshotId: string): Promise<boolean> {
    const { Snapshots = [] } = await this.ec2.send(
      new DescribeSnapshotsCommand({ Filters: [{ Name: 'snapshot-id', Values: [snapshotId] }] }),
    );
    return Snapshots.length > 0;
  }
}
