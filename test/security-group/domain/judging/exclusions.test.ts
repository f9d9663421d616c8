import type { Policy } from '../../../../src/security-group/domain/policies/policy';
import type { RuleExclusion } from '../../../../src/security-group/domain/policies/rule-exclusion';
import { reconcileText } from '../../../../src/security-group/domain/reconciling/reconcile-text';
import type { ChangeReport } from '../../../../src/security-group/domain/reporting/change-report';
import { reportText } from '../../../../src/security-group/domain/reporting/report-text';
import type { Rule } from '../../../../src/security-group/domain/rules/rule';
import { SentryInMemory } from '../../in-memory/sentry-in-memory';
import {
  added,
  by,
  changeOf,
  deployer,
  described,
  forbidSsh,
  locked,
  lockedRestoring,
  removed,
} from '../../samples/changes';
import { rule } from '../../samples/rules';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const partner = rule({ ipRange: '0.0.0.0/0' });
const ssh: Rule = { ...partner, id: 'sgr-ssh' };
const https = rule({ id: 'sgr-https', fromPort: 443, toPort: 443 });
const reason = 'partner VPN, ticket 4711';
/** The tests begin on the first day of 2026. */
const NEXT_WEEK = new Date('2026-01-08T00:00:00Z');

function excluding(policy: Policy, ...exclusions: Partial<RuleExclusion>[]): Policy {
  return {
    ...policy,
    name: `no-${policy.baseline.kind}`,
    excluding: exclusions.map((values) => ({ groupId: 'sg-1', rule: partner, reason, ...values })),
  };
}

/** Someone adds the rule, and the event of that comes. */
async function opened(sentry: SentryInMemory, adds: Rule = ssh) {
  sentry.groups.put('sg-1', (rules) => [...rules, adds]);
  return sentry.respond(added(adds));
}

/** Runs of reconcile until what waits has waited long enough. */
async function settled(sentry: SentryInMemory): Promise<readonly ChangeReport[]> {
  const first = await sentry.reconcile();
  await sentry.pass(HOUR);
  return [...first, ...(await sentry.reconcile())];
}

describe('a rule that a policy excludes', () => {
  test.each([
    ['forbid', forbidSsh],
    ['locked', locked],
  ])('stands under %s, and is reported with the reason and the end', async (_, policy) => {
    const sentry = SentryInMemory.watching([excluding(policy, { until: NEXT_WEEK })], https);
    const [report] = await opened(sentry);
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-https', 'sgr-ssh']);
    expect(report).toMatchObject({
      rules: [],
      notices: [
        {
          severity: 'low',
          text: `tcp 22 from 0.0.0.0/0 (sgr-ssh) stands: the policy no-${policy.baseline.kind} excludes it until the end of 2026-01-07 (UTC), because: ${reason}.`,
        },
      ],
    });
    expect(reportText(report!, 'App/Sentry', 10)).toContain('because: partner VPN');
    expect(await sentry.reconcile()).toEqual([]);
  });

  test('is reported as excluded without an end where it has none', async () => {
    const sentry = SentryInMemory.watching([excluding(forbidSsh, {})], https);
    const [report] = await opened(sentry);
    expect(report!.notices[0]!.text).toBe(
      `tcp 22 from 0.0.0.0/0 (sgr-ssh) stands: the policy no-forbid excludes it without an end, because: ${reason}.`,
    );
  });

  test('is judged by the other policies as before', async () => {
    const sentry = SentryInMemory.watching([excluding(forbidSsh, {}), locked], https);
    const [report] = await opened(sentry);
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-https']);
    expect(report!.rules).toMatchObject([{ violations: [{ baseline: 'locked' }] }]);
  });

  test.each<[string, Partial<RuleExclusion>]>([
    ['another group', { groupId: 'sg-2' }],
    ['other ports', { rule: rule({ toPort: 23 }) }],
    ['another peer', { rule: rule({ ipRange: '::/0' }) }],
    ['the other direction', { rule: rule({ direction: 'egress' }) }],
    ['a day that is over', { until: new Date('2026-01-01T00:00:00Z') }],
  ])('is reverted where the exclusion is of %s', async (_, exclusion) => {
    const sentry = SentryInMemory.watching([excluding(forbidSsh, exclusion)], https);
    await opened(sentry);
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-https']);
  });

  test('is no news where no policy would answer it', async () => {
    const sentry = SentryInMemory.watching([excluding(locked, {})], https);
    sentry.groups.put('sg-1', (rules) => [...rules, ssh]);
    expect(await sentry.respond(by(deployer, added(ssh)))).toEqual([]);
  });

  test('may be described and removed under `locked`, and is not put back', async () => {
    const sentry = SentryInMemory.watching([excluding(lockedRestoring, {})], https, ssh);
    sentry.groups.put('sg-1', () => [https, { ...ssh, description: 'mine' }]);
    await sentry.respond(described({ rule: ssh }));
    expect(sentry.groups.rulesIn('sg-1')).toContainEqual({ ...ssh, description: 'mine' });
    sentry.groups.close('sg-1', 'sgr-ssh');
    await sentry.respond({ ...removed({ rule: ssh }), eventId: 'event-2' });
    await settled(sentry);
    expect(sentry.groups.acts).toEqual([]);
  });

  test('does not let out the values that it is modified to', async () => {
    const sentry = SentryInMemory.watching([excluding(locked, {})], https, ssh);
    const wider = sentry.groups.change('sg-1', 'sgr-ssh', rule({ fromPort: 0, toPort: 65535 }))!;
    await sentry.respond(changeOf({ modifiedIds: ['sgr-ssh'], modifiedTo: [wider] }));
    expect(sentry.groups.rulesIn('sg-1')).toEqual([https, ssh]);
  });
});

