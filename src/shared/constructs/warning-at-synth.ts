import { Annotations } from 'aws-cdk-lib';
import { Construct } from 'constructs';

/**
 * Gives a warning that is known at synth alone. The CDK heeds acknowledgements of the constructs
 * above by then, and of those that the warning is of, it does not: a child asks in its place.
 */
export function warnAtSynth(construct: Construct, id: string, text: string): void {
  if (!isAcknowledged(construct, id)) Annotations.of(construct).addWarningV2(id, text);
}

const PROBE = 'AcknowledgementProbe';

function isAcknowledged(construct: Construct, id: string): boolean {
  const probe = new Construct(construct, PROBE);
  Annotations.of(probe).addWarningV2(id, PROBE);
  construct.node.tryRemoveChild(PROBE);
  return probe.node.metadata.length === 0;
}
