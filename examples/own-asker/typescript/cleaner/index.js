const {
  DeleteSnapshotCommand,
  DescribeSnapshotsCommand,
  EC2Client,
} = require('@aws-sdk/client-ec2');
const { ask, carryOutOnce } = require('./asker');

const ec2 = new EC2Client();

/** A snapshot with this tag is kept. */
const KEEP_TAG = 'keep';

/**
 * Invoked with {"snapshotId":"snap-…","by":"…","reason":"…"}: has people asked whether the snapshot
 * may be deleted.
 */
exports.ask = async ({ snapshotId, by, reason }, { awsRequestId: requestId }) => {
  if (![snapshotId, by, reason].every(isShortText))
    throw new Error('Write snapshotId, by and reason, each of 1 to 200 characters.');
  const snapshot = await snapshotWith(snapshotId);
  const refusal = whyKept(snapshot);
  if (refusal) throw new Error(`No one is asked about ${snapshotId}: ${refusal}`);
  await ask({
    // The same when Lambda tries the invocation again: people are asked once.
    requestId,
    subject: `delete ${snapshotId}`,
    // All who invoke the function count as one: each may write any name into "by".
    source: 'invocations',
    question: questionAbout(snapshot, { by, reason }),
    payload: JSON.stringify({ snapshotId }),
  });
  return { requestId };
};

/** Gets what people decided, from the queue of decisions. */
exports.carryOut = async ({ Records: records }) => {
  for (const { body } of records) await carryOutOnce(body, makeTrue);
};

/**
 * Judges again: hours may have passed since people were asked. What it throws is shown to them,
 * with a button to try again.
 */
async function makeTrue({ decision }, payload, isBegun) {
  if (decision !== 'approved') return { outcome: 'carried-out', text: 'The snapshot is kept.' };
  const { snapshotId } = JSON.parse(payload);
  const snapshot = await snapshotWith(snapshotId);
  // A try that ended in the middle may have deleted it.
  if (!snapshot && isBegun) return { outcome: 'carried-out', text: 'The snapshot is gone.' };
  const refusal = whyKept(snapshot);
  if (refusal) return { outcome: 'conflicting', text: `Nothing is deleted: ${refusal}` };
  await ec2.send(new DeleteSnapshotCommand({ SnapshotId: snapshotId }));
  return { outcome: 'carried-out', text: 'The snapshot is deleted.' };
}

/** Undefined where it may be deleted, if people say so. */
function whyKept(snapshot) {
  if (!snapshot) return 'there is no such snapshot.';
  return snapshot.Tags?.some(({ Key }) => Key === KEEP_TAG)
    ? `it has the tag "${KEEP_TAG}".`
    : undefined;
}

/**
 * Without an e-mail address: a name that anyone may write proves no one, so one more person
 * has to approve.
 */
function questionAbout(
  { SnapshotId, VolumeId, VolumeSize, StartTime, Description },
  { by, reason },
) {
  return {
    title: `Delete the EBS snapshot ${SnapshotId}`,
    requester: { name: by },
    facts: [
      { label: 'Reason given', value: reason },
      { label: 'Description', value: Description || 'none' },
    ],
    changes: [
      {
        before: `${SnapshotId} of ${VolumeId}, ${VolumeSize} GiB, made at ${StartTime.toISOString()}`,
        remarks: ['What only this snapshot holds cannot be brought back.'],
      },
    ],
    meanwhile: 'The snapshot stays.',
    ifApproved: 'It is deleted, for good.',
    ifDenied: 'It stays.',
    ifUnanswered: 'It stays.',
    links: [],
    mayBeTimed: false,
  };
}

async function snapshotWith(snapshotId) {
  try {
    const {
      Snapshots: [snapshot],
    } = await ec2.send(new DescribeSnapshotsCommand({ SnapshotIds: [snapshotId] }));
    return snapshot;
  } catch (error) {
    if (error.name === 'InvalidSnapshot.NotFound') return undefined;
    throw error;
  }
}

/**
 * A question that is too long, the workflow does not take: better refused here, where someone is
 * told.
 */
function isShortText(value) {
  return typeof value === 'string' && value.length > 0 && value.length <= 200;
}
