import type { GroupRecord } from '../../../../src/security-group/domain/ledger/ledger';
import { EMPTY_LEDGER } from '../../../../src/security-group/domain/ledger/ledger';
import {
  defaultGroupMadeBy,
  groupMadeBy,
  listChangedBy,
} from '../../../../src/security-group/domain/responding/event-hints';
import type { GroupReading } from '../../../../src/security-group/domain/responding/read-group';
import type { Rule } from '../../../../src/security-group/domain/rules/rule';
import { by, changeOf, configurationOf, deployer, forbidSsh } from '../../samples/changes';
import { groupRecord } from '../../samples/group-records';
import { LETS_ALL_OUT, rule } from '../../samples/rules';

const ADOPTED = new Date('2025-12-01T00:00:00Z');
const configuration = configurationOf([forbidSsh]);
const ssh = rule({ id: 'sgr-ssh' });
const nameless = rule({ fromPort: 23, toPort: 23 });
const viaList = rule({ id: 'sgr-list', prefixListId: 'pl-1' });
const viaOther = rule({ id: 'sgr-other', prefixListId: 'pl-2' });

function reading(rules: readonly Rule[], record?: Partial<GroupRecord>): GroupReading {
  return {
    group: { rules, unreadableRuleIds: [] },
    ledger: { ...EMPTY_LEDGER, ...(record && { record: groupRecord(ADOPTED, record) }) },
  };
}

describe('a call that made a group', () => {
  const group = { id: 'sg-1', name: 'web' };
  const creation = changeOf({ present: [ssh], modifiedIds: ['sgr-x'], complete: false });
  const saysOf = groupMadeBy(creation, group, configuration);

  test('made the rules that a group comes with, and points to the others', () => {
    const made = saysOf(reading([LETS_ALL_OUT, ssh, nameless]));
    expect(made.hints).toEqual({
      present: [LETS_ALL_OUT],
      modifiedIds: [],
      modifiedTo: [],
      described: [],
      absent: [],
      complete: true,
      byTrustedActor: false,
    });
    expect(made.otherIds).toEqual(['sgr-ssh']);
  });

  test('says so of a group that is watched from that call on', () => {
    const watched = saysOf(reading([LETS_ALL_OUT, ssh], { madeBy: 'event-1' }));
    expect([watched.hints.present, watched.otherIds]).toEqual([[LETS_ALL_OUT], ['sgr-ssh']]);
  });

  test.each([{}, { madeBy: 'another-event' }])(
    'says nothing of a group that was adopted, or made by another call: %j',
    (record) => {
      const adopted = saysOf(reading([LETS_ALL_OUT, ssh], record));
      expect([adopted.hints.present, adopted.otherIds]).toEqual([[], []]);
    },
  );

  test('may be one of a trusted actor', () => {
    const trusted = groupMadeBy(by(deployer, creation), group, configuration);
    expect(trusted(reading([LETS_ALL_OUT])).hints.byTrustedActor).toBe(true);
  });
});

describe('a call that made a VPC', () => {
  const creation = by(deployer, changeOf({}));

  test('made its default group', () => {
    const group = { id: 'sg-1', name: 'default' };
    const { hints } = defaultGroupMadeBy(creation, group, configuration)(reading([LETS_ALL_OUT]));
    expect(hints).toMatchObject({ present: [LETS_ALL_OUT], byTrustedActor: true });
  });

  test('says nothing of its other groups', () => {
    const group = { id: 'sg-1', name: 'web' };
    const made = defaultGroupMadeBy(creation, group, configuration)(reading([LETS_ALL_OUT, ssh]));
    expect(made.hints).toMatchObject({ present: [], complete: true, byTrustedActor: false });
    expect(made.otherIds).toBeUndefined();
  });
});

describe('a call that changed a prefix list', () => {
  const change = changeOf({ present: [ssh] });
  const written = { added: ['10.0.0.0/8'], version: 2 };
  const list = { id: 'pl-1', isAwsManaged: false, version: 3, cidrs: [] };
  const rules = [viaOther, viaList, ssh, { ...viaList, id: undefined }];
  const says = (values: object, record?: Partial<GroupRecord>) =>
    listChangedBy(
      { change, prefixListId: 'pl-1', ...values },
      configuration,
    )(reading(rules, record));

  test('is about the rules that name the list, and wrote none of them', () => {
    expect(says({ written }).hints).toEqual({
      present: [],
      modifiedIds: [],
      modifiedTo: [],
      described: [{ rule: viaList }, { rule: { ...viaList, id: undefined } }],
      absent: [],
      complete: true,
      byTrustedActor: false,
      changedPrefixList: { id: 'pl-1', written },
    });
    expect(says({}).hints.changedPrefixList).toEqual({ id: 'pl-1' });
  });

  test('points to them where the list was changed again since', () => {
    expect(says({ written, list }, {}).otherIds).toEqual(['sgr-list']);
  });

  test.each<[string, object, Partial<GroupRecord> | undefined]>([
    ['was not', { written, list: { ...list, version: 2 } }, {}],
    ['cannot be read', { written }, {}],
    ['is named in a group that is not adopted', { written, list }, undefined],
  ])('and does not where the list %s', (_, values, record) => {
    expect(says(values, record).otherIds).toBeUndefined();
  });
});
