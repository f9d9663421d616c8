import type { DeployedApp } from './deployed-apps';
import { deploymentPolicies, type PolicyStatement, typesOf } from './deployment-policy';
import { HANDLER_PERMISSIONS } from './handler-schemas';

export const WRITE_AGAIN = 'npx projen deployment-rights';

/** AWS takes no more in a managed policy, white space aside. */
export const LONGEST_MANAGED_POLICY = 6_144;

/** Between these, docs/deployment-rights.md is written by a test. */
const BEGIN = (name: string) => `<!-- begin: ${name} -->`;
const END = (name: string) => `<!-- end: ${name} -->`;

/** The page, with what is between its markers written again. */
export async function deploymentRightsPage(
  page: string,
  apps: readonly DeployedApp[],
): Promise<string> {
  const { changes, looks } = await deploymentPolicies(apps);
  const contents: Readonly<Record<string, string>> = {
    date: `The schemas are of ${HANDLER_PERMISSIONS.schemaDate.slice(0, 10)}.`,
    changes: policyBlock(changes),
    looks: policyBlock(looks),
    types: typesTable(apps),
  };
  return Object.entries(contents).reduce(
    (text, [name, content]) => written(text, name, content),
    page,
  );
}

export function policyDocument(statements: readonly PolicyStatement[]): object {
  return { Version: '2012-10-17', Statement: statements };
}

function written(page: string, name: string, content: string): string {
  const [begin, end] = [page.indexOf(BEGIN(name)), page.indexOf(END(name))];
  if (begin < 0 || end < begin) {
    throw new Error(`docs/deployment-rights.md has no place for "${name}".`);
  }
  return `${page.slice(0, begin + BEGIN(name).length)}\n\n${content}\n\n${page.slice(end)}`;
}

function policyBlock(statements: readonly PolicyStatement[]): string {
  return ['```json', JSON.stringify(policyDocument(statements), undefined, 2), '```'].join('\n');
}

/** By construct: which services to leave in, where only some constructs are used. */
function typesTable(apps: readonly DeployedApp[]): string {
  const rows = apps.map((app) => `| ${app.name} | ${typesOf([app]).map(shortName).join(', ')} |`);
  return ['| construct | types |', '|---|---|', ...rows].join('\n');
}

function shortName(type: string): string {
  return `\`${type.replace('AWS::', '')}\``;
}
