import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CALLING_FUNCTION,
  functionArn,
  type PossibleRight,
  rightsPossiblyAskedBy,
} from '../support/rights/asked-rights';
import {
  callsBundledWith,
  callsMadeBy,
  neverSentBy,
  rightsOfCalls,
  usedByAws,
} from '../support/rights/bundled-and-sent';
import { canGive, type GrantedRight, grantsOf, resourcesFor } from '../support/rights/granted';
import { denies } from '../support/rights/policy-statement';
import {
  HOLDERS,
  type RightsApp,
  rightsApps,
  type RightsHolder,
} from '../support/rights/rights-apps';
import { rightsPage, WRITE_AGAIN } from '../support/rights/rights-page';
import {
  actionsCoveredBy,
  carries,
  isList,
  type ReferencedAction,
  type ResourceType,
} from '../support/rights/service-authorization';
import type { PlacedStatement } from '../support/rights/template-roles';

/** The roles as they are synthesized, held against AWS's service authorization reference. */

const PAGE = join(__dirname, '..', '..', 'docs', 'rights.md');

let apps: RightsApp[];
let statements: PlacedStatement[];

beforeAll(() => {
  apps = rightsApps();
  statements = apps.flatMap(({ roles }) => [...roles.values()].flat());
});

test('each role is that of a function whose calls are known', () => {
  const known = HOLDERS.map(({ role }) => role).sort();
  expect([...new Set(apps.flatMap(({ roles }) => [...roles.keys()]))].sort()).toEqual(known);
});

describe.each(HOLDERS)('$handler', (holder) => {
  test('the role gives each right that a call of the function can ask for', async () => {
    const byApp = await Promise.all(
      apps.filter(({ roles }) => roles.has(holder.role)).map(async (app) => grantsOf(holder, app)),
    );
    const half = byApp.flatMap((grants) =>
      grants.filter(({ call, by }) => by.length === 0 && isGiven(call, grants)),
    );
    expect(
      half.map(({ call, action, type }) => `${call} also asks for ${action.name} on ${type?.name}`),
    ).toEqual([]);
    expect(callsMadeBy(holder).filter((call) => !isGiven(call, byApp.flat()))).toEqual([]);
  });

  test('a command that is bundled and never sent is there, and the role has no right to it', async () => {
    const never = neverSentBy(holder).flatMap(({ calls }) => calls);
    const bundled = callsBundledWith(holder);
    expect(never.filter((call) => !bundled.includes(call.replace(/ on .*/, '')))).toEqual([]);
    const asked = new Set((await rightsOfCalls(holder)).map(rightName));
    const rights = await Promise.all(
      never.map(async (one) => {
        const [call = '', type] = one.split(' on ');
        const possible = await rightsPossiblyAskedBy(call);
        return possible.filter((right) => type === undefined || right.type?.name === type);
      }),
    );
    const given = rights
      .flat()
      .filter((right) => !asked.has(rightName(right)))
      .filter((right) => rolesOf(holder.role).some((statement) => canGive(statement, right)));
    expect(given.map(rightName)).toEqual([]);
  });

  test('the role has no right that neither a call nor a service of AWS uses', async () => {
    const made = await rightsOfCalls(holder);
    const unused = await Promise.all(
      rolesOf(holder.role).map(async (statement) => {
        const actions = (await Promise.all(statement.actions.map(actionsCoveredBy))).flat();
        return actions
          .filter(({ name }) => usedByAws(name) === undefined)
          .flatMap(({ name }) => {
            const used = made.filter(
              (right) => right.action.name === name && canGive(statement, right),
            );
            return statement.resources
              .filter((one) =>
                used.every(({ type }) => resourcesFor({ resources: [one] }, type).length === 0),
              )
              .map((one) => `${name} on ${one}`);
          });
      }),
    );
    expect(unused.flat()).toEqual([]);
  });
});

