import { APPROVED_UNTIL_TAG } from '../../../shared/domain/approved-until-tag';
import { RULES_AT_ONCE } from '../at-once';
import type { Ports } from '../responding/ports';
import type { Rule } from '../rules/rule';
import { inTurns } from '../turns';

/** On a rule that is there for a time, so that no one has to know the sentry to see it. */
export async function tagAll(
  rules: readonly Rule[],
  until: Date,
  { groups }: Ports,
): Promise<void> {
  await inTurns(rules, RULES_AT_ONCE, async ({ id }) =>
    id === undefined
      ? undefined
      : groups.tag(id, { key: APPROVED_UNTIL_TAG, value: until.toISOString() }),
  );
}

export function withTag(rule: Rule, until: Date): Rule {
  const others = (rule.tags ?? []).filter(({ key }) => key !== APPROVED_UNTIL_TAG);
  return { ...rule, tags: [...others, { key: APPROVED_UNTIL_TAG, value: until.toISOString() }] };
}
