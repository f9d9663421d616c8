import { hubBusStatement } from '../../src/organization/contracts/hub-bus-policy';
import {
  callersOf,
  HUB_FUNCTIONS,
  type MemberRole,
} from '../../src/organization/contracts/hub-roles';
import { rolesTemplate } from '../../src/organization/contracts/member-templates/roles-template';
import { ruleTemplate } from '../../src/organization/contracts/member-templates/rule-template';
import { type PossibleRight, rightsPossiblyAskedBy } from '../support/rights/asked-rights';
import { callsMadeInMembers } from '../support/rights/bundled-and-sent';
import { canGive } from '../support/rights/granted';
import { MEMBER_ROLES, statementsOfMemberRole } from '../support/rights/member-role-rights';
import { HOLDERS, rightsApps, type RightsHolder } from '../support/rights/rights-apps';
import { actionsCoveredBy } from '../support/rights/service-authorization';

/** What a hub may do in a member, held against AWS's service authorization reference. */

const WORKERS = HOLDERS.filter(({ hubFunction }) => hubFunction !== undefined);

test('each function of a hub that works in members is known', () => {
  const known = WORKERS.map(({ hubFunction }) => hubFunction);
  expect(known.sort()).toEqual(Object.keys(HUB_FUNCTIONS).sort());
});

test.each(WORKERS)('$handler: a member gives each right that it asks for there', async (holder) => {
  const given = rolesOf(holder).flatMap(statementsOfMemberRole).map(placed);
  const missing = (await rightsInMembers(holder)).filter(
    (right) => !given.some((statement) => canGive(statement, right)),
  );
  expect(missing.map(nameOf)).toEqual([]);
});

test.each(MEMBER_ROLES)('%s has no right that no function of the hub asks for', async (role) => {
  const callers = WORKERS.filter(
    ({ hubFunction }) => hubFunction && callersOf(role).includes(hubFunction),
  );
  const asked = (await Promise.all(callers.map(rightsInMembers))).flat();
  const unused = await Promise.all(
    statementsOfMemberRole(role).map(async (statement) => {
      const actions = (await Promise.all(statement.actions.map(actionsCoveredBy))).flat();
      return actions
        .map(({ name }) => name)
        .filter(
          (name) =>
            !asked.some((right) => right.action.name === name && canGive(placed(statement), right)),
        );
    }),
  );
  expect(unused.flat()).toEqual([]);
});

test('only the bus of a hub admits a principal that is anyone, and on conditions', () => {
  const templates = [
    ...rightsApps().map(({ template }) => template),
    rolesTemplate(),
    ruleTemplate(),
  ];
  const open = templates.flatMap((template) =>
    openStatementsIn(JSON.parse(JSON.stringify(template))),
  );
  const [bus, ...others] = [...new Set(open.map((statement) => JSON.stringify(statement)))];
  expect(others).toEqual([]);
  const { Resource, ...rest } = JSON.parse(bus!);
  expect(Resource).toEqual({ 'Fn::GetAtt': [expect.stringMatching(/^HubBus/), 'Arn'] });
  const senders = { kind: 'organization', organizationId: 'o-abc1234567' } as const;
  expect({ ...rest, Resource: 'bus' }).toEqual(hubBusStatement('bus', senders));
});

function rolesOf({ hubFunction }: RightsHolder): readonly MemberRole[] {
  return hubFunction ? HUB_FUNCTIONS[hubFunction] : [];
}

async function rightsInMembers(holder: RightsHolder): Promise<PossibleRight[]> {
  return (await Promise.all(callsMadeInMembers(holder).map(rightsPossiblyAskedBy))).flat();
}

function placed(statement: ReturnType<typeof statementsOfMemberRole>[number]) {
  return { ...statement, policy: statement.role, number: 1 };
}

function nameOf({ action, type }: PossibleRight): string {
  return `${action.name} on ${type?.name}`;
}

/** Statements that allow something to anyone, wherever they stand. */
function openStatementsIn(node: unknown): object[] {
  if (typeof node !== 'object' || node === null) return [];
  const within = Object.values(node).flatMap(openStatementsIn);
  const isOpen =
    'Effect' in node &&
    node.Effect === 'Allow' &&
    'Principal' in node &&
    /"\*"/.test(JSON.stringify(node.Principal));
  return isOpen ? [node, ...within] : within;
}
