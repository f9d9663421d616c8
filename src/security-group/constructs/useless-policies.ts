import type { Baseline, Policy } from '../domain/policies/policy';

/** Throws for a policy that does nothing beside another, or holds a setting that does nothing. */
export function refuseUselessPolicies(sentry: string, policies: readonly Policy[]): void {
  policies.forEach((policy) => refuseIdleRestoring(sentry, policy));
  policies.forEach((policy, index) => {
    const other = policies.find(
      (another, at) =>
        at !== index && covers(another, policy) && (at < index || !covers(policy, another)),
    );
    if (other) {
      refuseCovered(sentry, { policy, index }, { policy: other, index: policies.indexOf(other) });
    }
  });
}

function refuseIdleRestoring(sentry: string, { baseline, response }: Policy): void {
  if (baseline.kind !== 'locked' || !baseline.restoreRemoved || response !== 'notifyOnly') return;
  throw new Error(
    `${sentry}: a policy has SecurityGroupBaseline.locked({ restoreRemoved: true }) and ChangeResponse.notifyOnly(), which puts nothing back: ` +
      'leave "restoreRemoved" out, since removals are told without it too, or write another response, such as ChangeResponse.revert().',
  );
}

interface PlacedPolicy {
  readonly policy: Policy;
  readonly index: number;
}

function refuseCovered(sentry: string, one: PlacedPolicy, other: PlacedPolicy): void {
  throw new Error(
    `${sentry}: ${inWords(one)} does nothing beside ${inWords(other)}, which has the same baseline and answers as strongly for the same groups: take it out.`,
  );
}

function inWords({ policy: { name, baseline, response }, index }: PlacedPolicy): string {
  const called = name === undefined ? '' : ` "${name}"`;
  return `policy ${index + 1}${called} (${baseline.kind}, ${response})`;
}

/**
 * Whether all that the second says of a rule is said by the first as well. An operator may disable
 * the first: what it then only reports, one that reverts or asks would still answer.
 */
function covers(one: Policy, other: Policy): boolean {
  return (
    sameText(comparable(one.baseline), comparable(other.baseline)) &&
    (other.response === 'notifyOnly' || answersAlike(one, other)) &&
    isAsWide(one.appliesTo, other.appliesTo) &&
    isAsWide(one.appliesIn, other.appliesIn) &&
    isAsWide(one.excluding, other.excluding)
  );
}

function answersAlike(one: Policy, other: Policy): boolean {
  return one.response === other.response && sameText(one.asking, other.asking);
}

/** What is absent limits nothing. */
function isAsWide(one: object | undefined, other: object | undefined): boolean {
  return one === undefined || sameText(one, other);
}

/** The order of patterns says nothing. */
function comparable(baseline: Baseline): object {
  return baseline.kind === 'locked'
    ? baseline
    : { ...baseline, patterns: baseline.patterns.map((one) => JSON.stringify(one)).sort() };
}

function sameText(one: object | undefined, other: object | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
