import { rule } from './rules';
import type { Rule, RuleTag } from '../../../src/security-group/domain/rules/rule';

/** As many as EC2 takes for one rule, as long as it takes them, of letters that take four bytes. */
const FULL_TAGS: readonly RuleTag[] = Array.from({ length: 50 }, (_, index) => ({
  key: `${String(index).padStart(3, '0')}${'𠮷'.repeat(125)}`,
  value: '𠮷'.repeat(256),
}));

/** Rules that let SSH in from everywhere, with full tags and full descriptions. */
export function openedWithFullTags(count: number): Rule[] {
  return Array.from({ length: count }, (_, index) =>
    rule({
      id: `sgr-${String(index).padStart(17, '0')}`,
      toPort: 22 + index,
      description: '#'.repeat(255),
      tags: FULL_TAGS,
    }),
  );
}
