import { WILDCARD_REASONS } from '../../../src/organization/constructs/member-findings';
import { rolesTemplate } from '../../../src/organization/contracts/member-templates/roles-template';

test('each reason for a wildcard is about a statement that the template of a member has', () => {
  const sids = [...JSON.stringify(rolesTemplate()).matchAll(/"Sid":"(\w+)"/g)].map(
    ([, sid]) => sid,
  );
  const unknown = Object.keys(WILDCARD_REASONS).filter((sid) => !sids.includes(sid));
  expect(unknown).toEqual([]);
});
