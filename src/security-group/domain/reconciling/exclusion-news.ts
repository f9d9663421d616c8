import type { ExclusionEnd } from './exclusion-ends';
import { firstOf, type News } from './news';
import type { ReconcileReport } from './reconcile-report';
import { exclusionText } from '../judging/exclusions';
import { ruleText } from '../rules/rule-text';

export function exclusionNews({ exclusionEnds }: ReconcileReport, most: number): News | undefined {
  if (exclusionEnds.length === 0) return undefined;
  const ended = exclusionEnds.filter(({ isOver }) => isOver);
  const ending = exclusionEnds.filter(({ isOver }) => !isOver);
  return {
    severity: 'medium',
    headlines: [
      ...(ended.length > 0 ? [`${ended.length} excluded rules are excluded no more`] : []),
      ...(ending.length > 0
        ? [`${ending.length} excluded rules are excluded for a week at most`]
        : []),
    ],
    lines: [
      ...linesOf(
        'The exclusions of these rules are over. What still stands violates its policy, and is answered by the next runs of reconcile:',
        ended,
        most,
      ),
      ...linesOf(
        'The exclusions of these rules end soon. Then the rules violate their policies: take them out of the groups before, or write a later day in "excluding":',
        ending,
        most,
      ),
    ],
  };
}

function linesOf(heading: string, ends: readonly ExclusionEnd[], most: number): string[] {
  if (ends.length === 0) return [];
  const lines = ends.map(
    ({ policy, exclusion }) =>
      `- ${exclusion.groupId}: ${ruleText(exclusion.rule)}, which the policy ${policy} excludes ${exclusionText(exclusion)}`,
  );
  return [heading, ...firstOf(lines, most, 'rules.'), ''];
}
