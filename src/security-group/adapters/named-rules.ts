import type { CloudTrailRecord } from './cloudtrail-record';
import { type Fields, fieldsOf, idsIn, itemsOf, textAt } from './record-fields';
import { answeredRule, type MaybeRule, requestedRules, type RulePlace } from './recorded-rule';
import { type NamedRules, NO_RULES, type RuleReference } from '../domain/changes/named-rules';
import { type Direction, ruleKey } from '../domain/rules/rule';

export type ReadRules = (record: CloudTrailRecord) => NamedRules;

export const noRules: ReadRules = () => NO_RULES;

/** Reads the rules that Authorize added. */
export function addedRules(direction: Direction): ReadRules {
  return (record) => {
    const place = placeOf(record, direction);
    const answered = itemsOf(record.answer.securityGroupRuleSet).map((item) =>
      answeredRule(item, place),
    );
    const { named, complete } = fromAnswerOrRequest(
      answered,
      requestedRules(record.request, place),
      (rule) => [ruleKey(rule)],
    );
    return { ...NO_RULES, present: named, complete };
  };
}

/** Reads the rules that Revoke took away. */
export function revokedRules(direction: Direction): ReadRules {
  return (record) => {
    const place = placeOf(record, direction);
    const answered = itemsOf(record.answer.revokedSecurityGroupRuleSet).map((item) =>
      answeredReference(item, place),
    );
    const { securityGroupRuleIds, securityGroupRuleIdSet, securityGroupRuleId } = record.request;
    // No record of a Revoke by ids was ever seen: these are the forms that CloudTrail gives such
    // lists in other calls.
    const requested = references(
      [securityGroupRuleIds, securityGroupRuleIdSet, securityGroupRuleId],
      requestedRules(record.request, place),
    );
    const { named, complete } = fromAnswerOrRequest(answered, requested, keysOf);
    return { ...NO_RULES, absent: named, complete };
  };
}

/** Which rules Modify gave other values. */
export const modifiedRules: ReadRules = (record) => {
  const { securityGroupRule: modified } = record.request;
  const ids = idsIn(modified, 'securityGroupRuleId');
  const values = itemsOf(modified).map((item) =>
    modifiedRule(fieldsOf(item), placeOf(record, 'ingress')),
  );
  return {
    ...NO_RULES,
    modifiedIds: ids.filter(isRead),
    modifiedTo: values.filter(isRead),
    complete: areAllRead(ids),
  };
};

function modifiedRule(
  { securityGroupRuleId, securityGroupRule }: Fields,
  place: RulePlace,
): MaybeRule {
  const values = answeredRule(securityGroupRule, place);
  return values && typeof securityGroupRuleId === 'string'
    ? { ...values, id: securityGroupRuleId }
    : undefined;
}

/** Reads the rules that got another description, by id or by value. */
export function describedRules(direction: Direction): ReadRules {
  return (record) => {
    const described = references(
      [record.request.securityGroupRuleDescription],
      requestedRules(record.request, placeOf(record, direction)),
    );
    return { ...NO_RULES, described: described.filter(isRead), complete: areAllRead(described) };
  };
}

function placeOf({ call }: CloudTrailRecord, direction: Direction): RulePlace {
  return { direction, ownerId: call.accountId };
}

function answeredReference(item: unknown, place: RulePlace): RuleReference | undefined {
  const id = textAt(item, 'securityGroupRuleId');
  const rule = answeredRule(item, place);
  if (id) return { id, ...(rule && { rule }) };
  return rule && { rule };
}

function references(
  idLists: readonly unknown[],
  rules: readonly MaybeRule[],
): (RuleReference | undefined)[] {
  const ids = idLists.flatMap((list) => idsIn(list, 'securityGroupRuleId'));
  return [...ids.map((id) => (id ? { id } : undefined)), ...rules.map((rule) => rule && { rule })];
}

function keysOf({ id, rule }: RuleReference): string[] {
  return [id, rule && ruleKey(rule)].filter(isRead);
}

/**
 * The answer, where it can be read, names every rule that was changed, with its id. Records of
 * before mid-2021 have no rules in their answers: what was asked for has to do.
 */
function fromAnswerOrRequest<T>(
  answered: readonly (T | undefined)[],
  requested: readonly (T | undefined)[],
  keys: (named: T) => string[],
): { readonly named: readonly T[]; readonly complete: boolean } {
  const fromAnswer = answered.filter(isRead);
  if (areAllRead(answered)) return { named: fromAnswer, complete: true };
  const answeredKeys = new Set(fromAnswer.flatMap(keys));
  const fromRequest = requested
    .filter(isRead)
    .filter((named) => !keys(named).some((key) => answeredKeys.has(key)));
  return { named: [...fromAnswer, ...fromRequest], complete: areAllRead(requested) };
}

/** And there is at least one: a call that seems to be about no rule at all was not understood. */
function areAllRead(named: readonly unknown[]): boolean {
  return named.length > 0 && named.every(isRead);
}

function isRead<T>(named: T | undefined): named is T {
  return named !== undefined;
}
