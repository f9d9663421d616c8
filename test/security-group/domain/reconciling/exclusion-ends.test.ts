import type { Policy } from '../../../../src/security-group/domain/policies/policy';
import {
  endingOf,
  untoldExclusionEnds,
} from '../../../../src/security-group/domain/reconciling/exclusion-ends';
import type { ToldEnding } from '../../../../src/security-group/domain/reconciling/told-ends';
import { forbidSsh } from '../../samples/changes';
import { PAYMENTS_PLACE } from '../../samples/described-places';
import { rule } from '../../samples/rules';

const WEEK = 7 * 24 * 3_600_000;
const NOW = new Date('2026-01-10T00:00:00Z');
const ssh = rule();

function excludingUntil(until?: Date): Policy {
  const exclusion = { groupId: 'sg-1', rule: ssh, reason: 'partner', ...(until && { until }) };
  return { ...forbidSsh, name: 'no-ssh', excluding: [exclusion] };
}

async function endsIn(milliseconds: number, told: readonly ToldEnding[] = [], isMember?: boolean) {
  const toldEnds = {
    has: async (ending: ToldEnding) =>
      told.some((one) => JSON.stringify(one) === JSON.stringify(ending)),
    add: async () => undefined,
  };
  return untoldExclusionEnds(
    [forbidSsh, excludingUntil(), excludingUntil(new Date(NOW.getTime() + milliseconds))],
    NOW,
    { toldEnds, ...(isMember !== undefined && { place: { ...PAYMENTS_PLACE, isMember } }) },
  );
}

test.each<[string, number, boolean | undefined]>([
  ['not more than a week before', WEEK + 1, undefined],
  ['from a week before', WEEK, false],
  ['until it ends', 1, false],
  ['as over from then on', 0, true],
  ['as over within a week', -WEEK + 1, true],
  ['not later', -WEEK, undefined],
])('the end of an exclusion is told %s', async (_, milliseconds, isOver) => {
  const ends = await endsIn(milliseconds);
  expect(ends.map((end) => end.isOver)).toEqual(isOver === undefined ? [] : [isOver]);
});

test('each end is told once, that it comes and that it has come', async () => {
  const [soon] = await endsIn(1);
  const [over] = await endsIn(0);
  expect(soon).toMatchObject({ policy: 'no-ssh', exclusion: { groupId: 'sg-1', rule: ssh } });
  expect(await endsIn(1, [endingOf(soon!)])).toEqual([]);
  expect(await endsIn(0, [endingOf(over!)])).toEqual([]);
  expect(endingOf(soon!).of).toMatch(/^soon no-ssh sg-1 /);
  expect(endingOf(over!).of).toMatch(/^excluded no-ssh sg-1 /);
});

test('ends are told by the own place of a hub, and by none of its members', async () => {
  expect(await endsIn(0, [], false)).toHaveLength(1);
  expect(await endsIn(0, [], true)).toEqual([]);
});
