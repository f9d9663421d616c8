import {
  lookAtMember,
  type MemberToLookAt,
  type MemberView,
  type PlaceView,
} from '../../../../src/organization/domain/gaps/look-at-member';

const NOW = new Date('2026-11-29T12:00:00Z');
const REFUSED = { refusedBy: 'role' as const, reason: 'AccessDenied' };
const STANDS: PlaceView = { templateVersion: 1, rule: 'as-made', hasGroups: true };
const MEMBER: MemberToLookAt = {
  accountId: '111122223333',
  regions: undefined,
  knownRegions: [],
  hubRegion: 'eu-west-1',
};

test('every Region that the account has enabled is looked at', async () => {
  const looks = await lookAtMember(MEMBER, member(), NOW);
  expect(looks.map(({ place: { region }, look }) => [region, look])).toEqual([
    ['eu-west-1', { kind: 'seen', at: NOW, rights: 'FULL', ...STANDS }],
    ['us-east-1', { kind: 'seen', at: NOW, rights: 'FULL', ...STANDS }],
  ]);
});

test('where Regions are named, no others are looked at, and no one is asked for them', async () => {
  const looks = await lookAtMember(
    { ...MEMBER, regions: ['sa-east-1'], knownRegions: ['eu-west-1'] },
    member({
      enabledRegions: async () => {
        throw new Error('asked');
      },
    }),
    NOW,
  );
  expect(looks.map(({ place }) => place.region)).toEqual(['sa-east-1']);
});

test('a Region that the account has switched off says so, where all enabled ones are watched', async () => {
  const known = { ...MEMBER, knownRegions: ['eu-west-1', 'ap-east-1'] };
  const looks = await lookAtMember(known, member(), NOW);
  expect(looks.map(({ place: { region }, look: { kind } }) => [region, kind])).toEqual([
    ['eu-west-1', 'seen'],
    ['us-east-1', 'seen'],
    ['ap-east-1', 'off'],
  ]);
});

test('an account of which AWS names no Region is no account without places', async () => {
  const known = { ...MEMBER, knownRegions: ['eu-west-1', 'ap-east-1'] };
  const looks = await lookAtMember(known, member({ enabledRegions: async () => [] }), NOW);
  expect(looks.map(({ look: { kind } }) => kind)).toEqual(['failed', 'failed']);
});

test('a failure in one Region costs only that Region', async () => {
  const looks = await lookAtMember(
    MEMBER,
    member({
      lookAt: async ({ region }) => {
        if (region === 'us-east-1') throw new Error('Rate exceeded');
        return STANDS;
      },
    }),
    NOW,
  );
  expect(looks.map(({ look }) => look.kind)).toEqual(['seen', 'failed']);
});

describe('a member that lets no one look', () => {
  const closed = member({ tags: async () => REFUSED });
  const look = { kind: 'refused', at: NOW, by: 'role', reason: 'AccessDenied' };

  test('is named in all Regions in which it was seen', async () => {
    const known = { ...MEMBER, knownRegions: ['us-east-1', 'us-west-2'] };
    expect(await lookAtMember(known, closed, NOW)).toEqual([
      { place: { accountId: MEMBER.accountId, region: 'us-east-1' }, look },
      { place: { accountId: MEMBER.accountId, region: 'us-west-2' }, look },
    ]);
  });

  test('is named once where it was never seen', async () => {
    expect(await lookAtMember(MEMBER, closed, NOW)).toEqual([
      { place: { accountId: MEMBER.accountId, region: 'eu-west-1' }, look },
    ]);
  });
});

test('a member that does not tell its Regions is named as one that lets no one look', async () => {
  const looks = await lookAtMember(MEMBER, member({ enabledRegions: async () => REFUSED }), NOW);
  expect(looks.map(({ place: { region }, look: { kind } }) => [region, kind])).toEqual([
    ['eu-west-1', 'refused'],
  ]);
});

test('one Region in which a policy of the organization denies is named by itself', async () => {
  const looks = await lookAtMember(
    MEMBER,
    member({
      lookAt: async ({ region }) =>
        region === 'us-east-1'
          ? { refusedBy: 'service-control-policy', reason: 'explicit deny' }
          : STANDS,
    }),
    NOW,
  );
  expect(looks[1]!.look).toMatchObject({ kind: 'refused', by: 'service-control-policy' });
});

test('rights that no one can read are taken for the least', async () => {
  const looks = await lookAtMember(MEMBER, member({ tags: async () => ({ rights: 'ALL' }) }), NOW);
  expect(looks[0]!.look).toMatchObject({ rights: 'OBSERVE' });
});

function member(otherwise: Partial<MemberView> = {}): MemberView {
  return {
    tags: async () => ({ rights: 'FULL' }),
    enabledRegions: async () => ['eu-west-1', 'us-east-1'],
    lookAt: async () => STANDS,
    ...otherwise,
  };
}
