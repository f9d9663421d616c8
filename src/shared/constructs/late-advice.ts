import { Annotations } from 'aws-cdk-lib';
import { Construct } from 'constructs';

/**
 * Gives a warning that is known at synth alone. The CDK heeds acknowledgements of the constructs
 * above by then, and of those that the warning is of, it does not: a child asks in its place.
 */
export function warnAtSynth(scope: Construct, id: string, text: string): void {
  if (!isAcknowledged(scope, id)) Annotations.of(scope).addWarningV2(id, text);
}

/** As `warnAtSynth`, for what is good to know and no risk. */
export function informAtSynth(scope: Construct, id: string, text: string): void {
  if (!isAcknowledged(scope, id)) Annotations.of(scope).addInfoV2(id, text);
}

const PROBE = 'AcknowledgementProbe';

function isAcknowledged(scope: Construct, id: string): boolean {
  const probe = new Construct(scope, PROBE);
  Annotations.of(probe).addWarningV2(id, PROBE);
  scope.node.tryRemoveChild(PROBE);
  return probe.node.metadata.length === 0;
}
