import * as z from 'zod/mini';
import { RECORDED_ACTIONS } from '../../../sandbox/cloudtrail/recorded-action';
import { groupChangePattern } from '../../../src/security-group/constructs/group-change-pattern';
import { WATCHED_CALLS } from '../../../src/shared/contracts/watched-calls';

const patternSchema = z.object({ detail: z.object({ eventName: z.array(z.string()) }) });

test('each call is watched once', () => {
  expect(WATCHED_CALLS).toHaveLength(new Set(WATCHED_CALLS).size);
});

test('a sentry of groups by tag lets all of them through, and no other', () => {
  const { detail } = patternSchema.parse(
    groupChangePattern({
      include: [{ kind: 'tag', key: 'watched', value: 'yes' }],
      exclude: [],
    }),
  );

  expect(sorted(detail.eventName)).toEqual(sorted(WATCHED_CALLS));
});

test("the sandbox's tap records all of them, and no other", () => {
  expect(sorted(RECORDED_ACTIONS)).toEqual(sorted(WATCHED_CALLS));
});

function sorted(names: readonly string[]): string[] {
  return [...names].sort();
}
