import {
  type OrganizationsClient,
  paginateListAccounts,
  paginateListAccountsForParent,
  paginateListOrganizationalUnitsForParent,
  paginateListRoots,
} from '@aws-sdk/client-organizations';
import * as z from 'zod/mini';
import {
  ACCOUNT_STATES,
  type AccountList,
  type OrganizationAccount,
} from '../domain/member-accounts';

/** An account that AWS does not list as closed in words that are known is watched. */
const stateSchema = z.catch(z.enum(ACCOUNT_STATES), 'ACTIVE');

const accountSchema = z.object({
  Id: z.string(),
  Name: z._default(z.string(), ''),
  State: z.optional(z.string()),
  /** In the place of the state, in older answers. */
  Status: z.optional(z.string()),
  Paths: z.optional(z.array(z.string())),
});

type ListedAccount = z.infer<typeof accountSchema>;

const idSchema = z.object({ Id: z.string() });

/** All accounts of the organization, with their paths. */
export async function readAccounts(client: OrganizationsClient, now: Date): Promise<AccountList> {
  const listed: ListedAccount[] = [];
  for await (const page of paginateListAccounts({ client }, {})) {
    listed.push(...z.array(accountSchema).parse(page.Accounts ?? []));
  }
  const haveNoPath = listed.some(({ Paths }) => Paths === undefined);
  const paths = haveNoPath ? await pathsInTree(client) : new Map<string, string>();
  return {
    readAt: now,
    accounts: listed.map((account) => organizationAccount(account, paths)),
  };
}

function organizationAccount(
  { Id, Name, State, Status, Paths }: ListedAccount,
  paths: ReadonlyMap<string, string>,
): OrganizationAccount {
  return {
    id: Id,
    name: Name,
    state: stateSchema.parse(State ?? Status),
    path: Paths?.[0] ?? paths.get(Id) ?? '',
  };
}

/** Where AWS does not tell an account's path, it is found from the root down. */
async function pathsInTree(client: OrganizationsClient): Promise<Map<string, string>> {
  const paths = new Map<string, string>();
  const above: string[] = [];
  for await (const page of paginateListRoots({ client }, {})) {
    above.push(
      ...z
        .array(idSchema)
        .parse(page.Roots ?? [])
        .map(({ Id }) => `${Id}/`),
    );
  }
  for (let path = above.pop(); path !== undefined; path = above.pop()) {
    const ParentId = path.split('/').at(-2);
    for await (const page of paginateListAccountsForParent({ client }, { ParentId })) {
      const here = z.array(idSchema).parse(page.Accounts ?? []);
      for (const { Id } of here) paths.set(Id, path);
    }
    for await (const page of paginateListOrganizationalUnitsForParent({ client }, { ParentId })) {
      const units = z.array(idSchema).parse(page.OrganizationalUnits ?? []);
      above.push(...units.map(({ Id }) => `${path}${Id}/`));
    }
  }
  return paths;
}
