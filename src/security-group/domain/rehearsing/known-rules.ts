import type { RuleReference } from '../changes/named-rules';
import { type Rule, ruleKey } from '../rules/rule';

/** A rule of a group, as records and today's state tell of it. */
export interface KnownRule {
  readonly rule: Rule;
  /** False where it would have been reverted: later changes would not have found it. */
  readonly wouldStand: boolean;
}

/** What is known of one group's rules at a point of its history. Its own to change. */
export class KnownRules {
  private readonly byId = new Map<string, KnownRule>();
  private readonly byKey = new Map<string, KnownRule>();

  /**
   * @param standing the group's rules of today.
   * @param writtenIds rules that records of the time wrote: their values of today are not those of
   * before.
   */
  constructor(standing: readonly Rule[], writtenIds: ReadonlySet<string>) {
    standing
      .filter(({ id }) => id === undefined || !writtenIds.has(id))
      .forEach((rule) => this.keep({ rule, wouldStand: true }));
  }

  keep(known: KnownRule): void {
    const { rule } = known;
    if (rule.id !== undefined) this.byId.set(rule.id, known);
    this.byKey.set(ruleKey(rule), known);
  }

  withId(id: string | undefined): KnownRule | undefined {
    return id === undefined ? undefined : this.byId.get(id);
  }

  /** The rule that is meant; one that no record of the time wrote stood before it. */
  meantBy(reference: RuleReference): KnownRule | undefined {
    const known = this.withId(reference.id);
    if (known) return known;
    const { rule } = reference;
    if (!rule) return undefined;
    return this.byKey.get(ruleKey(rule)) ?? { rule, wouldStand: true };
  }

  forget({ id, ...values }: Rule): void {
    if (id !== undefined) this.byId.delete(id);
    this.byKey.delete(ruleKey(values));
  }
}
