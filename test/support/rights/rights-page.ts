import { neverSentBy, usedByAws } from './bundled-and-sent';
import { type GrantedRight, grantsOf, resourcesFor } from './granted';
import type { Condition } from './policy-statement';
import { HOLDERS, type RightsApp, type RightsHolder } from './rights-apps';
import type { PlacedStatement } from './template-roles';
import { anchorOf } from '../../../site/.vitepress/anchor';

export const WRITE_AGAIN = 'npx projen rights';

const HEAD = `# The rights of the functions

Each call to AWS that a function makes, with the permission that AWS asks for, and the statement that gives it.
This page is made by [a test](../test/house/rights.test.ts), which fails where it is not true. \`${WRITE_AGAIN}\` writes it again.
`;

const READING = `How to read a section:

- The calls are those whose commands a function's files import. The slow tests compare them with those that they see made, say which they do not play, and let none pass that the role does not allow.
- Permissions, types of resources and condition keys are those of AWS's [service authorization reference](https://docs.aws.amazon.com/service-authorization/latest/reference/reference.html).
- A type that the reference calls optional is asked for where the request names such a resource or tags it.
- Conditions hold for keys that AWS has for that permission alone; with another key, the statement would never allow anything.
- REGION and ACCOUNT are those of the stack, and names those that the constructs have in the test's app. So is the partition \`aws\`: in GovCloud and China, ARNs begin with \`arn:aws-us-gov:\` and \`arn:aws-cn:\`.
- A statement is named by its number in a policy, as in the template.
- A role is denied what counts, unless the call comes from inside of its own function. Without the function's ARN in the request, it is denied as well.
`;

/** The way of the apps that a right is given in, with all that it says. */
type GrantInApp = GrantedRight & { readonly way: string };

/** The content of docs/rights.md. */
export async function rightsPage(apps: readonly RightsApp[]): Promise<string> {
  const sections = await Promise.all(HOLDERS.map(async (holder) => sectionOf(holder, apps)));
  return `${HEAD}\n${contents()}\n\n${READING}\n${sections.join('\n')}`;
}

/** A line for each construct, with its functions. */
function contents(): string {
  const constructs = [...new Set(HOLDERS.map(({ construct }) => construct))];
  return constructs
    .map((construct) => {
      const holders = HOLDERS.filter((holder) => holder.construct === construct);
      const functions = holders.map(
        (holder) => `[${functionOf(holder)}](#${anchorOf(headingOf(holder))})`,
      );
      return `- ${construct}: ${functions.join(', ')}`;
    })
    .join('\n');
}

function headingOf(holder: RightsHolder): string {
  return `${holder.construct}: ${functionOf(holder)}`;
}

function functionOf({ handler }: RightsHolder): string {
  return handler.split('/').at(-1)!;
}

async function sectionOf(holder: RightsHolder, apps: readonly RightsApp[]): Promise<string> {
  const rows = (await firstGrants(holder, apps)).map(rowOf);
  const app = apps.find(({ roles }) => roles.has(holder.role));
  const held = app?.roles.get(holder.role) ?? [];
  const denied = app?.denials.get(holder.role) ?? [];
  return [
    `## ${headingOf(holder)}\n`,
    '| call | permission | type of resource | resource | condition | given by |',
    '|---|---|---|---|---|---|',
    ...rows,
    '',
    ...neverSentBy(holder).map(
      ({ calls, because }) =>
        `Imported and never sent, as ${because}: ${calls.map(code).join(', ')}.\n`,
    ),
    'Used in its name by AWS:\n',
    '| permission | resource | condition | used by | given by |',
    '|---|---|---|---|---|',
    ...usesOfAws(held),
    '',
    'Denied:\n',
    '| permission | where | denied by |',
    '|---|---|---|',
    ...denied.map((statement) =>
      row([list(statement.actions), conditionsText(statement.conditions), placeOf(statement)]),
    ),
    '',
  ].join('\n');
}

/** In the first of the apps whose role has it. */
async function firstGrants(
  holder: RightsHolder,
  apps: readonly RightsApp[],
): Promise<GrantInApp[]> {
  const byApp = await Promise.all(
    apps.map(async (app) =>
      (await grantsOf(holder, app)).map((grant) => ({ ...grant, way: app.way })),
    ),
  );
  const [first = []] = byApp;
  return first.map(
    (grant, index) =>
      byApp.map((grants) => grants[index]).find((other) => other && other.by.length > 0) ?? grant,
  );
}

function rowOf({ call, action, type, when, by, way }: GrantInApp): string {
  const [statement] = by;
  if (!statement) throw new Error(`${call} asks for ${action.name}, and no statement gives it.`);
  const remarks = [when && `where ${when}`, way && `where ${way}`].filter(Boolean);
  return row([
    [code(call), ...remarks].join(', '),
    code(action.name),
    type ? code(type.name.replace(/^.*:/, '')) : 'none',
    list(by.flatMap((one) => resourcesFor(one, type))),
    by.map(({ conditions }) => conditionsText(conditions)).join(' or '),
    by.map(placeOf).join(', '),
  ]);
}

function usesOfAws(held: readonly PlacedStatement[]): string[] {
  return held.flatMap((statement) => {
    const actions = statement.actions.filter((action) => usedByAws(action) !== undefined);
    if (actions.length === 0) return [];
    return [
      row([
        list(actions),
        list(statement.resources),
        conditionsText(statement.conditions),
        [...new Set(actions.map(usedByAws))].join(', '),
        placeOf(statement),
      ]),
    ];
  });
}

function placeOf({ policy, number }: PlacedStatement): string {
  return `${policy}, ${number}`;
}

function conditionsText(conditions: readonly Condition[]): string {
  const text = conditions.map(
    ({ operator, key, values }) => `${code(key)} ${operator} ${values.map(code).join(', ')}`,
  );
  return text.join(' and ') || 'none';
}

function list(texts: readonly string[]): string {
  return [...new Set(texts)].map(code).join(', ');
}

function code(text: string): string {
  return `\`${text}\``;
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
