import { NO_RULES } from '../../../../src/security-group/domain/changes/named-rules';
import {
  chargedLists,
  isChangedSince,
  openedByGoneEntries,
} from '../../../../src/security-group/domain/judging/list-changes';
import type { Hints, Situation } from '../../../../src/security-group/domain/judging/situation';
import type { GroupLedger } from '../../../../src/security-group/domain/ledger/ledger';
import type { PrefixList } from '../../../../src/security-group/domain/rules/prefix-list';
import { ruleKey } from '../../../../src/security-group/domain/rules/rule';
import { allowHttpsOnly, forbidSsh, locked } from '../../samples/changes';
import { groupRecord } from '../../samples/group-records';
import { rule } from '../../samples/rules';

const NOW = new Date('2026-01-01T00:00:10Z');
const INTERNET = '0.0.0.0/0';
const OFFICE = '10.0.0.0/8';
const viaList = rule({ id: 'sgr-list', prefixListId: 'pl-1' });

const list = (version: number | undefined, ...cidrs: string[]): PrefixList => ({
  id: 'pl-1',
  isAwsManaged: false,
  ...(version !== undefined && { version }),
  cidrs,
});
const other: PrefixList = { ...list(9, INTERNET), id: 'pl-2' };
const listsOf = (...lists: PrefixList[]) => new Map(lists.map((one) => [one.id, one]));

/** An event that put these entries into the list, and made this version of it. */
const hintsOf = (version: number | undefined, ...added: string[]): Hints => ({
  ...NO_RULES,
  byTrustedActor: false,
  changedPrefixList: {
    id: 'pl-1',
    written: { added, ...(version !== undefined && { version }) },
  },
});

describe('a list was changed again', () => {
  test.each<[string, number | undefined, number | undefined, boolean]>([
    ['where its version is later than that of the event', 3, 2, true],
    ['not where it is the same', 2, 2, false],
    ['not where it is earlier: EC2 shows it late', 1, 2, false],
    ['not where no one knows its version', undefined, 2, false],
    ['not where no one knows that of the event', 3, undefined, false],
  ])('%s', (_, version, written, isSince) => {
    const entries = { added: [], ...(written !== undefined && { version: written }) };
    expect(isChangedSince(list(version), entries)).toBe(isSince);
  });

  test('not by an event whose entries cannot be read', () => {
    expect(isChangedSince(list(3), undefined)).toBe(false);
  });
});

describe('an event is charged', () => {
  test('of a list that was changed again, with its own entries that are still there', () => {
    const lists = listsOf(other, list(3, INTERNET, OFFICE));
    expect(chargedLists(lists, hintsOf(2, OFFICE, '192.0.2.0/24'))).toEqual(
      listsOf(other, list(3, OFFICE)),
    );
  });

  test.each<[string, Hints]>([
    ['that is as the event made it', hintsOf(3, OFFICE)],
    [
      'whose entries by the event cannot be read',
      { ...hintsOf(3), changedPrefixList: { id: 'pl-1' } },
    ],
    ['that it does not change', { ...NO_RULES, byTrustedActor: false }],
  ])('with all of a list %s', (_, hints) => {
    const lists = listsOf(other, list(3, INTERNET, OFFICE));
    expect(chargedLists(lists, hints)).toBe(lists);
  });

  test('with nothing of a list that EC2 does not show', () => {
    const lists = listsOf(other);
    expect(chargedLists(lists, hintsOf(2, OFFICE))).toBe(lists);
  });
});

describe('entries that are gone by now', () => {
  /** The rule was accepted with the list as it is by now. */
  const ledger: GroupLedger = {
    record: groupRecord(NOW),
    entries: new Map([
      [
        ruleKey(viaList),
        {
          rule: viaList,
          grants: [{ cause: 'adopted', by: 'App/Sentry', since: NOW }],
          prefixListVersion: 3,
          revision: 1,
        },
      ],
    ]),
    repeats: [],
  };
  const situation: Situation = {
    groupId: 'sg-1',
    group: {
      rules: [rule({ id: 'sgr-other', prefixListId: 'pl-2' }), viaList, rule()],
      unreadableRuleIds: [],
    },
    ledger,
    policies: [forbidSsh],
    prefixLists: listsOf(list(3, OFFICE), other),
    hints: hintsOf(2, INTERNET, OFFICE),
    now: NOW,
  };
  const openedIn = (values: Partial<Situation>) => openedByGoneEntries({ ...situation, ...values });

  test('have opened what is forbidden, by each rule that names the list; those still there have not', () => {
    expect(openedIn({})).toMatchObject([
      { rule: viaList, cidrs: [INTERNET], violations: [{ baseline: 'forbid' }] },
    ]);
    expect(openedIn({ hints: hintsOf(3, INTERNET) })).toHaveLength(1);
  });

  test('are held against policies that forbid, and not against a lock', () => {
    expect(openedIn({ policies: [locked, forbidSsh] })).toMatchObject([
      { violations: [{ baseline: 'forbid' }] },
    ]);
    expect(openedIn({ policies: [locked] })).toEqual([]);
  });

  test.each<[string, Partial<Situation>]>([
    ['they were harmless', { hints: hintsOf(2, '192.168.0.0/16') }],
    ['they are still there', { hints: hintsOf(2, OFFICE) }],
    [
      'they are still there, and nothing of the kind may be open',
      { hints: hintsOf(2, OFFICE), policies: [allowHttpsOnly] },
    ],
    ['no rule names the list', { group: { rules: [rule()], unreadableRuleIds: [] } }],
    ['EC2 does not show the list', { prefixLists: listsOf(other) }],
    ['the event changes no list', { hints: { ...NO_RULES, byTrustedActor: false } }],
    ['EC2 shows the list as it was before the event', { prefixLists: listsOf(list(1, OFFICE)) }],
    [
      'the list is being changed',
      { prefixLists: listsOf({ ...list(3, OFFICE), isChanging: true }) },
    ],
    [
      'the list could not be read',
      {
        prefixLists: listsOf({
          ...list(3, OFFICE),
          doubt: { kind: 'not-described', reason: 'RequestLimitExceeded' },
        }),
      },
    ],
  ])('have opened nothing where %s', (_, values) => {
    expect(openedIn(values)).toEqual([]);
  });

  test.each<[string, Partial<Situation>]>([
    ['its own', { prefixLists: listsOf(list(undefined, OFFICE)) }],
    ['that of the event', { hints: hintsOf(undefined, INTERNET) }],
  ])('are gone also where a list shows no version: %s', (_, values) => {
    expect(openedIn(values)).toHaveLength(1);
  });
});
