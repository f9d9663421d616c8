import * as z from 'zod/mini';
import { emulatorAccess, HOME } from '../emulator/emulator-access';

const SERVICE = 'member.org.stacksets.cloudformation.amazonaws.com';
const ENDED = new Set(['SUSPENDED', 'PENDING_CLOSURE', 'CLOSED']);

const Described = z.object({
  Organization: z.object({ Id: z.string(), MasterAccountId: z.string() }),
});
const Page = z.looseObject({ NextToken: z.nullish(z.string()) });
const Ids = z.array(z.object({ Id: z.string() }));
const Accounts = z.array(
  z.object({ Id: z.string(), State: z.optional(z.string()), Status: z.optional(z.string()) }),
);

export interface OrganizationMember {
  readonly accountId: string;
  readonly isSuspended: boolean;
  /** Those above it, the root included. */
  readonly unitIds: readonly string[];
}

/** An organization, as AWS itself sees it. */
export interface OrganizationView {
  readonly id: string;
  readonly managementAccountId: string;
  readonly members: readonly OrganizationMember[];
  /** Accounts that may make StackSets for the organization. */
  readonly stackSetAdministrators: readonly string[];
}

/** The organization of an account; nothing where it is in none. */
export async function organizationOf(
  endpoint: string,
  accountId: string,
): Promise<OrganizationView | undefined> {
  const described = await call(endpoint, accountId, 'DescribeOrganization', {});
  if (!described) return undefined;
  const { Id: id, MasterAccountId: managementAccountId } = Described.parse(described).Organization;
  const reader = new Reader(endpoint, managementAccountId);
  return {
    id,
    managementAccountId,
    members: await reader.members(),
    stackSetAdministrators: await reader.stackSetAdministrators(),
  };
}

class Reader {
  constructor(
    private readonly endpoint: string,
    private readonly managementAccountId: string,
  ) {}

  async members(): Promise<OrganizationMember[]> {
    const roots = Ids.parse(await this.list('ListRoots', 'Roots', {}));
    return (await Promise.all(roots.map(async ({ Id }) => this.membersUnder([Id])))).flat();
  }

  async stackSetAdministrators(): Promise<string[]> {
    const found = await this.list('ListDelegatedAdministrators', 'DelegatedAdministrators', {
      ServicePrincipal: SERVICE,
    });
    return Ids.parse(found).map(({ Id }) => Id);
  }

  private async membersUnder(unitIds: readonly string[]): Promise<OrganizationMember[]> {
    const parent = { ParentId: unitIds[0] };
    const accounts = Accounts.parse(await this.list('ListAccountsForParent', 'Accounts', parent));
    const units = Ids.parse(
      await this.list('ListOrganizationalUnitsForParent', 'OrganizationalUnits', parent),
    );
    const below = await Promise.all(
      units.map(async ({ Id }) => this.membersUnder([Id, ...unitIds])),
    );
    const here = accounts.map(({ Id, State, Status = '' }) => ({
      accountId: Id,
      isSuspended: ENDED.has(State ?? Status),
      unitIds,
    }));
    return [...here, ...below.flat()];
  }

  private async list(operation: string, name: string, input: object): Promise<unknown[]> {
    const found: unknown[] = [];
    for (let NextToken: string | null | undefined; ;) {
      const answer = await call(this.endpoint, this.managementAccountId, operation, {
        ...input,
        ...(NextToken && { NextToken }),
      });
      const page = Page.parse(answer);
      found.push(...z.array(z.unknown()).parse(page[name]));
      NextToken = page.NextToken;
      if (!NextToken) return found;
    }
  }
}

/** The project depends on no SDK for AWS Organizations. Nothing where there is no organization. */
async function call(
  endpoint: string,
  accountId: string,
  operation: string,
  input: object,
): Promise<unknown> {
  const { region, credentials } = emulatorAccess(endpoint, { ...HOME, accountId });
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/x-amz-json-1.1',
      'X-Amz-Target': `AWSOrganizationsV20161128.${operation}`,
      Authorization: `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/20260101/${region}/organizations/aws4_request, SignedHeaders=host, Signature=0`,
    },
    body: JSON.stringify(input),
  });
  const answer = await response.text();
  if (answer.includes('AWSOrganizationsNotInUseException')) return undefined;
  if (!response.ok) throw new Error(`${operation} failed: ${answer}`);
  return JSON.parse(answer);
}
