import type { Place } from '../../../src/organization/domain/place';
import type { Grant } from '../../../src/security-group/domain/ledger/ledger';
import {
  carryOut,
  isQuestion,
  type OperatorAnswer,
  type OperatorRequest,
} from '../../../src/security-group/domain/operator';
import { OperatorError } from '../../../src/security-group/domain/operator-error';
import type { InPlace, OrderablePlaces } from '../../../src/security-group/domain/ordered-place';
import type { Disabling } from '../../../src/security-group/domain/policies/policy';
import type {
  Pause,
  SentryConfiguration,
} from '../../../src/security-group/domain/policies/sentry-configuration';
import { type Rule, ruleKey } from '../../../src/security-group/domain/rules/rule';
import {
  type LastSigns,
  type SignOfLife,
  SIGNS_WITHOUT_HEARTBEAT,
} from '../../../src/security-group/domain/signs-of-life';
import { LIST, OLD_SHOP, SANDBOX } from '../../organization/samples/accounts';
import { PLACE, SentryInMemory } from '../in-memory/sentry-in-memory';
import { configurationOf, forbidSsh, locked } from '../samples/changes';
import { rule } from '../samples/rules';

const HUB_PLACES: OrderablePlaces = {
  own: PLACE,
  members: {
    selection: { kind: 'organization', units: [], excluding: [OLD_SHOP.id] },
    list: LIST,
    regions: ['eu-west-1', 'us-east-1'],
  },
};
const NOW = new Date('2026-01-01T00:00:10Z');
const SOON = new Date('2026-01-01T08:00:00Z');
const BEFORE = new Date('2025-12-31T00:00:00Z');
const order = { by: 'olga', reason: 'migration' };
const ssh = rule({ id: 'sgr-1' });
const https = rule({ id: 'sgr-2', fromPort: 443, toPort: 443 });

type OrderOf<Action extends OperatorRequest['action']> = Extract<
  OperatorRequest,
  { action: Action }
>;

let sentry: SentryInMemory;
let pause: Pause | undefined;
let lastSigns: LastSigns;
let expectedSigns: readonly SignOfLife[] | undefined;
let places: OrderablePlaces;
let reached: Place[];
let disablings: readonly Disabling[] | undefined;
/** In a member, as it holds there. */
let configurationThere: SentryConfiguration | undefined;

beforeEach(() => {
  sentry = SentryInMemory.watching([locked], https);
  sentry.groups.put('sg-1', () => [https, ssh]);
  pause = undefined;
  lastSigns = {};
  expectedSigns = undefined;
  places = { own: PLACE };
  reached = [];
  disablings = undefined;
  configurationThere = undefined;
});

/** Someone else writes first, so many times. */
function othersWriteFirst(times: number): void {
  for (let number = 1; number <= times; number += 1) {
    sentry.ledger.beforeWrite.set(number, () => {
      sentry.ledger.note('sg-1', ssh, { revision: 10 + number });
      sentry.ledger.note('sg-1', https, { revision: 10 + number });
    });
  }
}

