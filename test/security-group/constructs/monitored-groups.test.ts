import { App, Fn, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { MonitoredGroups } from '../../../src';
import {
  decisiveTagKeys,
  isSelected,
  isSelectedById,
} from '../../../src/security-group/domain/groups/monitored-groups';

const A = 'sg-0123456789abcdef0';
const B = 'sg-0fedcba9876543210';

describe('groups are chosen', () => {
  test('as constructs, each once, with the place that they are in', () => {
    const stack = new Stack(undefined, 'Stack', {
      env: { account: '111111111111', region: 'eu-west-1' },
    });
    const group = ec2.SecurityGroup.fromSecurityGroupId(stack, 'Group', A);
    const { _selection, _constructs } = MonitoredGroups.groups([group, group]);
    expect(_selection).toEqual({ include: [{ kind: 'ids', groupIds: [A] }], exclude: [] });
    expect(_constructs).toEqual([
      { id: A, environment: { account: '111111111111', region: 'eu-west-1' }, path: 'Stack/Group' },
    ]);
  });

  test('as constructs of the app, whose ids are known at deployment', () => {
    const stack = new Stack();
    const group = new ec2.SecurityGroup(stack, 'Group', {
      vpc: new ec2.Vpc(stack, 'Vpc', { maxAzs: 1, natGateways: 0 }),
    });
    expect(MonitoredGroups.groups([group])._selection.include).toEqual([
      { kind: 'ids', groupIds: [group.securityGroupId] },
    ]);
  });

  test.each<[string, MonitoredGroups, unknown]>([
    ['by their ids, each once', MonitoredGroups.ids([A, B, A]), { kind: 'ids', groupIds: [A, B] }],
    [
      'by old and short ids',
      MonitoredGroups.ids(['sg-01234567']),
      { kind: 'ids', groupIds: ['sg-01234567'] },
    ],
    [
      'by a tag',
      MonitoredGroups.taggedWith('watched', 'yes'),
      { kind: 'tag', key: 'watched', value: 'yes' },
    ],
    [
      'by a tag without a value',
      MonitoredGroups.taggedWith('watched', ''),
      { kind: 'tag', key: 'watched', value: '' },
    ],
    [
      'by the longest tag',
      MonitoredGroups.taggedWith('k'.repeat(128), 'v'.repeat(256)),
      { kind: 'tag', key: 'k'.repeat(128), value: 'v'.repeat(256) },
    ],
    [
      'by their VPC',
      MonitoredGroups.inVpc(vpcOf('vpc-0123456789abcdef0')),
      { kind: 'vpc', vpcId: 'vpc-0123456789abcdef0' },
    ],
    ['all', MonitoredGroups.all(), { kind: 'all' }],
  ])('%s', (_, { _selection, _constructs }, selector) => {
    expect(_selection).toEqual({ include: [selector], exclude: [] });
    expect(_constructs).toEqual([]);
  });

  test('by what is known at deployment only', () => {
    const token = Fn.importValue('Value');
    expect(MonitoredGroups.ids([token])._selection.include).toEqual([
      { kind: 'ids', groupIds: [token] },
    ]);
    expect(MonitoredGroups.taggedWith(token, token)._selection.include).toEqual([
      { kind: 'tag', key: token, value: token },
    ]);
    expect(MonitoredGroups.inVpc(vpcOf(token))._selection.include).toEqual([
      { kind: 'vpc', vpcId: token },
    ]);
  });
});

describe('groups are left out', () => {
  test('in several steps', () => {
    const groups = MonitoredGroups.all()
      .excluding(MonitoredGroups.ids([A]))
      .excluding(MonitoredGroups.taggedWith('watched', 'no'));
    expect(groups._selection).toEqual({
      include: [{ kind: 'all' }],
      exclude: [
        { kind: 'ids', groupIds: [A] },
        { kind: 'tag', key: 'watched', value: 'no' },
      ],
    });
  });

  test('by their ids from a list of ids', () => {
    expect(
      MonitoredGroups.ids([A, B]).excluding(MonitoredGroups.ids([B]))._selection.include,
    ).toEqual([{ kind: 'ids', groupIds: [A] }]);
  });

  test('also from those that are known as constructs', () => {
    const stack = new Stack();
    const [one, other] = [A, B].map((id) => ec2.SecurityGroup.fromSecurityGroupId(stack, id, id));
    const { _constructs } = MonitoredGroups.groups([one!, other!]).excluding(
      MonitoredGroups.groups([one!]),
    );
    expect(_constructs.map(({ id }) => id)).toEqual([B]);
  });

  test('without touching the selection that they are left out of', () => {
    const all = MonitoredGroups.all();
    all.excluding(MonitoredGroups.ids([A]));
    expect(all._selection.exclude).toEqual([]);
  });

  test('where another tag remains', () => {
    const tagged = MonitoredGroups.taggedWith('watched', 'yes').excluding(
      MonitoredGroups.taggedWith('watched', 'no'),
    );
    expect(tagged._selection.include).toHaveLength(1);
  });

  test('by a VPC, those of it that the app makes', () => {
    const [here, there] = twoVpcs();
    const both = MonitoredGroups.groups([here.group, there.group]);
    const { _constructs } = both.excluding(MonitoredGroups.inVpc(there.vpc));
    expect(_constructs.map(({ path }) => path)).toEqual([here.group.node.path]);
    expect(() =>
      MonitoredGroups.groups([here.group]).excluding(MonitoredGroups.inVpc(here.vpc)),
    ).toThrow('leaves no group to watch');
  });
});

describe('any of several selections', () => {
  const { all, anyOf, inVpc, taggedWith } = MonitoredGroups;
  const ids = (...groupIds: string[]) => MonitoredGroups.ids(groupIds);
  const one = inVpc(vpcOf('vpc-01234567'));
  const other = inVpc(vpcOf('vpc-76543210'));
  const on = taggedWith('sentry', 'on');
  const off = taggedWith('sentry', 'off');

  test('is one, where none leaves anything out; ids in one list', () => {
    expect(anyOf([one, ids(B), other, on, ids(A)])._selection).toEqual({
      include: [
        { kind: 'ids', groupIds: [B, A] },
        { kind: 'vpc', vpcId: 'vpc-01234567' },
        { kind: 'vpc', vpcId: 'vpc-76543210' },
        { kind: 'tag', key: 'sentry', value: 'on' },
      ],
      exclude: [],
    });
    expect(anyOf([on])._selection).toEqual(on._selection);
  });

  test('has parts with exclusions of their own', () => {
    const first = one.excluding(ids(A));
    const groups = anyOf([first, on]);
    expect(groups._selection).toEqual({ ...first._selection, others: [on._selection] });
    const excludedByFirst = { id: A, vpcId: 'vpc-01234567' };
    const tags = [{ key: 'sentry', value: 'on' }];
    expect(isSelected(excludedByFirst, groups._selection)).toBe(false);
    expect(isSelected({ ...excludedByFirst, tags }, groups._selection)).toBe(true);
    expect(isSelectedById(A, groups._selection)).toBeUndefined();
    expect(isSelectedById(A, anyOf([first, ids(A)])._selection)).toBe(true);
    expect(isSelectedById(A, anyOf([ids(B).excluding(off), on.excluding(ids(A))])._selection)).toBe(
      false,
    );
    expect(decisiveTagKeys(groups._selection)).toEqual(['sentry']);
  });

  test('takes unions as if their selections were written one by one', () => {
    const parts = [one.excluding(ids(A)), on, other];
    expect(anyOf([anyOf([parts[0]!, on]), other])._selection).toEqual(anyOf(parts)._selection);
  });

  test('leaves out of each what is left out of the whole', () => {
    const groups = anyOf([one.excluding(off), on, ids(A, B)]).excluding(ids(A));
    const exclude = [{ kind: 'ids', groupIds: [A] }];
    expect(groups._selection).toEqual({
      include: [{ kind: 'vpc', vpcId: 'vpc-01234567' }],
      exclude: [...off._selection.include, ...exclude],
      others: [{ include: [{ kind: 'ids', groupIds: [B] }, ...on._selection.include], exclude }],
    });
    expect(anyOf([one, ids(A)]).excluding(ids(A))._selection).toEqual({
      include: one._selection.include,
      exclude,
    });
    expect(() => anyOf([on, ids(A)]).excluding(all())).toThrow('leaves no group to watch');
  });

  test('keeps the places of those that are known as constructs', () => {
    const stack = new Stack();
    const [a, b] = [A, B].map((id) => ec2.SecurityGroup.fromSecurityGroupId(stack, id, id));
    const groups = anyOf([MonitoredGroups.groups([a!]), MonitoredGroups.groups([b!]), on]);
    expect(groups._constructs.map(({ id }) => id)).toEqual([A, B]);
  });

  test('may be of VPCs that are looked up, and have no ids of their own yet', () => {
    const lookedUp = inVpc(vpcOf('vpc-12345'));
    expect(() => anyOf([lookedUp, inVpc(vpcOf('vpc-12345'))])).not.toThrow();
    expect(() => lookedUp.excluding(inVpc(vpcOf('vpc-12345')))).not.toThrow();
  });

  test.each<[string, MonitoredGroups[], string]>([
    [
      'none',
      [],
      'MonitoredGroups.anyOf() got an empty list: name at least one selection, as in MonitoredGroups.anyOf([MonitoredGroups.inVpc(vpc), MonitoredGroups.taggedWith("sentry", "on")]).',
    ],
    [
      'a tag beside all',
      [on, all()],
      'the first of its selections (groups tagged sentry=on) adds nothing to the second (all groups): leave it out.',
    ],
    [
      'the same twice',
      [one, on, one],
      'the third of its selections (groups of vpc-01234567) adds nothing to the first (groups of vpc-01234567): leave it out.',
    ],
    [
      'ids of a longer list',
      [ids(A, B), ids(B)],
      `the second of its selections (${B}) adds nothing`,
    ],
    [
      'the rest of a VPC',
      [one.excluding(off), one],
      'the first of its selections (groups of vpc-01234567, but not groups tagged sentry=off) adds nothing to the second',
    ],
    [
      'a union that has it already',
      [anyOf([one, on]), on],
      'the second of its selections (groups tagged sentry=on) adds nothing to the first (groups of vpc-01234567, groups tagged sentry=on)',
    ],
  ])('cannot be %s', (_, selections, message) => {
    expect(() => anyOf(selections)).toThrow(message);
  });

  test('may be what another leaves out', () => {
    expect(() => anyOf([all().excluding(on), on.excluding(ids(A))])).not.toThrow();
  });
});

describe('what cannot be meant is refused', () => {
  const excluding = MonitoredGroups.all().excluding(MonitoredGroups.ids([A]));

  test.each<[string, () => MonitoredGroups, RegExp]>([
    [
      'no constructs',
      () => MonitoredGroups.groups([]),
      /groups\(\) got an empty list: name at least one security group, as in MonitoredGroups\.groups\(\[group\]\)/,
    ],
    ['no ids', () => MonitoredGroups.ids([]), /ids\(\) got an empty list: name at least one group/],
    [
      'a malformed id',
      () => MonitoredGroups.ids([A, 'sg-XYZ']),
      /"sg-XYZ" is no security group id: write "sg-" and 8 or 17 hexadecimal digits/,
    ],
    [
      'a malformed id of an imported group',
      () =>
        MonitoredGroups.groups([
          ec2.SecurityGroup.fromSecurityGroupId(new Stack(), 'Group', 'web'),
        ]),
      /"web" is no security group id/,
    ],
    [
      'a tag without a key',
      () => MonitoredGroups.taggedWith('', 'yes'),
      /"" is no tag key: write 1 to 128 characters/,
    ],
    [
      'a key that is too long',
      () => MonitoredGroups.taggedWith('k'.repeat(129), 'yes'),
      /is no tag key/,
    ],
    [
      'a value that is too long',
      () => MonitoredGroups.taggedWith('watched', 'v'.repeat(257)),
      /value of the tag "watched" has 257 characters: a tag holds up to 256/,
    ],
    [
      'a malformed VPC id',
      () => MonitoredGroups.inVpc(vpcOf('main')),
      /"main" is no VPC id: import the VPC by one such as "vpc-0123456789abcdef0"/,
    ],
    [
      'leaving out what leaves others out',
      () => MonitoredGroups.all().excluding(excluding),
      /call excluding\(\) several times/,
    ],
    [
      'leaving all out',
      () => MonitoredGroups.all().excluding(MonitoredGroups.all()),
      /leaves no group to watch/,
    ],
    [
      'leaving all out of some',
      () => MonitoredGroups.taggedWith('watched', 'yes').excluding(MonitoredGroups.all()),
      /leaves no group to watch/,
    ],
    [
      'leaving out the only ids',
      () => MonitoredGroups.ids([A]).excluding(MonitoredGroups.ids([A, B])),
      /leaves no group to watch/,
    ],
    [
      'leaving out the only ids, one by one',
      () =>
        MonitoredGroups.ids([A, B])
          .excluding(MonitoredGroups.ids([A]))
          .excluding(MonitoredGroups.ids([B])),
      /leaves no group/,
    ],
    [
      'leaving out the same tag',
      () => MonitoredGroups.taggedWith('a', 'b').excluding(MonitoredGroups.taggedWith('a', 'b')),
      /leaves no group to watch/,
    ],
    [
      'leaving out the same VPC',
      () =>
        MonitoredGroups.inVpc(vpcOf('vpc-01234567')).excluding(
          MonitoredGroups.inVpc(vpcOf('vpc-01234567')),
        ),
      /leaves no group to watch/,
    ],
  ])('%s', (_, choose, message) => {
    expect(choose).toThrow(message);
  });
});

function twoVpcs(): [VpcWithGroup, VpcWithGroup] {
  const app = new App();
  return [vpcWithGroup(new Stack(app, 'Here')), vpcWithGroup(new Stack(app, 'There'))];
}

function vpcWithGroup(stack: Stack): VpcWithGroup {
  const vpc = new ec2.Vpc(stack, 'Vpc', { natGateways: 0, maxAzs: 1 });
  return { vpc, group: new ec2.SecurityGroup(stack, 'Group', { vpc }) };
}

interface VpcWithGroup {
  readonly vpc: ec2.IVpc;
  readonly group: ec2.SecurityGroup;
}

function vpcOf(vpcId: string): ec2.IVpc {
  return ec2.Vpc.fromVpcAttributes(new Stack(), 'Vpc', {
    vpcId,
    availabilityZones: ['eu-west-1a'],
  });
}

describe('an exclusion that leaves no group out is an error', () => {
  const untagged = MonitoredGroups.taggedWith('watched', 'no');

  test.each<[string, () => MonitoredGroups, string]>([
    [
      'ids that were not chosen',
      () => MonitoredGroups.ids([A]).excluding(MonitoredGroups.ids([B])),
      `excluding() would do nothing for ${B}, which the selection does not choose`,
    ],
    [
      'ids that are left out already',
      () =>
        MonitoredGroups.all()
          .excluding(MonitoredGroups.ids([A, B]))
          .excluding(MonitoredGroups.ids([B])),
      `excluding() would do nothing for ${B}`,
    ],
    [
      'another VPC',
      () =>
        MonitoredGroups.inVpc(vpcOf('vpc-01234567')).excluding(
          MonitoredGroups.inVpc(vpcOf('vpc-76543210')),
        ),
      'excluding() would do nothing for groups of vpc-76543210',
    ],
    [
      'a group of the app in another VPC',
      () => {
        const [here, there] = twoVpcs();
        return MonitoredGroups.inVpc(here.vpc).excluding(MonitoredGroups.groups([there.group]));
      },
      'excluding() would do nothing for There/Group/Resource',
    ],
    [
      'a tag that is left out already',
      () => MonitoredGroups.all().excluding(untagged).excluding(untagged),
      'excluding() would do nothing for groups tagged watched=no',
    ],
  ])('%s', (_, select, sentence) => {
    expect(select).toThrow(sentence);
  });
});
