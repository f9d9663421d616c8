import type { Change } from '../../../../src/security-group/domain/changes/change';
import type { Policy } from '../../../../src/security-group/domain/policies/policy';
import type { Rule } from '../../../../src/security-group/domain/rules/rule';
import { SentryInMemory } from '../../in-memory/sentry-in-memory';
import {
  added,
  by,
  changeOf,
  deployer,
  forbidSsh,
  locked,
  lockedRestoring,
  modified,
  removed,
} from '../../samples/changes';
import { rule } from '../../samples/rules';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const ssh = rule({ id: 'sgr-ssh' });
const again = { ...ssh, id: 'sgr-again' };
const https = rule({ id: 'sgr-https', fromPort: 443, toPort: 443 });

async function runs(sentry: SentryInMemory, count: number): Promise<void> {
  for (let run = 0; run < count; run += 1) {
    await sentry.reconcile();
    await sentry.pass(HOUR);
  }
}

describe('an accepted rule that a trusted actor takes away, and someone puts there again at once', () => {
  const taking = {
    'by its id': removed({ id: 'sgr-ssh' }),
    'by its values': removed({ rule: { ...ssh, id: undefined } }),
    'by a Modify': changeOf(
      { modifiedIds: ['sgr-ssh'], modifiedTo: [{ ...https, id: 'sgr-ssh' }] },
      { eventName: 'ModifySecurityGroupRules' },
    ),
  };
  const WAYS = Object.keys(taking) as (keyof typeof taking)[];

  function tookAway(sentry: SentryInMemory, way: keyof typeof taking) {
    return by(deployer, { ...taking[way], eventId: 'taking', time: sentry.groups.now() });
  }

  describe.each([
    ['forbid', forbidSsh],
    ['locked', locked],
  ])('under %s', (_, policy) => {
    test.each(WAYS)('%s, does not stay, whichever event comes first', async (way) => {
      for (const isPuttingFirst of [false, true]) {
        const sentry = SentryInMemory.watching([policy], ssh);
        const taken = tookAway(sentry, way);
        sentry.groups.put('sg-1', () => [again]);
        await sentry.pass(2_000);
        const put = { ...added(again), eventId: 'putting', time: sentry.groups.now() };
        for (const event of isPuttingFirst ? [put, taken] : [taken, put]) {
          await sentry.respond(event);
        }
        await runs(sentry, 2);
        expect(sentry.groups.ruleIds('sg-1')).toEqual([]);
      }
    });

    test.each(WAYS)('%s, is waited for: its own event may be on its way', async (way) => {
      const sentry = SentryInMemory.watching([policy], ssh);
      const taken = tookAway(sentry, way);
      sentry.groups.put('sg-1', () => [again]);
      await sentry.respond(taken);
      expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-again']);
    });
  });

  test('stays where a trusted actor put it there', async () => {
    for (const isPuttingFirst of [false, true]) {
      const sentry = SentryInMemory.watching([locked], ssh);
      const taken = tookAway(sentry, 'by its id');
      sentry.groups.put('sg-1', () => [again]);
      await sentry.pass(2_000);
      const put = by(deployer, { ...added(again), eventId: 'put', time: sentry.groups.now() });
      sentry.history.changes.push(taken, put);
      for (const event of isPuttingFirst ? [put, taken] : [taken, put]) await sentry.respond(event);
      await runs(sentry, 3);
      expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-again']);
    }
  });

  test('stays where an operator has accepted it since', async () => {
    const sentry = SentryInMemory.watching([locked], ssh);
    const taken = tookAway(sentry, 'by its id');
    sentry.groups.put('sg-1', () => [again]);
    const since = new Date(sentry.groups.now().getTime() + MINUTE);
    sentry.ledger.grant('sg-1', again, { cause: 'operator', by: 'olga', since });
    await sentry.respond(taken);
    await runs(sentry, 2);
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-again']);
  });

  test('is known by the id that it has by then', async () => {
    const sentry = SentryInMemory.watching([locked], ssh);
    // Someone else has put it there again some time ago: it stays accepted.
    sentry.groups.put('sg-1', () => [again]);
    await runs(sentry, 1);
    sentry.groups.put('sg-1', () => [{ ...ssh, id: 'sgr-third' }]);
    const event = removed({ id: 'sgr-again' });
    await sentry.respond(by(deployer, { ...event, time: sentry.groups.now() }));
    await runs(sentry, 2);
    expect(sentry.groups.ruleIds('sg-1')).toEqual([]);
  });
});

