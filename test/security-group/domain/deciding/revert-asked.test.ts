import type { Change } from '../../../../src/security-group/domain/changes/change';
import type { Disabling, Policy } from '../../../../src/security-group/domain/policies/policy';
import { type Rule, ruleKey } from '../../../../src/security-group/domain/rules/rule';
import { Faults } from '../../in-memory/faults';
import { SentryInMemory } from '../../in-memory/sentry-in-memory';
import {
  added,
  asking,
  by,
  changeOf,
  deployer,
  described,
  forbidSsh,
  locked,
  lockedRestoring,
  modified,
  removed,
} from '../../samples/changes';
import { rule } from '../../samples/rules';

const MINUTE = 60_000;
const SOON = new Date('2026-01-01T01:00:00Z');
const BEFORE = new Date('2025-12-01T00:00:00Z');
const standFirst = { ...asking(lockedRestoring, 'revertIfDenied'), name: 'no-additions' };
const noSsh = { ...asking(forbidSsh, 'revertIfDenied'), name: 'no-ssh' };
const ssh = rule({ id: 'sgr-ssh' });
const http = rule({ id: 'sgr-http', fromPort: 80, toPort: 80 });
const https = rule({ id: 'sgr-https', fromPort: 443, toPort: 443 });
const narrow = rule({ id: 'sgr-1', ipRange: '10.0.0.0/8' });
const wide = rule({ id: 'sgr-1' });

/** It stands, and people have been asked about it. */
async function askedAbout(
  standing: readonly Rule[],
  change: Change,
  { policies = [standFirst], accepted = [] }: Given = {},
): Promise<SentryInMemory> {
  const sentry = SentryInMemory.watching(policies, ...accepted);
  sentry.groups.put('sg-1', () => standing);
  await sentry.respond(change);
  return sentry;
}

interface Given {
  readonly policies?: readonly Policy[];
  readonly accepted?: readonly Rule[];
}

const ofAdded = async (...rules: Rule[]) => askedAbout(rules, added(...rules));

function operatorAccepts(sentry: SentryInMemory, one: Rule): void {
  const since = sentry.groups.now();
  sentry.ledger.grant('sg-1', one, { cause: 'operator', by: 'olga', since, reason: 'needed' });
}

test('while the sentry only observes, nothing is reverted, and it is said when to retry', async () => {
  const sentry = await ofAdded(ssh);
  sentry.configuration = { ...sentry.configuration, mode: 'OBSERVE' };
  expect(await sentry.decide('denied')).toMatchObject({
    outcome: 'failed',
    text: 'It was denied, but nothing is reverted: the sentry observes only, or is paused. Retry it when it acts again.',
  });
  expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-ssh']);
});

