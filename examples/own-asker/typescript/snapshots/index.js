const { EC2Client, DeleteSnapshotCommand } = require('@aws-sdk/client-ec2');
const { DescribeSnapshotsCommand } = require('@aws-sdk/client-ec2');

const ec2 = new EC2Client();

/** Called with what people decided. What it returns is shown to them; what it throws is tried again. */
exports.handler = async ({ decision, payload: { snapshotId }, isBegun }) => {
  if (decision !== 'approved') return 'The snapshot is kept.';
  // Hours may have passed since people were asked: look again.
  const snapshot = await snapshotWith(snapshotId);
  // An earlier call may have deleted it, and ended before it could say so.
  if (!snapshot && isBegun) return 'The snapshot is gone.';
  const refusal = whyKept(snapshot);
  if (refusal) return { outcome: 'conflicting', text: `Nothing is deleted: ${refusal}` };
  await ec2.send(new DeleteSnapshotCommand({ SnapshotId: snapshotId }));
  return 'The snapshot is deleted.';
};

/** Undefined where it may be deleted, if people say so. */
function whyKept(snapshot) {
  if (!snapshot) return 'there is no such snapshot.';
  return snapshot.Tags?.some(({ Key }) => Key === 'keep') ? 'it has the tag "keep".' : undefined;
}

async function snapshotWith(snapshotId) {
  try {
    const command = new DescribeSnapshotsCommand({ SnapshotIds: [snapshotId] });
    return (await ec2.send(command)).Snapshots[0];
  } catch (error) {
    if (error.name === 'InvalidSnapshot.NotFound') return undefined;
    throw error;
  }
}