test('a rule that is put there again with other tags gets those back with which it was accepted', async () => {
  const tags = [{ key: 'owner', value: 'web' }];
  const sentry = SentryInMemory.watching([lockedRestoring], { ...https, tags });
  sentry.groups.put('sg-1', () => [
    { ...https, id: 'sgr-again', tags: [{ key: 'owner', value: 'eve' }] },
  ]);
  await runs(sentry, 1);
  expect(sentry.ledger.entryOf('sg-1', https)!.rule).toMatchObject({ id: 'sgr-again', tags });
});

test('a trusted call that gives one rule the values that another had keeps what the group has, however often it comes', async () => {
  const half = rule({ id: 'sgr-half', ipRange: '128.0.0.0/1' });
  const sentry = SentryInMemory.watching([forbidSsh], half, ssh);
  sentry.groups.change('sg-1', 'sgr-ssh', https);
  sentry.groups.change('sg-1', 'sgr-half', ssh);
  const swap = by(deployer, modified('sgr-ssh', 'sgr-half'));
  sentry.history.changes.push(swap);
  await sentry.respond(swap);
  await sentry.respond(swap, 2);
  await runs(sentry, 3);
  expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-half', 'sgr-ssh']);
  expect(sentry.groups.acts).toEqual([]);
});

test('an event that claims that a trusted actor took away what never went changes nothing', async () => {
  const sentry = SentryInMemory.watching([forbidSsh, locked], ssh);
  await sentry.respond(by(deployer, removed({ id: 'sgr-ssh' })));
  await runs(sentry, 3);
  expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-ssh']);
});

describe('a rule that a trusted actor modifies, and someone gives its earlier values again at once', () => {
  const opened = { ...ssh, id: 'sgr-1' };
  const narrowed = { ...https, id: 'sgr-1' };

  function modification(sentry: SentryInMemory, to: Rule, eventId: string): Change {
    const rules = { modifiedIds: ['sgr-1'], modifiedTo: [to] };
    const eventName = 'ModifySecurityGroupRules';
    return changeOf(rules, { eventName, eventId, time: sentry.groups.now() });
  }

  /** The rule has its earlier values by now, and no event was handled yet. */
  async function givenBack(policies: readonly Policy[]) {
    const sentry = SentryInMemory.watching(policies, opened);
    const narrowing = by(deployer, modification(sentry, narrowed, 'narrowing'));
    await sentry.pass(2_000);
    const opening = modification(sentry, opened, 'opening');
    return { sentry, narrowing, opening };
  }

  test.each([
    ['forbid', forbidSsh],
    ['locked', locked],
  ])('does not stay open, as the event history confirms who did what: %s', async (_, policy) => {
    for (const isOpeningFirst of [false, true]) {
      const { sentry, narrowing, opening } = await givenBack([policy]);
      sentry.history.changes.push(narrowing, opening);
      const events = isOpeningFirst ? [opening, narrowing] : [narrowing, opening];
      for (const event of events) await sentry.respond(event);
      await runs(sentry, 3);
      expect(sentry.groups.ruleIds('sg-1')).toEqual([]);
    }
  });

  test('keeps what speaks for it where the history has nothing of the kind', async () => {
    const { sentry, narrowing } = await givenBack([forbidSsh, locked]);
    await sentry.respond(narrowing);
    await runs(sentry, 30);
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-1']);
    expect(sentry.ledger.entryOf('sg-1', opened)!.replacedBy).toBeUndefined();
  });

  test('keeps what speaks for it where a trusted actor gave it these values', async () => {
    const { sentry, narrowing, opening } = await givenBack([locked]);
    const trusted = by(deployer, opening);
    sentry.history.changes.push(narrowing, trusted);
    for (const event of [trusted, narrowing]) await sentry.respond(event);
    await runs(sentry, 3);
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-1']);
  });
});