describe('while a policy is disabled', () => {
  const disabling: Disabling = {
    policy: 'no-additions',
    since: new Date('2026-01-01T00:00:00Z'),
    until: SOON,
    reason: 'migration',
    by: 'olga',
  };
  const disabled = (policy: Policy): Policy => ({ ...policy, disabling });

  async function denied(asked: Rule, ...policies: Policy[]) {
    const sentry = await ofAdded(asked);
    sentry.configuration = { ...sentry.configuration, policies };
    const { text } = await sentry.decide('denied');
    return { text, standing: sentry.groups.ruleIds('sg-1') };
  }

  test('what people were asked about because of it is left', async () => {
    const { text, standing } = await denied(https, disabled(standFirst), noSsh);
    expect(text).toMatch(/^It was denied, but nothing is reverted: the policy no-additions is/);
    expect(standing).toEqual(['sgr-https']);
  });

  test.each<[string, readonly Policy[]]>([
    ['another asks the same of it', [disabled(standFirst), noSsh]],
    [
      'the policy that is disabled asks in another way',
      [{ ...disabled(asking(lockedRestoring, 'revertUntilApproved')), name: 'other' }, noSsh],
    ],
  ])('it is reverted where %s', async (_, policies) => {
    expect(await denied(ssh, ...policies)).toEqual({
      text: 'It was denied. The rule was revoked.',
      standing: [],
    });
  });

  test('what it asked about stays also where it speaks against one of several rules only', async () => {
    const sentry = await ofAdded(https, ssh);
    sentry.configuration = { ...sentry.configuration, policies: [disabled(noSsh)] };
    expect(await sentry.decide('denied')).toMatchObject({ outcome: 'failed' });
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-https', 'sgr-ssh']);
  });

  test('what it asked about stays also where it speaks for what a prefix list opens', async () => {
    const viaList = rule({ id: 'sgr-list', prefixListId: 'pl-1' });
    const sentry = SentryInMemory.watching([noSsh]);
    sentry.groups.lists.set('pl-1', { id: 'pl-1', isAwsManaged: false, cidrs: ['0.0.0.0/0'] });
    sentry.groups.put('sg-1', () => [viaList]);
    await sentry.respond(added(viaList));
    sentry.configuration = { ...sentry.configuration, policies: [disabled(noSsh)] };
    expect(await sentry.decide('denied')).toMatchObject({ outcome: 'failed' });
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-list']);
  });

  test.each<[string, Rule, Policy]>([
    ['asks in another way', ssh, disabled(asking(lockedRestoring, 'revertUntilApproved'))],
    ['says nothing against it', https, disabled(noSsh)],
  ])('nothing waits for the only policy that is left where it %s', async (_, asked, policy) => {
    const { text } = await denied(asked, policy);
    expect(text).toMatch(/^It was denied\. The rule stays: .+ no policy speaks against it\.$/);
  });

  test('it is reverted where the one that is disabled says nothing against it', async () => {
    const { standing } = await denied(https, standFirst, disabled(noSsh));
    expect(standing).toEqual([]);
  });
});

describe('of several rules', () => {
  test('those that cannot be put back are counted', async () => {
    const sentry = await askedAbout([], removed({ id: 'sgr-ssh' }, { id: 'sgr-1' }), {
      policies: [standFirst, forbidSsh],
      accepted: [ssh, rule({ id: 'sgr-1', ipRange: '0.0.0.0/1' })],
    });
    expect(await sentry.decide('denied')).toMatchObject({
      outcome: 'failed',
      text: expect.stringMatching(
        /^It was denied, but 2 rules cannot be put back: it violates a baseline itself: /,
      ),
    });
  });

  test('each is said to be what it is: kept, reverted, or gone before', async () => {
    const kept = await ofAdded(ssh, https);
    operatorAccepts(kept, https);
    expect((await kept.decide('denied')).text).toBe(
      'It was denied. 1 rule was revoked, 1 rule stays: another grant speaks for it, or no policy speaks against it.',
    );
    const gone = await ofAdded(ssh, https);
    gone.groups.close('sg-1', 'sgr-https');
    expect((await gone.decide('denied')).text).toBe(
      'It was denied. 1 rule was revoked, 1 rule was gone already.',
    );
    const all = await ofAdded(ssh, http, https);
    operatorAccepts(all, https);
    all.groups.close('sg-1', 'sgr-http');
    expect((await all.decide('denied')).text).toMatch(
      /^It was denied\. (?=.*1 rule was revoked)(?=.*1 rule was gone already)(?=.*1 rule stays: )/,
    );
  });

  test('one that should be put back, and whose group is gone, makes it a conflict', async () => {
    const change = changeOf({ present: [ssh], absent: [{ id: 'sgr-https' }] });
    const sentry = await askedAbout([ssh], change, { accepted: [https] });
    sentry.groups.all.delete('sg-1');
    expect(await sentry.decide('denied')).toMatchObject({ outcome: 'conflicting' });
  });
});

test('a modified rule whose earlier values may not be given back is said to be revoked', async () => {
  const sentry = SentryInMemory.watching([standFirst], https);
  const since = new Date('2025-12-31T23:00:00Z');
  sentry.ledger.grant('sg-1', narrow, { cause: 'trusted-actor', by: 'x', since, eventId: 'e-0' });
  sentry.groups.put('sg-1', () => [https, wide]);
  await sentry.respond(modified('sgr-1'));
  expect(sentry.asked[0]!.rules).toMatchObject([{ change: 'modified', before: { id: 'sgr-1' } }]);
  expect((await sentry.decide('denied')).text).toBe('It was denied. The rule was revoked.');
  expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-https']);
});

