import type { SecurityGroupSentryProps } from './security-group-sentry-props';
import type { SlackApprovalWorkflow } from '../../approval/constructs/slack-approval-workflow';
import { checkedTagValues, type TagValues } from '../../shared/constructs/checked-tag-values';
import type { PoliciesParameter, WorkflowParameter } from '../contracts/sentry-parameters';
import type { RuleTag } from '../domain/rules/rule';

type AskingProps = Pick<SecurityGroupSentryProps, 'policies' | 'sensitiveTags'>;

/** More would fill a question, or one of its labels, until no one reads it. */
const MOST_KEYS = 10;
const MOST_VALUES = 20;

/** Throws where no group could have them, or no one is asked; the error begins with `sentry`. */
export function sensitiveTagsOf(
  sentry: string,
  { policies, sensitiveTags }: AskingProps,
): Pick<PoliciesParameter, 'sensitiveTags'> {
  if (!sensitiveTags) return {};
  const where = `${sentry}: "sensitiveTags"`;
  const checked = checkedTagValues(where, sensitiveTags);
  if (checked.length > MOST_KEYS) {
    throw new Error(
      `${where} has ${checked.length} keys, and each is a label in the question: name up to ${MOST_KEYS}.`,
    );
  }
  const long = checked.find(({ values }) => values.length > MOST_VALUES);
  if (long) {
    throw new Error(
      `${where}: the list of "${long.key}" has ${long.values.length} values: name up to ${MOST_VALUES}.`,
    );
  }
  if (!policies.some(({ response }) => response._workflow)) {
    throw new Error(
      `${where} does nothing, as no policy asks people: leave it out, or write ChangeResponse.revertUntilApproved() or revertIfDenied() in a policy.`,
    );
  }
  return { sensitiveTags: tagsOf(checked) };
}

/** Not written where no route goes by tags. */
export function routeTagsOf(workflow: SlackApprovalWorkflow): Pick<WorkflowParameter, 'routeTags'> {
  const tags = tagsOf(workflow._tagsOfRoutes());
  const isFirst = ({ key, value }: RuleTag, index: number) =>
    tags.findIndex((one) => one.key === key && one.value === value) === index;
  return tags.length > 0 ? { routeTags: tags.filter(isFirst) } : {};
}

/** Whether tags of a group say who is asked about it, or what stands out in the question. */
export function areTagsAsked({ policies, sensitiveTags }: AskingProps): boolean {
  return (
    sensitiveTags !== undefined ||
    policies.some(({ response }) => (response._workflow?._tagsOfRoutes() ?? []).length > 0)
  );
}

function tagsOf(tags: readonly TagValues[]): RuleTag[] {
  return tags.flatMap(({ key, values }) => values.map((value) => ({ key, value })));
}