describe('accepting a rule', () => {
  const accept: OrderOf<'accept'> = {
    action: 'accept',
    groupId: 'sg-1',
    ruleId: 'sgr-1',
    ...order,
  };

  test('lets it stand for good', async () => {
    expect(await carriedOut(accept)).toEqual({
      done: 'The rule sgr-1 of sg-1, tcp 22 from 0.0.0.0/0, is accepted for good.',
    });
    expect(grantsOf(ssh)).toEqual([
      { cause: 'operator', by: 'olga', reason: 'migration', since: NOW },
    ]);
  });

  test('lets it stand until a time, and not longer', async () => {
    expect(await carriedOut({ ...accept, until: SOON })).toEqual({
      done: 'The rule sgr-1 of sg-1, tcp 22 from 0.0.0.0/0, is accepted until 2026-01-01T08:00:00.000Z.',
    });
    expect(grantsOf(ssh)).toEqual([
      { cause: 'operator', by: 'olga', reason: 'migration', since: NOW, until: SOON },
    ]);
    expect(grantsOf(ssh, SOON)).toEqual([]);
  });

  test('leaves grants that live beside it, and drops those that are over', async () => {
    const trusted: Grant = {
      cause: 'trusted-actor',
      by: 'deploy',
      since: BEFORE,
      eventId: 'event-0',
    };
    sentry.ledger.grant('sg-1', ssh, trusted);
    sentry.ledger.grant('sg-1', ssh, { cause: 'operator', by: 'otto', since: BEFORE, until: NOW });
    await carriedOut(accept);
    expect(sentry.ledger.entryOf('sg-1', ssh)?.grants).toEqual([
      trusted,
      expect.objectContaining({ by: 'olga' }),
    ]);
  });

  test('ends what was waiting to be answered about it, and is of no version of a list', async () => {
    sentry.ledger.note('sg-1', ssh, { unexplainedSince: BEFORE, toldAt: BEFORE });
    await carriedOut(accept);
    expect(sentry.ledger.entryOf('sg-1', ssh)).toEqual({
      rule: ssh,
      grants: [expect.objectContaining({ cause: 'operator' })],
      revision: 2,
    });
    expect(sentry.ledger.entryOf('sg-1', ssh)).not.toHaveProperty('prefixListVersion');
  });

  test('means the prefix list as it is now', async () => {
    const byList = rule({ id: 'sgr-3', prefixListId: 'pl-1' });
    sentry.groups.put('sg-1', (rules) => [...rules, byList]);
    sentry.groups.lists.set('pl-1', {
      id: 'pl-1',
      isAwsManaged: false,
      version: 7,
      cidrs: ['10.0.0.0/8'],
    });
    await carriedOut({ ...accept, ruleId: 'sgr-3' });
    expect(sentry.ledger.entryOf('sg-1', byList)?.prefixListVersion).toBe(7);
  });

  test('is refused while the prefix list cannot be read, as a grant is of its version', async () => {
    const byList = rule({ id: 'sgr-3', prefixListId: 'pl-1' });
    sentry.groups.put('sg-1', () => [byList]);
    sentry.groups.lists.set('pl-1', {
      id: 'pl-1',
      isAwsManaged: false,
      cidrs: [],
      doubt: { kind: 'not-described', reason: 'RequestLimitExceeded' },
    });
    await expect(carriedOut({ ...accept, ruleId: 'sgr-3' })).rejects.toThrow(
      /^sgr-3 cannot be accepted now, as the prefix list pl-1 cannot be read: RequestLimitExceeded\. Try again later\.$/,
    );
  });

  test('is done again where someone else has written in between', async () => {
    othersWriteFirst(1);
    await carriedOut(accept);
    expect(grantsOf(ssh)).toMatchObject([{ cause: 'operator' }]);
  });

  test('has the sentry leave it alone from then on', async () => {
    await carriedOut({ ...accept, until: SOON });
    await sentry.pass(60 * 60_000);
    await sentry.reconcile();
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-2', 'sgr-1']);
  });

  test.each<[string, Partial<OrderOf<'accept'>>, RegExp]>([
    [
      'until a time that is past',
      { until: NOW },
      /"until" is 2026-01-01T00:00:10\.000Z, which is past: give a time to come, or none to accept the rule for good/,
    ],
    [
      'that does not stand there',
      { ruleId: 'sgr-9' },
      /^sg-1 has no rule sgr-9: only a rule that stands there can be accepted\. Give the id that DescribeSecurityGroupRules shows\.$/,
    ],
    [
      'of a group that is not watched',
      { groupId: 'sg-2' },
      /^sg-2 is not in the sentry's ledger: give the id of a monitored group that reconcile has adopted\.$/,
    ],
  ])('is refused for one %s', async (_, values, message) => {
    await refused({ ...accept, ...values }, message);
    expect(sentry.ledger.writes).toBe(0);
  });
});

