import type { Change } from '../../../../src/security-group/domain/changes/change';
import { withReadRanges } from '../../../../src/security-group/domain/policies/peers-in-doubt';
import type { Policy } from '../../../../src/security-group/domain/policies/policy';
import type { PeerPattern } from '../../../../src/security-group/domain/policies/traffic-pattern';
import { withVpcRanges } from '../../../../src/security-group/domain/policies/vpcs';
import type { PrefixList } from '../../../../src/security-group/domain/rules/prefix-list';
import type { Rule } from '../../../../src/security-group/domain/rules/rule';
import { SentryInMemory } from '../../in-memory/sentry-in-memory';
import { VpcsInMemory } from '../../in-memory/vpcs-in-memory';
import {
  added,
  changeOf,
  configurationOf,
  forbidSsh,
  locked,
  lockedRestoring,
  removed,
} from '../../samples/changes';
import { rule } from '../../samples/rules';

const ssh = rule({ id: 'sgr-ssh' });
const https = rule({ id: 'sgr-https', fromPort: 443, toPort: 443 });
const viaList = rule({ id: 'sgr-list', prefixListId: 'pl-1' });
const viaOther = rule({ id: 'sgr-other', prefixListId: 'pl-2' });
const INTERNET: PeerPattern = { kind: 'internet' };
const unnamed = changeOf({ complete: false });
/** The try that waits no more. */
const LAST = 5;

function list(values: Partial<PrefixList> = {}): PrefixList {
  return { id: 'pl-1', isAwsManaged: false, version: 1, cidrs: ['10.0.0.0/8'], ...values };
}

const unread: Partial<PrefixList> = {
  cidrs: [],
  doubt: { kind: 'not-read', reason: 'RequestLimitExceeded.\nSlow down' },
};

function listChanged(...putIn: string[]): Change {
  return changeOf(
    {},
    {
      eventName: 'ModifyManagedPrefixList',
      subject: { kind: 'prefix-list', prefixListId: 'pl-1', written: { added: putIn, version: 1 } },
    },
  );
}

/** A sentry of a group that holds these rules, none of which anything speaks for. */
function holding(policies: readonly Policy[], ...standing: Rule[]): SentryInMemory {
  const sentry = SentryInMemory.watching(policies);
  sentry.groups.put('sg-1', () => standing);
  return sentry;
}

async function textsOf(sentry: SentryInMemory, change: Change, tries = LAST): Promise<string[]> {
  const reports = await sentry.respond(change, tries);
  return reports.flatMap(({ notices }) => notices).map(({ text }) => text);
}

describe('entries that an event put into a list, and that are gone by now, are told', () => {
  const NUMBERS = ['1', '2', '3', '4', '5', '6', '7'];
  const cidrs = NUMBERS.map((number) => `${number}.0.0.0/8`);

  async function told(count: number, standing: Rule, policies = [forbidding('SSH', INTERNET)]) {
    const sentry = holding(policies, standing);
    sentry.groups.lists.set('pl-1', list({ version: 2 }));
    const [text] = await textsOf(sentry, listChanged(...cidrs.slice(0, count)), 1);
    return text;
  }

  test.each([
    [1, '1.0.0.0/8 into'],
    [5, '1.0.0.0/8, 2.0.0.0/8, 3.0.0.0/8, 4.0.0.0/8, 5.0.0.0/8 into'],
    [6, '4.0.0.0/8, 5.0.0.0/8 and 1 more entries into'],
    [7, '4.0.0.0/8, 5.0.0.0/8 and 2 more entries into'],
  ])('%i of them', async (count, words) => {
    const text = await told(count, viaList);
    expect(text).toMatch(/^The call put 1\.0\.0\.0\/8/);
    expect(text).toContain(words);
    expect(text).toContain(
      'the prefix list that sgr-list names, and they are gone by now. While they were there:',
    );
  });

  test('with all that they opened', async () => {
    const text = await told(1, viaList, [
      forbidding('SSH', INTERNET),
      forbidding('consoles', INTERNET),
    ]);
    expect(text).toMatch(/While they were there: [^;]*SSH[^;]*; [^;]*consoles[^;]*\.$/);
  });

  test('also of a rule that EC2 shows without an id', async () => {
    const text = await told(1, rule({ prefixListId: 'pl-1' }));
    expect(text).toContain('the prefix list that a rule names');
  });
});

