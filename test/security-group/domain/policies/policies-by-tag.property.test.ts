import * as fc from 'fast-check';
import {
  type CountedTags,
  countTags,
  countTagsAfter,
  decideTags,
  isCounted,
  settledTags,
} from '../../../../src/security-group/domain/groups/counted-tags';
import type {
  GroupSelector,
  MonitoredGroups,
} from '../../../../src/security-group/domain/groups/monitored-groups';
import {
  configurationFor,
  decisiveTags,
} from '../../../../src/security-group/domain/policies/configuration-for';
import type { RuleTag } from '../../../../src/security-group/domain/rules/rule';
import { configurationOf, forbidSsh, locked } from '../../samples/changes';

const tag: fc.Arbitrary<RuleTag> = fc.record({
  key: fc.constantFrom('tier', 'team'),
  value: fc.constantFrom('web', 'db'),
});
/** A group has one value for a key. */
const tags = fc.uniqueArray(tag, { selector: ({ key }) => key });
const selector: fc.Arbitrary<GroupSelector> = fc.oneof(
  tag.map((one): GroupSelector => ({ kind: 'tag', ...one })),
  fc.constantFrom<GroupSelector>({ kind: 'all' }, { kind: 'vpc', vpcId: 'vpc-1' }),
);
const selectors = fc.array(selector, { minLength: 1, maxLength: 2 });
const selection: fc.Arbitrary<MonitoredGroups> = fc.record({
  include: selectors,
  exclude: fc.array(selector, { maxLength: 2 }),
  others: fc.array(fc.record({ include: selectors, exclude: selectors }), { maxLength: 1 }),
});

const group = (own: readonly RuleTag[]) => ({ id: 'sg-1', vpcId: 'vpc-1', tags: own });

test('whatever others do to the tags of a group, the policies that hold for it never become fewer', () => {
  fc.assert(
    fc.property(fc.array(selection, { maxLength: 3 }), fc.array(tags), (selections, history) => {
      const configuration = configurationOf(
        selections.map((appliesTo, index) => ({ ...forbidSsh, name: `p${index}`, appliesTo })),
      );
      const decisive = decisiveTags(configuration);
      let counted: CountedTags | undefined;
      let held: readonly unknown[] = [];
      for (const own of history) {
        counted = countTags(counted, group(own), decisive);
        const { policies } = configurationFor(configuration, group(own), counted);
        expect(policies).toEqual(expect.arrayContaining([...held]));
        held = policies;
      }
    }),
    { numRuns: 60 },
  );
});

test('whatever others do to the tags of a group, those by which people are asked stay as they were first', () => {
  const calls = fc.array(fc.record({ own: tags, isSeen: fc.boolean() }));
  fc.assert(
    fc.property(fc.array(tag), tags, calls, (among, first, history) => {
      let counted = countTags(undefined, group(first), among);
      const before = counted && settledTags(counted, among);
      for (const { own, isSeen } of history) {
        counted = isSeen
          ? countTagsAfter(counted, group(own), among, { keys: [] })
          : countTags(counted, group(own), among);
        expect(counted && settledTags(counted, among)).toEqual(before);
      }
    }),
    { numRuns: 60 },
  );
});

test('a decision of someone who may counts for its own keys alone, and not if a later one was there', () => {
  const web = { key: 'tier', value: 'web' };
  const db = { key: 'team', value: 'db' };
  const decisive = [web, db];
  const byWeb: MonitoredGroups = { include: [{ kind: 'tag', ...web }], exclude: [] };
  const byDb: MonitoredGroups = { include: [{ kind: 'tag', ...db }], exclude: [] };
  const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute));
  const tagged = countTags(undefined, group([web, db]), decisive);
  const bare = countTags(tagged, group([]), decisive);
  const decided = decideTags(bare, group([]), decisive, { keys: ['tier'], tags: [], at: at(2) });
  expect(isCounted(group([]), byWeb, decided)).toBe(false);
  expect(isCounted(group([]), byDb, decided)).toBe(true);

  // Put on by it, and taken off by someone else since.
  const put = decideTags(decided, group([]), decisive, { keys: ['tier'], tags: [web], at: at(3) });
  expect(isCounted(group([]), byWeb, put)).toBe(true);
  const again = decideTags(put, group([]), decisive, { keys: ['tier'], tags: [], at: at(2) });
  expect(isCounted(group([]), byWeb, again)).toBe(true);
  const unread = decideTags(put, group([]), decisive, { keys: [], at: at(4) });
  expect([byWeb, byDb].map((one) => isCounted(group([]), one, unread))).toEqual([false, false]);
});

test('a group has the digest of the policies that are for it, and all have one where none is for some', () => {
  const web: MonitoredGroups = { include: [{ kind: 'ids', groupIds: ['sg-1'] }], exclude: [] };
  const narrow = configurationOf([{ ...locked, appliesTo: web }, forbidSsh]);
  const inWeb = configurationFor(narrow, { id: 'sg-1' }, undefined);
  const outside = configurationFor(narrow, { id: 'sg-2' }, undefined);
  expect(inWeb.digests.policies).toBe(narrow.digestOf([locked, forbidSsh]));
  expect(outside.policies).toEqual([forbidSsh]);
  expect(outside.digests.policies).toBe(narrow.digestOf([forbidSsh]));
  const plain = configurationOf([locked, forbidSsh]);
  expect(configurationFor(plain, { id: 'sg-2' }, undefined)).toBe(plain);
});
