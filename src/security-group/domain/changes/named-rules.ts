import { isSameRule, type Rule, ruleKey } from '../rules/rule';

/** The rules that a record names. */
export interface NamedRules {
  /** Rules that the call added. */
  readonly present: readonly Rule[];
  /** Ids of rules that the call gave other values. */
  readonly modifiedIds: readonly string[];
  /**
   * Those values, where they can be read, with the ids. Records of such calls lack the direction:
   * it means nothing here.
   */
  readonly modifiedTo: readonly Rule[];
  /** Rules that got another description, and nothing else. */
  readonly described: readonly RuleReference[];
  /** Rules that the call took away. */
  readonly absent: readonly RuleReference[];
  /** Whether these are all. If not, the group has to be judged as it stands. */
  readonly complete: boolean;
}

/** A rule by its id, or by its values where the record has no id. */
export type RuleReference =
  { readonly id: string; readonly rule?: Rule } | { readonly id?: undefined; readonly rule: Rule };

export const NO_RULES: NamedRules = {
  present: [],
  modifiedIds: [],
  modifiedTo: [],
  described: [],
  absent: [],
  complete: true,
};

/** Whether the call is about the rule, whichever values that has by now. */
export function namesStanding({ present, modifiedIds }: NamedRules, rule: Rule): boolean {
  return modifiedIds.includes(rule.id ?? '') || present.some((named) => isSameRule(named, rule));
}

/**
 * Whether the call made the rule what it is now. With the same id, it may have got other values
 * since, from someone else.
 */
export function namesAsItStands(named: NamedRules, rule: Rule): boolean {
  return namesModified(named, rule) || namesByValues(named, rule);
}

/**
 * Whether the call gave the rule the description that it has. A record that does not name it, or
 * not in a form that can be read, is believed.
 */
export function writesDescription(named: NamedRules, rule: Rule): boolean {
  const written = writtenValues(named, rule);
  return written.length === 0 || written.some((values) => isDescribedLike(values, rule));
}

/** The rule with the description that the call gave it: someone may have changed that since. */
export function asWritten(named: NamedRules, rule: Rule): Rule {
  const [written] = writtenValues(named, rule);
  if (!written || writesDescription(named, rule)) return rule;
  const { description: _standing, ...rest } = rule;
  return { ...rest, ...(written.description && { description: written.description }) };
}

function writtenValues({ present, modifiedTo, described }: NamedRules, rule: Rule): Rule[] {
  const references = described.filter((reference) => isReferenceTo(reference, rule));
  return [
    ...present.filter((values) => isSameRule(values, rule)),
    ...modifiedTo.filter(({ id }) => id === rule.id),
    ...references.flatMap(({ rule: values }) => values ?? []),
  ];
}

function isDescribedLike(values: Rule, rule: Rule): boolean {
  return (values.description ?? '') === (rule.description ?? '');
}

export function namesByNewValues({ modifiedTo }: NamedRules, rule: Rule): boolean {
  return modifiedTo.some((values) => values.id === rule.id && isLike(values, rule));
}

export function namesByValues({ present }: NamedRules, rule: Rule): boolean {
  return present.some((named) => isSameRule(named, rule) && ruleKey(named) === ruleKey(rule));
}

/** A rule that was modified is not what it was, even if it is gone by now. */
export function namesMissing({ absent, modifiedIds }: NamedRules, rule: Rule): boolean {
  return names(absent, rule) || modifiedIds.includes(rule.id ?? '');
}

export function names(references: readonly RuleReference[], rule: Rule): boolean {
  return references.some((reference) => isReferenceTo(reference, rule));
}

/**
 * Values that cannot be read are believed: no one but CloudTrail decides in which shape it writes
 * them.
 */
function namesModified({ modifiedIds, modifiedTo }: NamedRules, rule: Rule): boolean {
  const recorded = modifiedTo.filter(({ id }) => id === rule.id);
  return recorded.length === 0
    ? modifiedIds.includes(rule.id ?? '')
    : recorded.some((values) => isLike(values, rule));
}

/** But for the direction, which records of Modify lack. */
function isLike(values: Rule, rule: Rule): boolean {
  return ruleKey({ ...values, direction: rule.direction }) === ruleKey(rule);
}

function isReferenceTo(reference: RuleReference, rule: Rule): boolean {
  if (reference.id !== undefined && rule.id !== undefined) return reference.id === rule.id;
  return reference.rule !== undefined && ruleKey(reference.rule) === ruleKey(rule);
}
