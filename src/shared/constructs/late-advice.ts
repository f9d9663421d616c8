import { Annotations } from 'aws-cdk-lib';
import { Construct, type IConstruct } from 'constructs';

const ADVICE_ID = 'Advice';

/** A warning that is found at synth only. It can be acknowledged at `scope` all the same. */
export function warnAtSynth(scope: IConstruct, id: string, text: string): void {
  Annotations.of(below(scope)).addWarningV2(id, text);
}

/** As `warnAtSynth`, for what is good to know and no risk. */
export function informAtSynth(scope: IConstruct, id: string, text: string): void {
  Annotations.of(below(scope)).addInfoV2(id, text);
}

/**
 * For what is added after it was acknowledged, the CDK asks the constructs above, and not the
 * construct itself.
 */
function below(scope: IConstruct): IConstruct {
  return scope.node.tryFindChild(ADVICE_ID) ?? new Construct(scope as Construct, ADVICE_ID);
}
