import type { RuleTag } from '../rules/rule';

/** A group as Describe shows it, in so far as there is anything to show. */
export interface GroupDetails {
  readonly id: string;
  readonly name?: string;
  readonly vpcId?: string;
  readonly tags?: readonly RuleTag[];
}