test('a modified rule whose earlier values no one knows is said to be revoked', async () => {
  const sentry = await askedAbout([https, wide], modified('sgr-1'), { accepted: [https] });
  expect(sentry.asked[0]!.rules[0]!.before).toBeUndefined();
  expect((await sentry.decide('denied')).text).toBe('It was denied. The rule was revoked.');
});

test('a rule that was adopted before someone added it again stays; one adopted then does not', async () => {
  const adoptedAt = async (since: Date) => {
    const sentry = await ofAdded(ssh);
    sentry.ledger.grant('sg-1', ssh, { cause: 'adopted', by: 'App/Sentry', since });
    return (await sentry.decide('denied')).text;
  };
  expect(await adoptedAt(BEFORE)).toMatch(/^It was denied\. The rule stays: /);
  expect(await adoptedAt(added(ssh).time)).toBe('It was denied. The rule was revoked.');
});

test('a rule that the ledger has forgotten is revoked all the same', async () => {
  const sentry = await ofAdded(ssh);
  sentry.ledger.forget('sg-1', ssh);
  expect((await sentry.decide('denied')).text).toBe('It was denied. The rule was revoked.');
});

describe('a new description', () => {
  const office = { ...https, description: 'office' };
  const mine = { ...https, description: 'mine' };

  const ofDescribed = async () =>
    askedAbout([ssh, mine], described({ rule: mine }), { accepted: [ssh, office] });

  test('stays where no policy speaks against it any more', async () => {
    const sentry = await ofDescribed();
    sentry.configuration = { ...sentry.configuration, policies: [] };
    expect((await sentry.decide('denied')).text).toBe(
      'It was denied. The rule keeps its new description: no policy speaks against it any more.',
    );
  });

  test('that a trusted actor has replaced since is not taken away with the one that was denied', async () => {
    const sentry = await ofDescribed();
    const ours = { ...https, description: 'ours' };
    sentry.groups.put('sg-1', () => [ssh, ours]);
    const change = { ...by(deployer, described({ rule: ours })), eventId: 'event-2' };
    await sentry.respond(change);
    await sentry.decide('denied');
    expect(sentry.groups.rulesIn('sg-1')).toEqual([ssh, ours]);
    expect(sentry.ledger.entryOf('sg-1', https)!.rule.description).toBe('ours');
  });

  test('is no ground to take the rule away, though nothing speaks for it any more', async () => {
    const sentry = await ofDescribed();
    sentry.ledger.forget('sg-1', https);
    await sentry.decide('denied');
    expect(sentry.groups.rulesIn('sg-1')).toEqual([ssh, mine]);
  });
});

test('what an operator has accepted, and someone has closed since, is not put back by a denial', async () => {
  const sentry = await ofAdded(ssh, https);
  operatorAccepts(sentry, ssh);
  sentry.groups.close('sg-1', 'sgr-ssh');
  await sentry.decide('denied');
  expect(sentry.groups.ruleIds('sg-1')).toEqual([]);
});

test('a removed rule that someone has put back by then keeps the description that it has', async () => {
  const office = { ...https, description: 'office' };
  const sentry = await askedAbout([], removed({ id: 'sgr-https' }), { accepted: [office] });
  const again = { ...https, id: 'sgr-again', description: 'mine' };
  sentry.groups.put('sg-1', () => [again]);
  await sentry.decide('denied');
  expect(sentry.groups.rulesIn('sg-1')).toEqual([again]);
});

