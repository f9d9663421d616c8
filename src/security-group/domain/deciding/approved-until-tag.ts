import { MemberRefusedError } from '../../../organization/domain/refusal';
import { APPROVED_UNTIL_TAG } from '../../../shared/domain/approved-until-tag';
import { RULES_AT_ONCE } from '../at-once';
import type { Ports } from '../responding/ports';
import type { Rule } from '../rules/rule';
import { inTurns } from '../turns';

/**
 * On a rule that is there for a time, so that no one has to know the sentry to see it. Gives the
 * sentence that follows where a member does not let the hub do it: what is approved does not hang
 * on a tag.
 */
export async function tagAll(
  groupId: string,
  rules: readonly Rule[],
  until: Date,
  ports: Ports,
): Promise<string> {
  try {
    await putTags(groupId, rules, until, ports);
    return '';
  } catch (error) {
    if (!(error instanceof MemberRefusedError)) throw error;
    return ` No tag says so: ${error.message}.`;
  }
}

async function putTags(
  groupId: string,
  rules: readonly Rule[],
  until: Date,
  { groups }: Ports,
): Promise<void> {
  await inTurns(rules, RULES_AT_ONCE, async ({ id }) =>
    id === undefined
      ? undefined
      : groups.tag(groupId, id, { key: APPROVED_UNTIL_TAG, value: until.toISOString() }),
  );
}

export function withTag(rule: Rule, until: Date): Rule {
  const others = (rule.tags ?? []).filter(({ key }) => key !== APPROVED_UNTIL_TAG);
  return { ...rule, tags: [...others, { key: APPROVED_UNTIL_TAG, value: until.toISOString() }] };
}