describe('lists that cannot be read are told', () => {
  test('each once, with why, where what they may hold decides', async () => {
    const sentry = holding([forbidSsh], viaList, { ...viaList, id: 'sgr-2', toPort: 23 }, viaOther);
    sentry.groups.lists.set('pl-1', list(unread));
    expect(await textsOf(sentry, unnamed)).toContain(
      'The entries of these prefix lists cannot be read, and were not judged: pl-1 (RequestLimitExceeded. Slow down), pl-2 (EC2 does not show it: it is gone, or its owner does not share it any more).',
    );
  });

  test.each<[string, Change, readonly Rule[]]>([
    [
      'the rule that names it opens nothing that is forbidden',
      unnamed,
      [{ ...viaList, fromPort: 443, toPort: 443 }],
    ],
    ['the event is about another rule', added(https), [https, viaList]],
    ['another list was changed', listChanged(), [viaOther]],
    ['no rule names one', unnamed, [https]],
  ])('and are not where %s', async (_, change, standing) => {
    const sentry = holding([forbidSsh], ...standing);
    sentry.groups.lists.set('pl-1', list(unread));
    sentry.groups.lists.set('pl-2', list({ ...unread, id: 'pl-2' }));
    const texts = await textsOf(sentry, change, 1);
    expect(texts.join()).not.toContain('cannot be read');
  });

  test('and all else is said where all of them can', async () => {
    const sentry = holding([forbidSsh], viaList);
    sentry.groups.lists.set('pl-1', list());
    expect(await textsOf(sentry, unnamed)).toEqual([
      'The event does not name its rules in a form that can be read, so the group was judged as it stands, with its 1 rules.',
    ]);
  });
});

describe('an event waits for a list', () => {
  test('that can be read later, by the id of the list', async () => {
    const sentry = holding([forbidSsh], https, viaOther, viaList);
    sentry.groups.lists.set('pl-2', list({ id: 'pl-2' }));
    sentry.groups.lists.set('pl-1', list(unread));
    await expect(sentry.respond(added(viaOther, viaList))).rejects.toThrow(
      'sg-1: the entries of the prefix list pl-1 are not known yet.',
    );
    await expect(sentry.respond(added(viaOther, viaList), LAST - 1)).rejects.toThrow('not known');
  });

  test.each<[string, Change, Partial<PrefixList>]>([
    [
      'with entries that no one will understand',
      added(viaList),
      { doubt: { kind: 'not-understood', reason: 'odd' } },
    ],
    ['that is being changed by another call', added(viaList), { isChanging: true }],
    ['that another event has changed', listChanged(), { isChanging: true, id: 'pl-2' }],
  ])('but not for one %s', async (_, change, values) => {
    const { id = 'pl-1' } = values;
    const sentry = holding([forbidSsh], rule({ id: 'sgr-list', prefixListId: id }));
    sentry.groups.lists.set(id, list(values));
    await expect(sentry.respond(change)).resolves.toBeDefined();
  });

  test('but not for one that EC2 does not show', async () => {
    expect(await holding([forbidSsh], viaList).respond(added(viaList))).toMatchObject([
      { notices: [{}] },
    ]);
  });

  test('also where something is reported that is left as it is', async () => {
    const sentry = holding([{ ...forbidSsh, response: 'notifyOnly' }], ssh, viaList);
    sentry.groups.lists.set('pl-1', list(unread));
    await expect(sentry.respond(added(ssh, viaList))).rejects.toThrow('not known yet');
  });
});

