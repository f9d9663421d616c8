import type { Disabling, Policy } from '../../../../src/security-group/domain/policies/policy';
import {
  reconcileSeverity,
  reconcileSubject,
  reconcileText,
} from '../../../../src/security-group/domain/reconciling/reconcile-text';
import { ruleKey } from '../../../../src/security-group/domain/rules/rule';
import { SentryInMemory } from '../../in-memory/sentry-in-memory';
import {
  added,
  by,
  deployer,
  eve,
  forbidSsh,
  lockedRestoring,
  removed,
} from '../../samples/changes';
import { rule } from '../../samples/rules';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const ssh = rule({ id: 'sgr-ssh' });
const https = rule({ id: 'sgr-https', fromPort: 443, toPort: 443 });
const BOTH = [https, ssh].map(ruleKey);
const byOlga = { by: 'olga', reason: 'incident 7' };
const ifDenied: Policy = {
  ...forbidSsh,
  response: 'revertIfDenied',
  asking: { workflow: 'approvals', whenUnanswered: 'revert' },
};

/** A sentry that watches `sg-1`, with the policies disabled from now on. */
function disabledFor(milliseconds: number, policies: readonly Policy[], since?: Date) {
  const sentry = SentryInMemory.watching(policies, https);
  disable(sentry, milliseconds, since);
  return sentry;
}

async function openSsh(sentry: SentryInMemory) {
  const opened = sentry.groups.open('sg-1', ssh);
  return sentry.respond(by(eve, added(opened!)));
}

function disable(sentry: SentryInMemory, milliseconds: number, since = sentry.groups.now()): void {
  const disablings: Disabling[] = [];
  const policies = sentry.configuration.policies.map((policy, index): Policy => {
    const name = `policy-${index}`;
    const until = new Date(since.getTime() + milliseconds);
    disablings.push({ policy: name, since, until, ...byOlga });
    return { ...policy, name, disabling: disablings[index] };
  });
  sentry.configuration = { ...sentry.configuration, policies, disablings };
}

test('what violates a disabled policy is reported with that, is left, and gets no grant', async () => {
  const sentry = disabledFor(4 * HOUR, [forbidSsh]);
  const [report] = await openSsh(sentry);
  expect(report?.rules).toMatchObject([
    {
      outcome: { kind: 'kept' },
      violations: [
        {
          response: 'notifyOnly',
          reason: expect.stringMatching(/ \(the policy policy-0 is disabled until .+Z\)$/),
        },
      ],
    },
  ]);
  expect(sentry.groups.keysIn('sg-1')).toEqual(BOTH);
  expect(sentry.ledger.grantsOf('sg-1', ssh)).toEqual([]);
});

test('when it ends, by itself, what still violates is answered by reconcile', async () => {
  const sentry = disabledFor(HOUR, [forbidSsh]);
  await openSsh(sentry);
  await sentry.pass(30 * MINUTE);
  expect(await sentry.reconcile()).toEqual([]);
  await sentry.pass(30 * MINUTE);
  const [report] = await sentry.reconcile();
  expect(report?.rules).toMatchObject([{ rule: { fromPort: 22 }, outcome: { kind: 'reverted' } }]);
  expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-https']);
});

test('what violates it is not accepted because other policies are deployed meanwhile', async () => {
  const sentry = disabledFor(HOUR, [forbidSsh]);
  await openSsh(sentry);
  const { digests } = sentry.configuration;
  sentry.configuration = { ...sentry.configuration, digests: { ...digests, policies: 'others' } };
  await sentry.reconcile();
  expect(sentry.ledger.grantsOf('sg-1', ssh)).toEqual([]);
  await sentry.pass(HOUR);
  await sentry.reconcile();
  expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-https']);
});

test('a rule that someone removes meanwhile is put back when it ends, and not told again until then', async () => {
  const sentry = disabledFor(HOUR, [lockedRestoring]);
  sentry.groups.close('sg-1', 'sgr-https');
  const [report] = await sentry.respond(by(eve, removed({ id: 'sgr-https' })));
  expect(report?.rules).toMatchObject([{ rule: https, outcome: { kind: 'kept' } }]);
  for (const minutes of [20, 20]) {
    await sentry.pass(minutes * MINUTE);
    expect(await sentry.reconcile()).toEqual([]);
  }
  await sentry.pass(20 * MINUTE);
  await sentry.reconcile();
  await sentry.pass(15 * MINUTE);
  await sentry.reconcile();
  expect(sentry.groups.keysIn('sg-1')).toEqual([ruleKey(https)]);
});