describe('while it is reverted', () => {
  /** Something happens right before the last look, which tells how each rule is by now. */
  async function denied(
    ask: () => Promise<SentryInMemory>,
    happen: (sentry: SentryInMemory) => void,
  ): Promise<string> {
    const smooth = await ask();
    await smooth.decide('denied');
    const sentry = await ask();
    sentry.groups.beforeLook.set(smooth.groups.looks, () => happen(sentry));
    return (await sentry.decide('denied')).text;
  }

  test('what someone opens again at once was revoked all the same', async () => {
    const text = await denied(
      async () => ofAdded(ssh),
      ({ groups }) => void groups.open('sg-1', ssh),
    );
    expect(text).toBe('It was denied. The rule was revoked.');
  });

  test('what another grant speaks for, and someone else closes, was gone already', async () => {
    const text = await denied(
      async () => {
        const sentry = await ofAdded(ssh, https);
        operatorAccepts(sentry, ssh);
        operatorAccepts(sentry, https);
        return sentry;
      },
      ({ groups }) => groups.close('sg-1', 'sgr-ssh'),
    );
    expect(text).toMatch(/^It was denied\. 1 rule was gone already, 1 rule stays: /);
  });

  test('what an earlier try has revoked was revoked, though the next one finds it gone', async () => {
    const sentry = await ofAdded(ssh, https);
    operatorAccepts(sentry, https);
    sentry.faults = new Faults(new Map(), { method: 'concluded', number: 1, fault: 'crashes' });
    await expect(sentry.decide('denied')).rejects.toThrow();
    sentry.faults = new Faults();
    await sentry.pass(2 * MINUTE);
    expect((await sentry.decide('denied', { tries: 2 })).text).toMatch(
      /^It was denied\. 1 rule was revoked, 1 rule stays: /,
    );
  });
});

describe('the message of it', () => {
  test('has the words of the one who denied, with one full stop', async () => {
    const sentry = await ofAdded(ssh);
    await sentry.decide('denied', { by: ['U1', 'U2'], denialReason: 'No ticket.' });
    expect(sentry.announcer.told.at(-1)!.notices).toEqual([
      { severity: 'low', text: 'Denied by U1, U2: No ticket.' },
    ]);
  });

  test('has no notice where no one gave a reason', async () => {
    const sentry = await ofAdded(ssh);
    await sentry.decide('denied');
    expect(sentry.announcer.told.at(-1)!.notices).toEqual([]);
  });

  test('is about the call that people were asked about, and about each rule once', async () => {
    const sentry = await askedAbout([], removed({ id: 'sgr-https' }), { accepted: [https] });
    await sentry.decide('denied');
    expect(sentry.announcer.told.at(-1)).toMatchObject({
      call: { eventId: 'event-1' },
      explainedBy: 'event',
      rules: [{ change: 'removed', outcome: { kind: 'reverted' } }],
    });
  });
});

