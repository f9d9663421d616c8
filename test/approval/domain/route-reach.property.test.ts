import * as fc from 'fast-check';
import type { Route, RouteTag } from '../../../src/approval/domain/approval-configuration';
import type { RequestLabels } from '../../../src/approval/domain/request-labels';
import { routeFor } from '../../../src/approval/domain/route';
import { routesInFrontOf } from '../../../src/approval/domain/route-reach';

const ACCOUNTS = ['111111111111', '222222222222'];
const UNITS = ['ou-abcd-11111111', 'ou-abcd-22222222'];
const VALUES = ['a', 'b', 'c'];
/** A value that no route names stands for all such. */
const CARRIED = [undefined, ...VALUES, 'other'];

const values = fc.subarray(VALUES, { minLength: 1 });
const tags: fc.Arbitrary<RouteTag[]> = fc
  .record({ team: values, stage: values }, { requiredKeys: [] })
  .map((each) => Object.entries(each).map(([key, ofKey]) => ({ key, values: ofKey })));
const place = fc.record({ accounts: fc.subarray(ACCOUNTS), units: fc.subarray(UNITS) });

const routes: fc.Arbitrary<Route[]> = fc
  .array(fc.tuple(place, tags), { minLength: 1, maxLength: 6 })
  .map((each) =>
    each.map(([{ accounts, units }, ofRoute], index) => ({
      name: `route ${index}`,
      accounts,
      units,
      ...(ofRoute.length > 0 && { tags: ofRoute }),
      approvers: { kind: 'userGroup', userGroupId: 'S0TEAM' },
      requiredApprovals: 1,
      approvalChannelId: 'C0TEAM',
    })),
  );

/** Of one place each: no one knows at synth which account is in which unit. */
const PLACES: RequestLabels[] = [
  {},
  ...ACCOUNTS.map((account) => ({ account })),
  ...UNITS.map((unit) => ({ units: [unit] })),
];
const REQUESTS: RequestLabels[] = PLACES.flatMap((labels) =>
  CARRIED.flatMap((team) =>
    CARRIED.map((stage) => ({
      ...labels,
      tags: { ...(team && { team }), ...(stage && { stage }) },
    })),
  ),
);

test('a route is never reached just where no request is for it', () => {
  fc.assert(
    fc.property(routes, (all) => {
      const [route, earlier] = [all.at(-1)!, all.slice(0, -1)];
      const isReached = REQUESTS.some((labels) => routeFor(labels, all) === route);
      expect(routesInFrontOf(route, earlier) === undefined).toBe(isReached);
    }),
    { numRuns: 500 },
  );
});
