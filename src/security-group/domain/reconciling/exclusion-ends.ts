import type { ToldEnds, ToldEnding } from './told-ends';
import type { DescribedPlace } from '../../../organization/domain/described-place';
import { type Policy, TOLD_WITHIN_MILLISECONDS } from '../policies/policy';
import { isOver, type RuleExclusion } from '../policies/rule-exclusion';
import { ruleKey } from '../rules/rule';

/** An exclusion that is over, or soon will be, and of which that was not told yet. */
export interface ExclusionEnd {
  /** The policy's name. */
  readonly policy: string;
  readonly exclusion: RuleExclusion & { readonly until: Date };
  readonly isOver: boolean;
}

/** So long before its end it is told that an exclusion ends. */
const SOON_MILLISECONDS = 7 * 24 * 3_600_000;

/** Each is told once, by the run of the sentry's own place. */
export async function untoldExclusionEnds(
  policies: readonly Policy[],
  now: Date,
  { place, toldEnds }: { readonly place?: DescribedPlace; readonly toldEnds: ToldEnds },
): Promise<readonly ExclusionEnd[]> {
  if (place?.isMember) return [];
  const ends = policies.flatMap((policy) => endsOf(policy, now));
  const told = await Promise.all(ends.map(async (end) => toldEnds.has(endingOf(end))));
  return ends.filter((_, index) => !told[index]);
}

export function endingOf({ policy, exclusion, isOver: over }: ExclusionEnd): ToldEnding {
  const { groupId, rule, until } = exclusion;
  // No policy's name has a space.
  return { of: `${over ? 'excluded' : 'soon'} ${policy} ${groupId} ${ruleKey(rule)}`, until };
}

function endsOf({ name = '', excluding = [] }: Policy, now: Date): ExclusionEnd[] {
  return excluding.flatMap(({ until, ...rest }) => {
    if (!until) return [];
    const exclusion = { ...rest, until };
    const sinceEnd = now.getTime() - until.getTime();
    const isNear = sinceEnd >= -SOON_MILLISECONDS && sinceEnd < TOLD_WITHIN_MILLISECONDS;
    return isNear ? [{ policy: name, exclusion, isOver: isOver(exclusion, now) }] : [];
  });
}