describe('the end of an exclusion', () => {
  const policies = [excluding(forbidSsh, { until: NEXT_WEEK }), locked];

  test.each<[string, (sentry: SentryInMemory) => Promise<unknown>]>([
    ['was adopted before', async (sentry) => sentry.reconcile()],
    [
      'was adopted meanwhile',
      async (sentry) => {
        sentry.ledger.groups.clear();
        await sentry.reconcile();
      },
    ],
  ])('has a rule answered that %s', async (_, begin) => {
    const sentry = SentryInMemory.watching(policies, https, ssh);
    await begin(sentry);
    await settled(sentry);
    expect(sentry.groups.acts).toEqual([]);
    await sentry.pass(7 * DAY);
    await settled(sentry);
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-https']);
  });

  test('has a rule answered that anyone added meanwhile', async () => {
    const sentry = SentryInMemory.watching([excluding(forbidSsh, { until: NEXT_WEEK })], https);
    await opened(sentry);
    await sentry.pass(7 * DAY);
    const [report] = await settled(sentry);
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-https']);
    expect(report!.rules[0]!.violations[0]!.reason).toBe(
      `tcp 22 from 0.0.0.0/0 opens what is forbidden: SSH (it was excluded until the end of 2026-01-07 (UTC), because: ${reason})`,
    );
  });

  test('leaves what a trusted actor added to a locked group', async () => {
    const sentry = SentryInMemory.watching([excluding(locked, { until: NEXT_WEEK })], https);
    sentry.groups.put('sg-1', (rules) => [...rules, ssh]);
    await sentry.respond(by(deployer, added(ssh)));
    await sentry.pass(7 * DAY);
    await settled(sentry);
    expect(sentry.groups.acts).toEqual([]);
  });

  test('leaves what an operator accepted', async () => {
    const sentry = SentryInMemory.watching(policies, https, ssh);
    sentry.ledger.note('sg-1', ssh, {
      grants: [{ cause: 'operator', by: 'olga', since: new Date('2025-12-01') }],
    });
    await sentry.pass(8 * DAY);
    await settled(sentry);
    expect(sentry.groups.acts).toEqual([]);
  });

  test('does not turn the other policies against an adopted rule', async () => {
    const told: Policy = { ...forbidSsh, response: 'notifyOnly' };
    const sentry = SentryInMemory.watching(
      [excluding(told, { until: NEXT_WEEK }), locked],
      https,
      ssh,
    );
    await sentry.pass(8 * DAY);
    const reports = [...(await settled(sentry)), ...(await settled(sentry))];
    expect(sentry.groups.acts).toEqual([]);
    expect(reports).toMatchObject([
      { rules: [{ violations: [{ baseline: 'forbid' }], outcome: { kind: 'kept' } }] },
    ]);
  });

  test('comes as well when a deployment takes the exclusion out, whatever other policies it brings', async () => {
    const sentry = SentryInMemory.watching([excluding(forbidSsh, {}), locked], https, ssh);
    await sentry.reconcile();
    const other: Policy = { ...locked, response: 'notifyOnly' };
    sentry.configuration = {
      ...sentry.configuration,
      policies: [{ ...excluding(forbidSsh), excluding: [] }, other],
      digests: { ...sentry.configuration.digests, policies: 'other' },
    };
    await settled(sentry);
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-https']);
  });

  test('is told a week before, and when it is over, each once', async () => {
    const until = new Date('2026-01-10T00:00:00Z');
    const sentry = SentryInMemory.watching([excluding(forbidSsh, { until })], https);
    const ends = () =>
      sentry.reconciled.flatMap(({ exclusionEnds }) => exclusionEnds.map(({ isOver }) => isOver));
    await sentry.survey();
    expect(ends()).toEqual([]);
    await sentry.pass(2 * DAY);
    await sentry.survey();
    await sentry.pass(HOUR);
    await sentry.survey();
    expect(ends()).toEqual([false]);
    expect(reconcileText(sentry.reconciled.at(-1)!, 'App/Sentry', 10)).toContain(
      `- sg-1: tcp 22 from 0.0.0.0/0, which the policy no-forbid excludes until the end of 2026-01-09 (UTC), because: ${reason}`,
    );
    await sentry.pass(7 * DAY);
    await sentry.survey();
    await sentry.pass(HOUR);
    await sentry.survey();
    expect(ends()).toEqual([false, true]);
  });
});

test('what was found in a group before an exclusion came stays accepted by the other policies', async () => {
  const sentry = SentryInMemory.watching([forbidSsh, locked], https, ssh);
  sentry.configuration = {
    ...sentry.configuration,
    policies: [excluding(forbidSsh, { rule: https }), locked],
  };
  await settled(sentry);
  expect(sentry.groups.acts).toEqual([]);
  expect(sentry.reconciled.flatMap(({ adoptions }) => adoptions)).toEqual([]);
  expect(sentry.ledger.grantsOf('sg-1', https, sentry.groups.now())).toMatchObject([
    { cause: 'adopted', exceptFor: ['no-forbid'] },
  ]);
  expect(sentry.recordOf('sg-1')?.adoptedAt).toEqual(new Date('2025-12-01T00:00:00Z'));
});