describe('a request for the same that came while another was open', () => {
  /** Someone has closed the rule, and opened it again, before people have decided. */
  async function askedTwice(meanwhile = 10 * MINUTE): Promise<SentryInMemory> {
    const policies = [asking(locked, 'revertIfDenied')];
    const sentry = SentryInMemory.watching(policies);
    sentry.groups.put('sg-1', () => [ssh]);
    await sentry.respond({ ...added(ssh), time: sentry.groups.now() });
    await sentry.pass(meanwhile);
    sentry.groups.put('sg-1', () => []);
    const closing = { ...removed({ id: 'sgr-ssh' }), eventId: 'event-2' };
    await sentry.respond({ ...closing, time: sentry.groups.now() });
    const again = { ...ssh, id: 'sgr-again' };
    sentry.groups.put('sg-1', () => [again]);
    await sentry.respond({ ...added(again), eventId: 'event-3', time: sentry.groups.now() });
    expect(sentry.asked).toHaveLength(2);
    return sentry;
  }

  const first = ({ asked }: SentryInMemory) => ({ requestId: asked[0]!.requestId });

  test('was joined to it, which is told of it, and ends with it', async () => {
    const sentry = await askedTwice();
    expect(await sentry.decide('not-asked', { reason: 'asked-already' })).toMatchObject({
      outcome: 'carried-out',
      text: expect.stringContaining('is asked under another id'),
    });
    expect(await sentry.decide('denied', first(sentry))).toMatchObject({
      text: 'It was denied. The rule was revoked.',
    });
    expect(sentry.groups.ruleIds('sg-1')).toEqual([]);
    expect(sentry.ledger.entryOf('sg-1', ssh)?.grants ?? []).toEqual([]);
  });

  test('was joined to it also where it came in the same second', async () => {
    const sentry = await askedTwice(0);
    expect(sentry.asked[1]!.call.time).toEqual(sentry.asked[0]!.call.time);
    await sentry.decide('denied', first(sentry));
    expect(sentry.groups.ruleIds('sg-1')).toEqual([]);
  });

  test('was joined to it also where both are about the removal of a rule', async () => {
    const sentry = await askedAbout([], removed({ id: 'sgr-ssh' }), { accepted: [ssh] });
    const again = sentry.groups.open('sg-1', ssh)!;
    const deployment = { ...by(deployer, added(again)), eventId: 'event-2' };
    sentry.history.changes.push(deployment);
    await sentry.respond(deployment);
    sentry.groups.close('sg-1', again.id!);
    await sentry.respond({ ...removed({ id: again.id! }), eventId: 'event-3' });
    expect(sentry.asked).toHaveLength(2);
    await sentry.decide('denied', first(sentry));
    expect(sentry.groups.keysIn('sg-1')).toEqual([ruleKey(ssh)]);
  });

  test('does not take along the one before it, where that still speaks for the rule', async () => {
    const sentry = await askedTwice();
    const [again] = sentry.groups.rulesIn('sg-1');
    const [grant] = sentry.ledger.grantsOf('sg-1', ssh);
    sentry.ledger.grant('sg-1', again!, { ...grant!, ...first(sentry) });
    await sentry.decide('denied');
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-again']);
    expect(sentry.ledger.grantsOf('sg-1', ssh, sentry.groups.now())).toMatchObject([first(sentry)]);
  });

  test.each<[string, (sentry: SentryInMemory) => Promise<unknown>]>([
    [
      'is not known any more',
      async (sentry) => {
        sentry.asker.kept.delete(sentry.asked[1]!.requestId);
        await sentry.decide('denied', first(sentry));
      },
    ],
    [
      'was approved, though that try came to no end',
      async (sentry) => {
        const fault = 'fails';
        sentry.faults = new Faults(new Map(), { method: 'concluded', number: 1, fault });
        await expect(sentry.decide('approved')).rejects.toThrow();
        await sentry.decide('denied', first(sentry));
      },
    ],
    [
      'came after people had decided',
      async (sentry) =>
        sentry.decide('denied', { ...first(sentry), at: sentry.asked[0]!.call.time }),
    ],
    [
      'is at another workflow',
      async (sentry) => {
        const { requestId } = sentry.asked[1]!;
        const kept = sentry.asker.kept.get(requestId)!;
        const asked = { ...kept.asked, workflow: 'other' };
        sentry.asker.kept.set(requestId, { ...kept, asked });
        await sentry.decide('denied', first(sentry));
      },
    ],
    [
      'is about something else',
      async (sentry) => {
        const { requestId } = sentry.asked[1]!;
        const kept = sentry.asker.kept.get(requestId)!;
        const rules = [...kept.asked.rules, { ...kept.asked.rules[0]!, rule: https }];
        sentry.asker.kept.set(requestId, { ...kept, asked: { ...kept.asked, rules } });
        await sentry.decide('denied', first(sentry));
      },
    ],
    [
      'could be put to people, as the first could not',
      async (sentry) => sentry.decide('unaskable', first(sentry)),
    ],
    [
      'waits for an answer of its own since the first was answered late',
      async (sentry) => sentry.decide('denied', { ...first(sentry), attempt: 2, isLate: true }),
    ],
  ])('stays open where it %s', async (_, decide) => {
    const sentry = await askedTwice();
    const { requestId } = sentry.asked[1]!;
    await decide(sentry);
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-again']);
    expect(sentry.ledger.grantsOf('sg-1', ssh, sentry.groups.now())).toMatchObject([{ requestId }]);
  });
});
