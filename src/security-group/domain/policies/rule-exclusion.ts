import type { Rule } from '../rules/rule';

/** One rule of one group that a policy leaves alone, by the word of the configuration. */
export interface RuleExclusion {
  readonly groupId: string;
  readonly rule: ExcludedRule;
  readonly reason: string;
  /** It ends then by itself; without it, when a deployment takes it out. */
  readonly until?: Date;
}

/** By its key alone: whatever its id and its description are. */
export type ExcludedRule = Pick<Rule, 'direction' | 'protocol' | 'fromPort' | 'toPort' | 'peer'>;

export function isOver({ until }: Pick<RuleExclusion, 'until'>, now: Date): boolean {
  return until !== undefined && until <= now;
}
