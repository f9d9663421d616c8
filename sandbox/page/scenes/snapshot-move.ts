import { CreateSnapshotCommand, CreateVolumeCommand, EC2Client } from '@aws-sdk/client-ec2';
import { callByCli } from './call-by-cli';
import type { ApprovalStage } from '../../scenes/approval';
import type { Move } from '../moves';
import type { SandboxPage } from '../sandbox-page';

/** A file that can be opened wherever the command runs: its output is a socket here. */
const ANSWER_FILE = '/dev/null';

/** Someone wants a snapshot deleted, and people are asked by an ApprovedAction. */
export function snapshotMove(
  page: Pick<SandboxPage, 'tell'>,
  stage: Pick<ApprovalStage, 'localAws' | 'visitor' | 'askFunction'>,
  settled: () => Promise<void>,
): Move {
  return {
    id: 'delete-snapshot',
    label: 'Have a snapshot deleted',
    hint: 'An EBS snapshot is made, and the visitor invokes the function that asks whether it may be deleted: an ApprovedAction. Once people approve, the function of this app deletes it.',
    do: async () => {
      const { localAws, visitor, askFunction } = stage;
      const snapshotId = await makeSnapshot(stage);
      await callByCli(page, { localAws, credentials: visitor }, [
        ...['lambda', 'invoke', '--function-name', askFunction],
        ...['--payload', questionAbout(snapshotId), ANSWER_FILE],
      ]);
      await settled();
    },
  };
}

async function makeSnapshot({ localAws }: Pick<ApprovalStage, 'localAws'>): Promise<string> {
  const { accountId, region } = localAws;
  const ec2 = new EC2Client(localAws.accessTo({ accountId, region }));
  try {
    const { VolumeId } = await ec2.send(
      new CreateVolumeCommand({ AvailabilityZone: `${region}a`, Size: 1 }),
    );
    const { SnapshotId } = await ec2.send(new CreateSnapshotCommand({ VolumeId }));
    if (SnapshotId === undefined) throw new Error('The emulator has made no snapshot.');
    return SnapshotId;
  } finally {
    ec2.destroy();
  }
}

function questionAbout(snapshotId: string): string {
  return JSON.stringify({
    subject: `delete ${snapshotId}`,
    title: `Delete the EBS snapshot ${snapshotId}`,
    requester: { name: 'visitor' },
    facts: [{ label: 'Reason given', value: 'It costs more than it is worth' }],
    ifApproved: 'It is deleted, for good.',
    payload: { snapshotId },
  });
}