describe('peers of policies of which no one knows what they mean', () => {
  const vpc: PeerPattern = { kind: 'vpc', vpcId: 'vpc-1' };
  const office: PeerPattern = { kind: 'ipRange', cidr: 'office' };
  const inside = rule({ id: 'sgr-in', ipRange: '10.1.0.0/16' });
  const also = rule({ id: 'sgr-also', ipRange: '10.2.0.0/16' });

  async function doubting(peers: readonly PeerPattern[], ...standing: Rule[]) {
    const sentry = holding([forbidding('the network', ...peers)], ...standing);
    const vpcs = new VpcsInMemory();
    vpcs.cannotBeRead('vpc-1', 'RequestLimitExceeded.\nSlow down');
    const read = sentry.configuration.policies.map(withReadRanges);
    sentry.configuration = await withVpcRanges(configurationOf(read), vpcs);
    return sentry;
  }

  test('are told, each once, with why', async () => {
    const sentry = await doubting([vpc, office], inside, also);
    expect(await textsOf(sentry, added(inside, also))).toEqual([
      'What these peers of policies mean is not known in full, and nothing was reverted for it: VPC vpc-1 (RequestLimitExceeded. Slow down), the range "office" (it is no range of addresses in CIDR notation).',
    ]);
  });

  test('are told of an event that does not name its rules', async () => {
    const texts = await textsOf(await doubting([vpc], inside), unnamed);
    expect(texts).toHaveLength(2);
    expect(texts[0]).toContain('VPC vpc-1');
  });

  test('are waited for where a later try may tell, and only there', async () => {
    const both = await doubting([office, vpc], inside);
    await expect(both.respond(added(inside))).rejects.toThrow(
      'sg-1: the ranges of VPC vpc-1 are not known yet.',
    );
    const unreadable = await doubting([office], inside);
    expect(await unreadable.respond(added(inside))).toMatchObject([{ rules: [] }]);
  });

  test('are no matter where the event is about another rule', async () => {
    const fromGroup = rule({ id: 'sgr-group', groupId: 'sg-2' });
    const sentry = await doubting([vpc], inside, fromGroup);
    expect(await sentry.respond(added(fromGroup))).toEqual([]);
  });
});

describe('rules of the group that cannot be read are told', () => {
  const text = 'These rules of the group cannot be read, and were not judged: sgr-odd, sgr-even.';

  function holdingUnreadable(...standing: Rule[]): SentryInMemory {
    const sentry = holding([forbidSsh], ...standing);
    const group = sentry.groups.all.get('sg-1')!;
    sentry.groups.all.set('sg-1', { ...group, unreadableRuleIds: ['sgr-odd', 'sgr-even'] });
    return sentry;
  }

  test.each([1, 2])('once, at whichever try: %i', async (tries) => {
    expect(await textsOf(holdingUnreadable(https), added(https), tries)).toEqual([text]);
  });

  test('once, where the event points to a rule that someone else has changed since', async () => {
    const sentry = holdingUnreadable(ssh);
    const reports = await sentry.respond(added({ ...https, id: 'sgr-ssh' }));
    expect(reports.map(({ notices }) => notices.length)).toEqual([1, 0]);
    expect(sentry.announcer.outcomes()).toEqual(['modified sgr-ssh reverted']);
  });
});

describe('of an event that does not name its rules', () => {
  test.each<[string, SentryInMemory, boolean]>([
    ['is locked, and adopted', SentryInMemory.watching([forbidSsh, locked]), false],
    ['is not adopted, and not locked', SentryInMemory.newTo([forbidSsh], https), false],
    ['is locked beside another policy', SentryInMemory.newTo([forbidSsh, locked], https), true],
  ])('new rules cannot be told from old ones in a group that %s', async (_, sentry, isTold) => {
    const [text] = await textsOf(sentry, unnamed);
    expect(
      text!.endsWith(
        'The group is locked, but not adopted yet: no one can say which of its rules are new. Look at it.',
      ),
    ).toBe(isTold);
  });
});

describe('a group without any rules', () => {
  test('that is still there misses those that it had', async () => {
    const sentry = SentryInMemory.watching([lockedRestoring], https);
    sentry.groups.put('sg-1', () => []);
    await sentry.respond(removed({ id: 'sgr-https' }));
    expect(sentry.groups.keysIn('sg-1')).toHaveLength(1);
  });

  test('that is gone is not looked for where nothing is remembered of it', async () => {
    const sentry = SentryInMemory.watching([locked]);
    const find = jest.spyOn(sentry.groups, 'find');
    await sentry.respond(removed({ id: 'sgr-https' }));
    expect(find).not.toHaveBeenCalled();
  });

  test('but with some that cannot be read is there, and misses the others', async () => {
    const sentry = SentryInMemory.watching([locked], https);
    sentry.groups.all.set('sg-1', {
      ...sentry.groups.all.get('sg-1')!,
      rules: [],
      unreadableRuleIds: ['sgr-odd'],
    });
    const find = jest.spyOn(sentry.groups, 'find');
    await sentry.respond(removed({ id: 'sgr-https' }));
    expect(find).not.toHaveBeenCalled();
    expect(sentry.announcer.outcomes()).toEqual(['removed sgr-https kept']);
  });
});

function forbidding(name: string, ...peers: PeerPattern[]): Policy {
  return { baseline: { kind: 'forbid', patterns: [{ name, peers }] }, response: 'revert' };
}