test('a rule that a trusted actor removes meanwhile is forgotten as ever', async () => {
  const sentry = disabledFor(HOUR, [lockedRestoring]);
  sentry.groups.close('sg-1', 'sgr-https');
  await sentry.respond(by(deployer, removed({ id: 'sgr-https' })));
  expect(sentry.ledger.entryOf('sg-1', https)).toBeUndefined();
});

test('a group that is adopted meanwhile has its violations answered when it ends, where the user wants them answered', async () => {
  const sentry = SentryInMemory.newTo([forbidSsh], ssh, https);
  sentry.configuration = { ...sentry.configuration, existingViolations: 'RESPOND' };
  disable(sentry, HOUR);
  await sentry.reconcile();
  expect(sentry.groups.keysIn('sg-1')).toEqual([...BOTH].reverse());
  expect(sentry.ledger.grantsOf('sg-1', ssh)).toEqual([]);
  await sentry.pass(HOUR);
  await sentry.reconcile();
  await sentry.pass(15 * MINUTE);
  await sentry.reconcile();
  expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-https']);
});

test('no one is asked by a disabled policy, and what people deny meanwhile can be retried when it ends', async () => {
  const sentry = SentryInMemory.watching([ifDenied], https);
  await openSsh(sentry);
  disable(sentry, HOUR);
  expect(await sentry.decide('denied')).toMatchObject({
    outcome: 'failed',
    text: expect.stringMatching(
      /^It was denied, but nothing is reverted: the policy policy-0 is disabled until .+ UTC\. Retry it then\.$/,
    ),
  });
  expect(sentry.groups.keysIn('sg-1')).toEqual(BOTH);
  await sentry.pass(HOUR);
  expect(await sentry.decide('denied', { attempt: 2 })).toMatchObject({
    outcome: 'carried-out',
    text: 'It was denied. The rule was revoked.',
  });
  expect(sentry.asked).toHaveLength(1);
});

test('what people deny is reverted, whatever other policy that asks them is disabled', async () => {
  const ifRdpDenied: Policy = {
    ...ifDenied,
    baseline: {
      kind: 'forbid',
      patterns: [
        {
          name: 'RDP',
          traffic: [{ kind: 'protocol', protocol: 'tcp', fromPort: 3389, toPort: 3389 }],
        },
      ],
    },
  };
  const sentry = SentryInMemory.watching([ifRdpDenied], https);
  disable(sentry, HOUR);
  const { policies } = sentry.configuration;
  sentry.configuration = { ...sentry.configuration, policies: [...policies, ifDenied] };
  await openSsh(sentry);
  expect(await sentry.decide('denied')).toMatchObject({
    outcome: 'carried-out',
    text: 'It was denied. The rule was revoked.',
  });
});

test('a strict policy beside it is answered all the same', async () => {
  const sentry = SentryInMemory.watching([lockedRestoring], https);
  disable(sentry, HOUR);
  const { policies } = sentry.configuration;
  sentry.configuration = { ...sentry.configuration, policies: [...policies, forbidSsh] };
  await openSsh(sentry);
  expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-https']);
});

test.each([
  ['longer than an operator may order', 8 * DAY, 0],
  ['not begun', HOUR, HOUR],
])('an order in the parameter that is %s is not obeyed', async (_, milliseconds, after) => {
  const sentry = SentryInMemory.watching([forbidSsh], https);
  disable(sentry, milliseconds, new Date(sentry.groups.now().getTime() + after));
  await openSsh(sentry);
  expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-https']);
});

test('each run of reconcile reminds of it, and one tells that it is over', async () => {
  const sentry = disabledFor(90 * MINUTE, [forbidSsh]);
  for (const _ of [1, 2, 3, 4]) {
    await sentry.survey();
    await sentry.pass(HOUR);
  }
  expect(sentry.reconciled.map(reconcileSubject)).toEqual([
    expect.stringMatching(/^\[HIGH\] the policy policy-0 is disabled until .+Z$/),
    expect.stringMatching(/^\[HIGH\] the policy policy-0 is disabled until .+Z$/),
    '[MEDIUM] the policy policy-0 is in force again',
  ]);
  const [reminder, , end] = sentry.reconciled;
  expect(reconcileText(reminder!, 'App/Sentry', 10)).toMatch(
    /The policy policy-0 is disabled until .+Z by olga, because: incident 7\. What violates it is reported, and left until then\./,
  );
  expect(reconcileText(end!, 'App/Sentry', 10)).toMatch(
    /The policy policy-0, which olga had disabled since .+Z, is in force again since .+Z\. What still violates it is answered by the next runs of reconcile\./,
  );
  expect(sentry.reconciled.map(reconcileSeverity)).toEqual(['high', 'high', 'medium']);
});
