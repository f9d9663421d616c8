import fc from 'fast-check';
import { forbidSsh, locked, lockedNotify, lockedRestoring } from './changes';
import { rule } from './rules';
import type { NamedRules } from '../../../src/security-group/domain/changes/named-rules';
import type { Grant } from '../../../src/security-group/domain/ledger/ledger';
import { type Rule, ruleKey } from '../../../src/security-group/domain/rules/rule';

const SINCE = new Date('2025-12-01T00:00:00Z');
/** Between the first message of a test and its last. */
const SOON = new Date('2026-01-01T00:05:00Z');

/** Few rules, so that what is random meets itself often. */
export const SOME_RULES: readonly Rule[] = [22, 443].flatMap((port) => [
  rule({ fromPort: port, toPort: port }),
  rule({ fromPort: port, toPort: port, ipRange: '10.0.0.0/8' }),
  rule({ fromPort: port, toPort: port, ipRange: '128.0.0.0/1' }),
  rule({ fromPort: port, toPort: port, direction: 'egress' }),
]);

const OPENS_SSH = new Set(
  ['ingress', 'egress'].flatMap((way) => [
    `${way} tcp 22 22 0.0.0.0/0`,
    `${way} tcp 22 22 128.0.0.0/1`,
  ]),
);

/** What `forbidSsh` forbids, written down by hand. */
export function opensSsh(one: Rule): boolean {
  return OPENS_SSH.has(ruleKey(one));
}

export const someRule = fc.constantFrom(...SOME_RULES);
const description = fc.constantFrom(undefined, 'a', 'b');

export const describedRule = fc
  .tuple(someRule, description)
  .map(([one, text]): Rule => ({ ...one, ...(text && { description: text }) }));

const IDS = ['sgr-0', 'sgr-1', 'sgr-2', 'sgr-3', 'sgr-gone'];
export const someId = fc.constantFrom(...IDS, ...IDS.map((id) => `${id}-out`));
const ruleWithOrWithoutId = fc
  .tuple(describedRule, fc.option(fc.constantFrom(...IDS), { nil: undefined }))
  .map(([one, id]): Rule => (id === undefined ? one : { ...one, id: idFor(one, id) }));

/** No rule ever changes its direction, so no id stands for both. */
function idFor({ direction }: Rule, id: string): string {
  return direction === 'egress' ? `${id}-out` : id;
}

/** Rules of one group, with ids, each only once. */
export const standingRules = fc
  .uniqueArray(describedRule, { selector: ruleKey, maxLength: 4 })
  .map((rules) => rules.map((one, index): Rule => ({ ...one, id: idFor(one, IDS[index]!) })));

const grant: fc.Arbitrary<Grant> = fc.oneof(
  fc.constant<Grant>({ cause: 'adopted', by: 'App/Sentry', since: SINCE }),
  fc.constantFrom<Grant>(
    { cause: 'operator', by: 'olga', since: SINCE },
    { cause: 'operator', by: 'olga', since: SINCE, until: SINCE },
    { cause: 'operator', by: 'olga', since: SINCE, until: SOON },
  ),
  fc.constantFrom(true, undefined).map((confirmed): Grant => ({
    cause: 'trusted-actor',
    by: 'deploy',
    since: SINCE,
    eventId: 'event-0',
    ...(confirmed && { confirmed }),
  })),
);

export interface Remembered {
  readonly rule: Rule;
  readonly grants: readonly Grant[];
  readonly isDue: boolean;
}

/** What a ledger holds: of rules that stand, stood, or had other values before. */
export const rememberedRules: fc.Arbitrary<Remembered[]> = fc.uniqueArray(
  fc.record({
    rule: ruleWithOrWithoutId,
    grants: fc.array(grant, { maxLength: 2 }),
    isDue: fc.boolean(),
  }),
  { selector: (one) => ruleKey(one.rule), maxLength: 5 },
);

const reference = fc.oneof(
  someId.map((id) => ({ id })),
  describedRule.map((one) => ({ rule: one })),
  fc.tuple(someId, describedRule).map(([id, one]) => ({ id, rule: one })),
);

/** Whatever a record might name. */
export const namedRules: fc.Arbitrary<NamedRules> = fc.record({
  present: fc.array(ruleWithOrWithoutId, { maxLength: 2 }),
  modifiedTo: fc.constant([]),
  modifiedIds: fc.oneof(
    { weight: 2, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(someId, { maxLength: 2 }) },
  ),
  described: fc.oneof(
    { weight: 2, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(reference, { maxLength: 2 }) },
  ),
  absent: fc.array(reference, { maxLength: 2 }),
  complete: fc.oneof(
    { weight: 4, arbitrary: fc.constant(true) },
    { weight: 1, arbitrary: fc.constant(false) },
  ),
});

export const policies = fc.oneof(
  fc.constantFrom(
    [forbidSsh],
    [lockedRestoring, forbidSsh],
    [lockedRestoring, forbidSsh],
    [lockedRestoring],
  ),
  fc.subarray([forbidSsh, locked, lockedNotify, lockedRestoring], { minLength: 1 }),
);