describe('withdrawing the grants of a rule', () => {
  const withdraw: OrderOf<'withdraw'> = {
    action: 'withdraw',
    groupId: 'sg-1',
    ruleId: 'sgr-2',
    ...order,
  };

  test('leaves none, and has the group judged', async () => {
    sentry.ledger.grant('sg-1', https, { cause: 'operator', by: 'otto', since: BEFORE });
    expect(await carriedOut(withdraw)).toEqual({
      done: '2 grants for the rule sgr-2 of sg-1 are withdrawn, and the group is judged.',
    });
    expect(grantsOf(https)).toEqual([]);
    expect(sentry.pointedTo).toEqual(['sg-1']);
  });

  test('keeps the rule in mind as one that waits for no event', async () => {
    sentry.ledger.note('sg-1', ssh, {});
    await carriedOut(withdraw);
    expect(sentry.ledger.entryOf('sg-1', https)).toEqual({
      rule: https,
      grants: [],
      revision: 2,
      unexplainedSince: new Date(0),
    });
    expect(sentry.ledger.entryOf('sg-1', ssh)?.unexplainedSince).toBeUndefined();
  });

  test('is done again where someone else has written in between', async () => {
    othersWriteFirst(1);
    await carriedOut(withdraw);
    expect(grantsOf(https)).toEqual([]);
  });

  test('has the sentry answer the rule at once, whatever it told before', async () => {
    sentry.groups.put('sg-1', () => [https]);
    sentry.ledger.grant(
      'sg-1',
      https,
      { cause: 'operator', by: 'otto', since: BEFORE },
      { toldAt: BEFORE },
    );
    await carriedOut(withdraw);
    expect(sentry.ledger.entryOf('sg-1', https)?.toldAt).toBeUndefined();
    await sentry.respondToDifferences('sg-1');
    expect(sentry.announcer.outcomes()).toEqual(['added sgr-2 reverted']);
  });

  test.each<[string, Partial<OrderOf<'withdraw'>>, RegExp]>([
    [
      'for which nothing speaks',
      { ruleId: 'sgr-1' },
      /^No grant speaks for the rule sgr-1 of sg-1: ask for the list to see which rules have one\.$/,
    ],
    ['of a group that is not watched', { groupId: 'sg-2' }, /sg-2 is not in the sentry's ledger/],
  ])('is refused for one %s', async (_, values, message) => {
    await refused({ ...withdraw, ...values }, message);
    expect(sentry.pointedTo).toEqual([]);
  });

  test('is refused where all grants are over', async () => {
    sentry.ledger.grant('sg-1', ssh, { cause: 'operator', by: 'otto', since: BEFORE, until: NOW });
    await refused({ ...withdraw, ruleId: 'sgr-1' }, /No grant speaks for/);
  });
});

describe('releasing a group', () => {
  const release: OrderOf<'release'> = { action: 'release', groupId: 'sg-1', ...order };
  const byTag = configurationOf([locked], {
    monitoredGroups: { include: [{ kind: 'tag', key: 'watched', value: 'yes' }], exclude: [] },
  });

  test('ends the watch over one that is not chosen any more', async () => {
    expect(await carriedOut(release, byTag)).toEqual({ done: 'sg-1 is not watched any more.' });
    expect(sentry.recordOf('sg-1')).toMatchObject({ releasedAt: NOW, releasedFor: 'not-chosen' });
  });

  test('is done again where someone else has written the record in between', async () => {
    let isFirst = true;
    sentry.ledger.beforeRecord = () => {
      if (isFirst) sentry.ledger.adopt('sg-1', [], { name: 'renamed', revision: 3 });
      isFirst = false;
    };
    await carriedOut(release, byTag);
    expect(sentry.recordOf('sg-1')).toMatchObject({ name: 'renamed', releasedAt: NOW });
  });

  test('ends the watch over one that is gone', async () => {
    sentry.groups.all.delete('sg-1');
    await carriedOut(release);
    expect(sentry.recordOf('sg-1')?.releasedAt).toEqual(NOW);
  });

  test('is refused for one that would be adopted again', async () => {
    await refused(
      release,
      /sg-1 is still chosen by the sentry's "monitoredGroups", so it would be adopted again: change its tags, or the app, first/,
    );
    expect(sentry.recordOf('sg-1')?.releasedAt).toBeUndefined();
  });

  test('is refused for one that is released already', async () => {
    await carriedOut(release, byTag);
    await refused(release, /sg-1 is not in the sentry's ledger/, byTag);
  });
});

describe('releasing a policy of a group', () => {
  const WEB = { key: 'tier', value: 'web' };
  const byTag = { include: [{ kind: 'tag' as const, ...WEB }], exclude: [] };
  const policies = [
    { ...locked, name: 'no-additions' },
    { ...forbidSsh, name: 'web-tier', appliesTo: byTag },
    { ...locked, name: 'web-locked', appliesTo: byTag },
  ];
  const configuration = configurationOf(policies);
  const release: OrderOf<'releasePolicy'> = {
    action: 'releasePolicy',
    groupId: 'sg-1',
    policy: 'web-tier',
    ...order,
  };

  /** Someone has taken the tag off since. */
  function taggedBefore(): void {
    sentry.ledger.adopt('sg-1', [https], { tags: { had: [WEB], lacked: [] } });
  }

  test('has its tags count as they are: what holds by earlier ones is listed, and ends', async () => {
    taggedBefore();
    const list: OperatorRequest = { action: 'list', groupId: 'sg-1' };
    expect((await carriedOut(list, configuration)).holding).toEqual([
      { policy: 'no-additions' },
      { policy: 'web-tier', byEarlierTags: true },
      { policy: 'web-locked', byEarlierTags: true },
    ]);
    expect(await carriedOut(release, configuration)).toEqual({
      done: 'sg-1 is without web-tier, web-locked from now on, as its tags say. What still holds for it: no-additions.',
    });
    expect((await carriedOut(list, configuration)).holding).toEqual([{ policy: 'no-additions' }]);
  });

  test('leaves what holds by earlier tags of other keys', async () => {
    const owned = { key: 'owner', value: 'web' };
    const byOwner = { include: [{ kind: 'tag' as const, ...owned }], exclude: [] };
    sentry.ledger.adopt('sg-1', [https], { tags: { had: [WEB, owned], lacked: [] } });
    const { done } = await carriedOut(
      release,
      configurationOf([...policies.slice(1), { ...locked, name: 'owned', appliesTo: byOwner }]),
    );
    expect(done).toBe(
      'sg-1 is without web-tier, web-locked from now on, as its tags say. What still holds for it: owned.',
    );
    expect(sentry.recordOf('sg-1')?.tags).toMatchObject({
      had: [owned],
      decided: [{ key: 'tier', at: NOW }],
    });
  });

  test('goes by the policies as they hold in the place of the group', async () => {
    taggedBefore();
    configurationThere = configurationOf(policies.slice(0, 2));
    const list: OperatorRequest = { action: 'list', groupId: 'sg-1' };
    expect((await carriedOut(list, configuration)).holding).toEqual([
      { policy: 'no-additions' },
      { policy: 'web-tier', byEarlierTags: true },
    ]);
    expect((await carriedOut(release, configuration)).done).toContain('without web-tier from now');
  });

  test('is done again where someone else has written the record in between', async () => {
    taggedBefore();
    let isFirst = true;
    sentry.ledger.beforeRecord = () => {
      if (isFirst) sentry.ledger.adopt('sg-1', [], { ...sentry.recordOf('sg-1'), revision: 3 });
      isFirst = false;
    };
    expect((await carriedOut(release, configuration)).done).toContain('sg-1 is without web-tier');
  });

  test('is refused for a group that is gone, of which the list says no policies either', async () => {
    sentry.groups.all.delete('sg-1');
    await refused(release, /^sg-1 does not exist any more: nothing holds for it\.$/, configuration);
    const list: OperatorRequest = { action: 'list', groupId: 'sg-1' };
    expect(await carriedOut(list, configuration)).not.toHaveProperty('holding');
  });

  test('is not about a sentry whose policies are for all groups: the list does not name them', async () => {
    const forAll = configurationOf(policies.slice(0, 1));
    const list: OperatorRequest = { action: 'list', groupId: 'sg-1' };
    expect(await carriedOut(list, forAll)).not.toHaveProperty('holding');
    expect(await carriedOut({ action: 'list' }, configuration)).not.toHaveProperty('holding');
  });

  test('names all that still hold', async () => {
    taggedBefore();
    const more = [{ ...locked, name: 'no-changes' }, ...policies];
    const { done } = await carriedOut(release, configurationOf(more));
    expect(done).toContain('What still holds for it: no-changes, no-additions.');
  });

  test('may be asked of a group that is not adopted yet: the list says what is for it', async () => {
    sentry.groups.create({ id: 'sg-9', tags: [WEB] });
    const { holding } = await carriedOut({ action: 'list', groupId: 'sg-9' }, configuration);
    expect(holding).toEqual(policies.map(({ name }) => ({ policy: name })));
  });

  test('says where no policy is left', async () => {
    taggedBefore();
    const { done } = await carriedOut(release, configurationOf(policies.slice(1)));
    expect(done).toBe(
      'sg-1 is without web-tier, web-locked from now on, as its tags say. No policy is for it any more, so nothing in it is judged.',
    );
  });

  test('is refused for one that holds by its tags or by the app, or not at all', async () => {
    await refused(release, /^The policy web-tier does not hold for sg-1\.$/, configuration);
    await refused(
      { ...release, policy: 'no-additions' },
      /By its tags as they are, or by the app, the policy no-additions is for sg-1: change its tags, or the policy's "appliesTo", first/,
      configuration,
    );
    await refused({ ...release, policy: 'other' }, /No policy is called other/, configuration);
    await refused({ ...release, groupId: 'sg-2' }, /sg-2 is not in the sentry's/, configuration);
  });
});

describe('a pause', () => {
  test('lasts until its time, with who ordered it and why', async () => {
    expect(await carriedOut({ action: 'pause', until: SOON, ...order })).toEqual({
      done: 'The sentry reverts nothing until 2026-01-01T08:00:00.000Z. It goes on judging and reporting.',
    });
    expect(pause).toEqual({ until: SOON, reason: 'migration', by: 'olga' });
  });

  test.each([
    [7 * 24 * 60 * 60_000, true],
    [7 * 24 * 60 * 60_000 + 1, false],
    [1, true],
    [0, false],
    [-1, false],
  ])('of %d ms is ordered: %s', async (milliseconds, isOrdered) => {
    const until = new Date(NOW.getTime() + milliseconds);
    if (!isOrdered) {
      await refused(
        { action: 'pause', until, ...order },
        new RegExp(`"until" is ${until.toISOString()}: give a time to come, within seven days`),
      );
    } else {
      await carriedOut({ action: 'pause', until, ...order });
    }
    expect(pause !== undefined).toBe(isOrdered);
  });

  test('ends early by an order', async () => {
    await carriedOut({ action: 'pause', until: SOON, ...order });
    expect(await carriedOut({ action: 'resume', ...order })).toEqual({
      done: 'The sentry acts again. What was added during the pause is answered by the next runs of reconcile.',
    });
    expect(pause).toBeUndefined();
  });
});

describe('a pause of a part of the accounts', () => {
  const ofShops = { units: ['ou-abcd-11111111'] };
  const pausing: OrderOf<'pause'> = { action: 'pause', until: SOON, ...order };

  beforeEach(() => {
    places = HUB_PLACES;
  });

  test('says where it holds, and is kept with that', async () => {
    const { done } = await carriedOut({ ...pausing, ...ofShops, accounts: [SANDBOX.id] });
    expect(done).toBe(
      `The sentry reverts nothing in account ${SANDBOX.id} and unit ou-abcd-11111111 until 2026-01-01T08:00:00.000Z. It goes on judging and reporting.`,
    );
    expect(pause).toEqual({ until: SOON, ...order, ...ofShops, accounts: [SANDBOX.id] });
  });

  test('takes the place of an earlier one, and says so where they are not for the same', async () => {
    const earlier = (scope: object) =>
      configurationOf([locked], { pause: { until: SOON, ...order, ...scope } });
    expect((await carriedOut({ ...pausing, ...ofShops }, earlier({}))).done).toMatch(
      / The pause of the whole sentry until 2026-01-01T08:00:00\.000Z is over, as there is one at a time\.$/,
    );
    expect((await carriedOut(pausing, earlier(ofShops))).done).toMatch(
      / The pause in unit ou-abcd-11111111 until 2026-01-01T08:00:00\.000Z is over/,
    );
    for (const again of [earlier({}), earlier({ ...ofShops, until: NOW })]) {
      expect((await carriedOut(pausing, again)).done).toMatch(
        /It goes on judging and reporting\.$/,
      );
    }
  });

  test('may be of the own account, though the hub does not list it', async () => {
    places = { own: PLACE, members: { ...HUB_PLACES.members!, list: undefined } };
    await carriedOut({ ...pausing, accounts: [PLACE.accountId] });
    expect(pause).toBeDefined();
  });

  test.each<[string, Partial<OrderOf<'pause'>>, RegExp]>([
    [
      'an account that no one knows',
      { accounts: ['123412341234'] },
      /The hub knows no account 123412341234: give the id of one that it watches\./,
    ],
    [
      'an account that the hub leaves out',
      { accounts: [OLD_SHOP.id] },
      /The hub leaves account 333344445555 out: give one that it watches\./,
    ],
    [
      'a unit without accounts, as it may be misspelt',
      { units: ['ou-abcd-99999999'] },
      /The hub knows no account in the unit ou-abcd-99999999: give the id of a unit or root with accounts in it, or name the accounts\./,
    ],
  ])('is refused for %s', async (_, scope, message) => {
    await refused({ ...pausing, ...scope }, message);
    expect(pause).toBeUndefined();
  });

  test('is refused for a unit, where the accounts were not listed yet', async () => {
    places = { own: PLACE, members: { ...HUB_PLACES.members!, list: undefined } };
    await refused({ ...pausing, ...ofShops }, /^The hub knows no account in the unit/);
  });

  test('is refused without a hub', async () => {
    places = { own: PLACE };
    await refused(
      { ...pausing, accounts: [PLACE.accountId] },
      /The sentry has no hub, so it is paused as a whole: leave "accounts" and "units" out\./,
    );
    expect(pause).toBeUndefined();
  });
});

describe('an order about a group of another account', () => {
  const there = { account: SANDBOX.id, region: 'us-east-1' };
  const accept: OrderOf<'accept'> = {
    action: 'accept',
    groupId: 'sg-1',
    ruleId: 'sgr-1',
    ...order,
  };

  beforeEach(() => {
    places = HUB_PLACES;
  });

  test.each<[OperatorRequest, string]>([
    [
      accept,
      'The rule sgr-1 of sg-1 (account 222233334444, us-east-1), tcp 22 from 0.0.0.0/0, is accepted for good.',
    ],
    [
      { ...accept, action: 'withdraw', ruleId: 'sgr-2' },
      '1 grants for the rule sgr-2 of sg-1 (account 222233334444, us-east-1) are withdrawn, and the group is judged.',
    ],
  ])('is carried out there, and says so: %j', async (request, done) => {
    expect(await carriedOut({ ...request, ...there })).toEqual({
      done,
      place: { accountId: SANDBOX.id, region: 'us-east-1' },
    });
    expect(reached).toEqual([{ accountId: SANDBOX.id, region: 'us-east-1' }]);
  });

  test('is refused with the place named', async () => {
    await refused(
      { ...accept, ...there, groupId: 'sg-2' },
      /^sg-2 \(account 222233334444, us-east-1\) is not in the sentry's ledger/,
    );
    await refused(
      { action: 'release', groupId: 'sg-1', ...order, ...there },
      /^sg-1 \(account 222233334444, us-east-1\) is still chosen/,
    );
  });

  test('takes from its own place what it leaves out', async () => {
    await carriedOut({ action: 'list' });
    await carriedOut({ action: 'list', account: SANDBOX.id });
    await carriedOut({ action: 'check', region: 'us-east-1', account: SANDBOX.id });
    expect(reached).toEqual([
      PLACE,
      { accountId: SANDBOX.id, region: PLACE.region },
      { accountId: SANDBOX.id, region: 'us-east-1' },
    ]);
  });

  test('is one of the own place where it names that, with a hub or without', async () => {
    places = { own: PLACE };
    const here = { account: PLACE.accountId, region: PLACE.region };
    expect(await carriedOut({ ...accept, ...here })).toEqual({
      done: 'The rule sgr-1 of sg-1, tcp 22 from 0.0.0.0/0, is accepted for good.',
    });
  });

  test('may be for any Region, where the hub watches all of them', async () => {
    places = { own: PLACE, members: { ...HUB_PLACES.members!, regions: undefined } };
    await carriedOut({ action: 'list', account: SANDBOX.id, region: 'eu-south-2' });
    expect(reached).toEqual([{ accountId: SANDBOX.id, region: 'eu-south-2' }]);
  });

  test.each<[string, InPlace, OrderablePlaces, RegExp]>([
    [
      'for an account that the hub leaves out',
      { account: OLD_SHOP.id },
      HUB_PLACES,
      /^The hub leaves account 333344445555 out: give one that it watches\.$/,
    ],
    [
      'without a hub',
      there,
      { own: PLACE },
      /The sentry has no hub, so it watches account 111111111111 in eu-west-1 alone: leave "account" and "region" out, or give the order to the sentry of 222233334444 in us-east-1\./,
    ],
    [
      'for another Region without a hub',
      { region: 'us-east-1' },
      { own: PLACE },
      /The sentry has no hub, .+ or give the order to the sentry of 111111111111 in us-east-1\./,
    ],
    [
      'for an account that no one knows',
      { account: '123412341234' },
      HUB_PLACES,
      /The hub knows no account 123412341234/,
    ],
    [
      'for a Region that the hub does not watch',
      { ...there, region: 'eu-south-2' },
      HUB_PLACES,
      /The hub does not watch eu-south-2: it watches eu-west-1, us-east-1\./,
    ],
    [
      'for another Region of its own account, which is no member',
      { region: 'us-east-1' },
      HUB_PLACES,
      /The hub knows no account 111111111111/,
    ],
  ])('is refused %s', async (_, place, known, message) => {
    places = known;
    await refused({ ...accept, ...place }, message);
    expect(reached).toEqual([]);
  });
});

test.each<[OperatorRequest, boolean]>([
  [{ action: 'list' }, true],
  [{ action: 'listPolicies' }, true],
  [{ action: 'check' }, true],
  [{ action: 'resume', ...order }, false],
])('%j changes nothing: %s', (request, changesNothing) => {
  expect(isQuestion(request)).toBe(changesNothing);
});

describe('the list', () => {
  test('names the rules of all groups that something speaks for, in order', async () => {
    sentry.ledger.adopt('sg-0', [ssh]);
    sentry.ledger.grant('sg-1', ssh, { cause: 'operator', by: 'otto', since: BEFORE, until: SOON });
    sentry.ledger.note('sg-1', rule({ id: 'sgr-4', fromPort: 80, toPort: 80 }), {
      unexplainedSince: BEFORE,
    });
    const { done, rules } = await carriedOut({ action: 'list' });
    expect(done).toBeUndefined();
    expect(
      rules?.map((listed) => [
        listed.groupId,
        listed.rule.id,
        listed.grants.map(({ cause }) => cause),
      ]),
    ).toEqual([
      ['sg-0', 'sgr-1', ['adopted']],
      ['sg-1', 'sgr-1', ['operator']],
      ['sg-1', 'sgr-2', ['adopted']],
    ]);
  });

  test('is in the order of the rules within a group, however the ledger has them', async () => {
    const http = rule({ id: 'sgr-5', fromPort: 80, toPort: 80 });
    sentry.ledger.groups.clear();
    sentry.ledger.adopt('sg-2', [https]);
    sentry.ledger.adopt('sg-1', [http, https, ssh]);
    const { rules } = await carriedOut({ action: 'list' });
    const keys = rules?.map((listed) => `${listed.groupId} ${ruleKey(listed.rule)}`);
    expect(keys).toEqual([...(keys ?? [])].sort((one, other) => one.localeCompare(other)));
    expect(rules?.at(-1)).toMatchObject({ groupId: 'sg-2', rule: { id: 'sgr-2' } });
  });

  test('leaves out grants that are over, and groups that are released', async () => {
    sentry.ledger.adopt('sg-0', [ssh], { releasedAt: BEFORE });
    sentry.ledger.grant('sg-1', https, {
      cause: 'operator',
      by: 'otto',
      since: BEFORE,
      until: NOW,
    });
    sentry.ledger.grant('sg-1', ssh, { cause: 'operator', by: 'otto', since: BEFORE, until: NOW });
    const { rules } = await carriedOut({ action: 'list' });
    expect(rules).toEqual([
      { groupId: 'sg-1', rule: https, grants: [expect.objectContaining({ cause: 'adopted' })] },
    ]);
  });

  test('shows which rules policies exclude, why and until when', async () => {
    const until = new Date('2025-12-31T00:00:00Z');
    const ssh1 = { groupId: 'sg-1', rule: ssh, reason: 'Partner VPN' };
    const ssh2 = { groupId: 'sg-2', rule: ssh, reason: 'Drill', until };
    const configuration = configurationOf([
      { ...forbidSsh, name: 'no-ssh', excluding: [ssh1, ssh2] },
    ]);
    const listed = [
      { policy: 'no-ssh', ...ssh1, isOver: false },
      { policy: 'no-ssh', ...ssh2, isOver: true },
    ];
    expect((await carriedOut({ action: 'list' }, configuration)).exclusions).toEqual(listed);
    expect(
      (await carriedOut({ action: 'list', groupId: 'sg-1' }, configuration)).exclusions,
    ).toEqual([listed[0]]);
  });

  test('is of one group where that is asked for', async () => {
    sentry.ledger.adopt('sg-0', [ssh]);
    expect(
      (await carriedOut({ action: 'list', groupId: 'sg-0' })).rules?.map(({ groupId }) => groupId),
    ).toEqual(['sg-0']);
  });
});

describe('whether the sentry is alive, which metrics of others do not say', () => {
  const hoursBefore = (hours: number) => new Date(NOW.getTime() - hours * 60 * 60_000);

  test('it is, with what its ledger saw of it lately', async () => {
    lastSigns = { heartbeat: hoursBefore(2.9), reconcile: hoursBefore(48) };
    expect(await carriedOut({ action: 'check' })).toEqual({
      life: { isAlive: true, last: lastSigns, silences: [] },
    });
  });

  test('it is not, once one of the two was not seen for too long', async () => {
    lastSigns = { heartbeat: hoursBefore(3), reconcile: hoursBefore(1) };
    expect(await carriedOut({ action: 'check' })).toEqual({
      life: {
        isAlive: false,
        last: lastSigns,
        silences: ['No heartbeat came back for 3 hours, since 2025-12-31T21:00:10.000Z.'],
      },
    });
    lastSigns = { heartbeat: NOW, reconcile: hoursBefore(49) };
    expect(await carriedOut({ action: 'check' })).toMatchObject({
      life: {
        isAlive: false,
        silences: [expect.stringMatching(/^No run of reconcile .+ 49 hours/)],
      },
    });
  });

  test('it is, without a heartbeat, where it sends none', async () => {
    expectedSigns = SIGNS_WITHOUT_HEARTBEAT;
    lastSigns = { reconcile: hoursBefore(48) };
    expect(await carriedOut({ action: 'check' })).toMatchObject({
      life: { isAlive: true, silences: [] },
    });
  });

  test('it may be paused, which is told with where and until when', async () => {
    const inForce = { until: SOON, ...order, units: ['ou-abcd-11111111'] };
    const { life } = await carriedOut(
      { action: 'check' },
      configurationOf([locked], { pause: inForce }),
    );
    expect(life?.pause).toEqual(inForce);
    const over = configurationOf([locked], { pause: { ...inForce, until: NOW } });
    expect((await carriedOut({ action: 'check' }, over)).life).not.toHaveProperty('pause');
  });

  test('it is not, where it was never seen', async () => {
    expect(await carriedOut({ action: 'check' })).toMatchObject({
      life: {
        isAlive: false,
        silences: [
          'The ledger knows of no time when a heartbeat came back.',
          'The ledger knows of no time when a run of reconcile came to its end.',
        ],
      },
    });
  });
});

describe('disabling a policy', () => {
  const named = [
    { ...locked, name: 'no-additions' },
    { ...forbidSsh, name: 'no-ssh' },
  ];
  const HOUR = 60 * 60_000;
  const disabling = (policy: string, hoursAgo: number, hours = 1): Disabling => {
    const since = new Date(NOW.getTime() - hoursAgo * HOUR);
    return { policy, since, until: new Date(since.getTime() + hours * HOUR), ...order };
  };
  const disable: OrderOf<'disablePolicy'> = {
    action: 'disablePolicy',
    policy: 'no-ssh',
    hours: 4,
    ...order,
  };
  const withDisablings = (...ordered: Disabling[]) =>
    configurationOf(named, { disablings: ordered });

  test('is for some hours, and said with its end', async () => {
    expect(await carriedOut(disable, withDisablings())).toEqual({
      done: 'The policy no-ssh is disabled until 2026-01-01T04:00:10.000Z: what violates it is reported, and left. Then it is in force again by itself, and what still violates it is answered by reconcile. Functions that are at work notice within a minute.',
    });
    expect(disablings).toEqual([
      { policy: 'no-ssh', since: NOW, until: hoursFromNow(4), ...order },
    ]);
  });

  test('takes the place of an earlier order, leaves those for others, and forgets what was over a week ago', async () => {
    const other = disabling('no-additions', 0);
    await carriedOut(
      disable,
      withDisablings(disabling('no-ssh', 1, 2), other, disabling('gone', 8 * 24)),
    );
    expect(disablings?.map(({ policy }) => policy)).toEqual(['no-additions', 'no-ssh']);
  });

  test('is refused for a policy that the sentry does not have, and those are named that it has', async () => {
    await refused(
      { ...disable, policy: 'no-rdp' },
      /No policy is called no-rdp: the sentry has no-additions, no-ssh\./,
      withDisablings(),
    );
    expect(disablings).toBeUndefined();
  });

  test('is refused where more are disabled than are kept', async () => {
    const many = (count: number) =>
      Array.from({ length: count }, (_, index) => disabling(`policy-${index}`, 0));
    await carriedOut(disable, withDisablings(...many(6), disabling('no-ssh', 0)));
    expect(disablings).toHaveLength(7);
    await refused(
      disable,
      /^7 policies are disabled, or were within a week, and more are not kept: enable one, or pause the sentry\.$/,
      withDisablings(...many(7)),
    );
  });

  test('is refused where all that are kept would be too long for their parameter', async () => {
    const long = (length: number) => ({ ...disable, reason: 'r'.repeat(length) });
    const bytesAround = JSON.stringify([
      { policy: 'no-ssh', since: NOW, until: hoursFromNow(4), ...order, reason: '' },
    ]).length;
    await carriedOut(long(3_900 - bytesAround), withDisablings());
    disablings = undefined;
    await refused(
      long(3_901 - bytesAround),
      /^With this order, all that are kept take more than the 4 KB of a parameter: give a shorter reason, or enable a policy\.$/,
      withDisablings(),
    );
    expect(disablings).toBeUndefined();
  });

  test('ends at once when it is enabled, and not without having been disabled', async () => {
    const enable: OrderOf<'enablePolicy'> = {
      action: 'enablePolicy',
      policy: 'no-ssh',
      ...order,
    };
    const other = disabling('no-additions', 0);
    const overLongAgo = disabling('gone', 8 * 24);
    expect(
      await carriedOut(enable, withDisablings(other, disabling('no-ssh', 1, 2), overLongAgo)),
    ).toEqual({
      done: 'The policy no-ssh is in force again. What still violates it is answered by the next runs of reconcile.',
    });
    expect(disablings).toEqual([other]);
    const isNotDisabled =
      /^The policy no-ssh is not disabled: ask with \{"action":"listPolicies"\} which are\.$/;
    await refused(enable, isNotDisabled, withDisablings(disabling('no-ssh', 1)));
    await refused(enable, isNotDisabled, withDisablings(other));
    await refused(enable, isNotDisabled, configurationOf(named));
  });

  test('is in a list that says where each policy applies', async () => {
    const appliesIn = { accounts: [SANDBOX.id] };
    const appliesTo = { include: [{ kind: 'all' as const }], exclude: [] };
    const configuration = configurationOf([
      { ...locked, name: 'no-additions', appliesIn },
      { ...locked, name: 'locked-groups', appliesTo },
    ]);
    expect((await carriedOut({ action: 'listPolicies' }, configuration)).policies).toEqual([
      { name: 'no-additions', baseline: 'locked', response: 'revert', appliesIn },
      { name: 'locked-groups', baseline: 'locked', response: 'revert', appliesTo },
    ]);
  });

  test('is seen in the list of the policies', async () => {
    const one = disabling('no-ssh', 1, 2);
    const configuration = configurationOf([
      { ...locked, name: 'no-additions' },
      { ...forbidSsh, name: 'no-ssh', disabling: one },
    ]);
    const { policy: _, ...orderOfOne } = one;
    expect((await carriedOut({ action: 'listPolicies' }, configuration)).policies).toEqual([
      { name: 'no-additions', baseline: 'locked', response: 'revert' },
      { name: 'no-ssh', baseline: 'forbid: SSH', response: 'revert', disabled: orderOfOne },
    ]);
  });

  test('is not in that list any more once it is over; all patterns of a policy are', async () => {
    const patterns = [{ name: 'SSH' }, { name: 'RDP' }];
    const baseline = { kind: 'allowOnly', patterns } as const;
    const configuration = configurationOf([
      { baseline, response: 'notifyOnly', name: 'only', disabling: disabling('only', 1) },
    ]);
    expect((await carriedOut({ action: 'listPolicies' }, configuration)).policies).toEqual([
      { name: 'only', baseline: 'allowOnly: SSH; RDP', response: 'notifyOnly' },
    ]);
  });

  function hoursFromNow(hours: number): Date {
    return new Date(NOW.getTime() + hours * HOUR);
  }
});

async function carriedOut(
  request: OperatorRequest,
  configuration: SentryConfiguration = sentry.configuration,
): Promise<OperatorAnswer> {
  return carryOut(request, configuration, {
    places,
    clock: sentry.groups,
    at: async (place) => {
      reached.push(place);
      return {
        groups: sentry.groups,
        ledger: sentry.ledger,
        signs: { last: async () => lastSigns },
        expectedSigns,
        ...(configurationThere && { configuration: () => configurationThere! }),
        pointTo: async (groupIds) => void sentry.pointedTo.push(...groupIds),
      };
    },
    writePause: async (ordered) => {
      pause = ordered;
    },
    writeDisablings: async (ordered) => {
      disablings = ordered;
    },
  });
}

async function refused(
  request: OperatorRequest,
  message: RegExp,
  configuration?: SentryConfiguration,
): Promise<void> {
  const refusal: unknown = await carriedOut(request, configuration).catch(
    (error: unknown) => error,
  );
  expect(refusal).toBeInstanceOf(OperatorError);
  // Lambda tells the operator the name as well.
  expect(refusal).toMatchObject({
    name: 'OperatorError',
    message: expect.stringMatching(message),
  });
}

function grantsOf(one: Rule, now = NOW): readonly Grant[] {
  return sentry.ledger.grantsOf('sg-1', one, now);
}
