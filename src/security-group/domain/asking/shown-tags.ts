import { type Rule, type RuleTag, tagsToGive } from '../rules/rule';

/** EC2 takes 50, and the end of an approval is one more. */
const MOST_TAGS = 20;
const MOST_CHARACTERS = 1_000;

/**
 * As many tags of a rule as people can be shown. All others are no part of what they decide about:
 * they are not given again.
 */
export function shownTags(rule: Rule): readonly RuleTag[] {
  let characters = 0;
  return tagsToGive(rule)
    .slice(0, MOST_TAGS)
    .filter(({ key, value }) => {
      characters += key.length + value.length;
      return characters <= MOST_CHARACTERS;
    });
}