describe('a role in the hands of another function', () => {
  /** These read, and besides them it may take from the queues, as Lambda does with the role. */
  const HARMLESS_BY_ITSELF = [
    'cloudtrail:CancelQuery',
    'cloudtrail:DescribeQuery',
    'cloudtrail:GetQueryResults',
    'cloudtrail:LookupEvents',
    'cloudtrail:StartQuery',
    'ec2:DescribeManagedPrefixLists',
    'ec2:GetManagedPrefixListEntries',
    'kms:VerifyMac',
    'organizations:ListAccounts',
    'organizations:ListAccountsForParent',
    'organizations:ListOrganizationalUnitsForParent',
    'organizations:ListRoots',
    's3:GetObject',
    'sqs:ChangeMessageVisibility',
    'sqs:GetQueueAttributes',
    'ssm:GetParameters',
    'sts:SetSourceIdentity',
  ];

  test.each(HOLDERS)('$handler: it is denied all that counts', async (holder) => {
    const asked = (await rightsOfCalls(holder)).map(({ action }) => action.name);
    const left = asked.filter((action) => !isDenied(holder, action, [`${ownFunction(holder)}2`]));
    expect(left.filter((action) => !HARMLESS_BY_ITSELF.includes(action))).toEqual([]);
    expect(asked.filter((action) => !isDenied(holder, action, []))).toEqual(left);
  });

  test.each(HOLDERS)('$handler: the function itself is denied nothing', async (holder) => {
    const own = ownFunction(holder);
    const asked = (await rightsOfCalls(holder)).map(({ action }) => action.name);
    for (const caller of [own, `${own}:$LATEST`]) {
      expect(asked.filter((action) => isDenied(holder, action, [caller]))).toEqual([]);
    }
  });

  test('nothing is denied that AWS does in the name of a function, from outside of it', async () => {
    const byAws = (
      await Promise.all(statements.flatMap(({ actions }) => actions.map(actionsCoveredBy)))
    )
      .flat()
      .map(({ name }) => name)
      .filter((name) => usedByAws(name) !== undefined);
    expect(byAws).toEqual(expect.arrayContaining(['sqs:ReceiveMessage', 'logs:PutLogEvents']));
    const denied = HOLDERS.flatMap((holder) =>
      byAws.filter((action) => isDenied(holder, action, [])),
    );
    expect(denied).toEqual([]);
  });

  function ownFunction({ role }: RightsHolder): string {
    return role.replace(/Role$/, '');
  }

  function isDenied(
    { role }: RightsHolder,
    action: string,
    callingFunctions: readonly string[],
  ): boolean {
    const arns = callingFunctions.map((name) =>
      functionArn(name).replace('us-east-1', 'REGION').replace('123456789012', 'ACCOUNT'),
    );
    const context = new Map([[CALLING_FUNCTION, arns]]);
    const held = apps.find(({ denials }) => denials.has(role))?.denials.get(role) ?? [];
    return held.some((statement) => denies(statement, { action, resource: 'any', context }));
  }
});

test('no statement has an action without a resource for it, or a resource without an action', async () => {
  const idle = await Promise.all(
    statements.map(async (statement) => {
      const actions = (await Promise.all(statement.actions.map(actionsCoveredBy))).flat();
      const typesOf = ({ resourceTypes }: ReferencedAction): (ResourceType | undefined)[] =>
        resourceTypes.length > 0 ? [...resourceTypes] : [undefined];
      const idleActions = actions.filter((action) =>
        typesOf(action).every((type) => resourcesFor(statement, type).length === 0),
      );
      const types = actions.flatMap(typesOf);
      const idleResources = statement.resources.filter((resource) =>
        types.every((type) => resourcesFor({ resources: [resource] }, type).length === 0),
      );
      return [...idleActions.map(({ name }) => name), ...idleResources].map(
        (idler) => `${statement.policy}, ${statement.number}: ${idler}`,
      );
    }),
  );
  expect(idle.flat()).toEqual([]);
});

test('each condition goes by a key that AWS has for the action and the resource', async () => {
  const foreign = await Promise.all(
    statements.map(async (statement) => {
      const actions = (await Promise.all(statement.actions.map(actionsCoveredBy))).flat();
      return actions.flatMap((action) =>
        action.resourceTypes
          .filter((type) => resourcesFor(statement, type).length > 0)
          .flatMap((type) =>
            statement.conditions
              .filter(({ key }) => !carries(action, type, key))
              .map(({ key }) => `${action.name} on ${type.name}: ${key}`),
          ),
      );
    }),
  );
  expect(foreign.flat()).toEqual([]);
});

test('a key that is a list to IAM is compared as one, and has to be there', async () => {
  const wrong = await Promise.all(
    statements.flatMap(({ policy, number, conditions }) =>
      conditions
        .filter(({ operator }) => operator !== 'Null')
        .map(async ({ operator, key }) => {
          const isSet = /^For(All|Any)Values:/.test(operator);
          const isThere = conditions.some(
            (other) =>
              other.operator === 'Null' && other.key === key && other.values.includes('false'),
          );
          const isRight = (await isList(key)) ? isSet && isThere : !isSet;
          return isRight ? [] : [`${policy}, ${number}: ${operator} ${key}`];
        }),
    ),
  );
  expect(wrong.flat()).toEqual([]);
});

test('no one may put events of another source than that of this library', () => {
  const putting = statements.filter(({ actions }) => actions.includes('events:PutEvents'));
  const open = putting.filter(
    ({ conditions }) =>
      !conditions.some(
        ({ operator, key, values }) =>
          operator === 'ForAllValues:StringEquals' &&
          key === 'events:source' &&
          values.join() === 'cdk-sentries',
      ),
  );
  expect(putting.length).toBeGreaterThan(0);
  expect(open.map(({ policy }) => policy)).toEqual([]);
});

test('docs/rights.md says what is asked for and given', async () => {
  const page = await rightsPage(apps);
  if (process.env.WRITE_RIGHTS && !process.env.CI) writeFileSync(PAGE, page);
  const written = existsSync(PAGE) ? readFileSync(PAGE, 'utf8') : '';
  if (written !== page) {
    throw new Error(`docs/rights.md is not what this version has. Write it again: ${WRITE_AGAIN}`);
  }
});

function rolesOf(role: string): PlacedStatement[] {
  return statements.filter((statement) => statement.role === role);
}

/** At least one of the rights that it asks for. */
function isGiven(call: string, grants: readonly GrantedRight[]): boolean {
  return grants.some((other) => other.call === call && other.by.length > 0);
}

function rightName({ action, type }: PossibleRight): string {
  return `${action.name} on ${type?.name}`;
}
