import * as z from 'zod/mini';
import { jsonCall } from './json-call';
import type { AwsCredentials } from '../emulator/credentials';

const Made = z.object({ organizationId: z.string(), rootId: z.string() });
const Added = z.object({ accountIds: z.array(z.string()) });
const Key = z.object({ accessKeyId: z.string(), secretAccessKey: z.string() });
const Unit = z.object({ OrganizationalUnit: z.object({ Id: z.string() }) });
const Parents = z.object({ Parents: z.array(z.object({ Id: z.string() })) });
const NewPolicy = z.object({
  Policy: z.object({ PolicySummary: z.object({ Id: z.string() }) }),
});

const OWN = '/sandbox/organization';
const MANAGEMENT_ACCOUNT = '111111111111';
const MANAGER = 'manager-of-the-organization';

export type AccountState =
  'PENDING_ACTIVATION' | 'ACTIVE' | 'SUSPENDED' | 'PENDING_CLOSURE' | 'CLOSED';

export interface OrganizationOptions {
  /** Such as o-abc1234567. Default: made up. */
  readonly id?: string;
  /** Such as r-abcd. Default: made up. */
  readonly rootId?: string;
  /** Twelve digits. Default: 111111111111 */
  readonly managementAccountId?: string;
  /**
   * Whether its members have a default VPC and machine images in each Region, as AWS gives them;
   * each Region then costs half a second and 4 MB. Default: none of both.
   */
  readonly defaultVpcs?: boolean;
}

export interface NewAccount {
  readonly name: string;
  /** Twelve digits. Default: made up. */
  readonly id?: string;
  /** Default: the root. */
  readonly parentId?: string;
}

/** A statement of a policy, as IAM writes it. */
export type PolicyStatement = Readonly<Record<string, unknown>>;

/**
 * An organization in the emulator, whose accounts keep to what AWS lets them do: their users, and
 * sessions of roles across accounts, go by policies of identities, sessions, roles and the
 * organization. Calls of the sandbox itself do not, and
 * neither do those that functions make with their own role.
 */
export class Organization {
  static async create(
    endpoint: string,
    {
      managementAccountId = MANAGEMENT_ACCOUNT,
      defaultVpcs = false,
      ...ids
    }: OrganizationOptions = {},
  ): Promise<Organization> {
    const { organizationId, rootId } = Made.parse(
      await own(endpoint, OWN, { managementAccountId, defaultVpcs, ...ids }),
    );
    const manager = await administrator(endpoint, managementAccountId, MANAGER);
    return new Organization(endpoint, organizationId, rootId, managementAccountId, manager);
  }

  private constructor(
    private readonly endpoint: string,
    readonly id: string,
    readonly rootId: string,
    readonly managementAccountId: string,
    /** An administrator of the management account. */
    readonly manager: AwsCredentials,
  ) {}

  /** Adds any number at once, and gives their ids in the same order. */
  async addAccounts(accounts: readonly NewAccount[]): Promise<string[]> {
    const { managementAccountId } = this;
    return Added.parse(
      await own(this.endpoint, `${OWN}/accounts`, { managementAccountId, accounts }),
    ).accountIds;
  }

  async addAccount(account: NewAccount): Promise<string> {
    const [id = ''] = await this.addAccounts([account]);
    return id;
  }

  /** Gives its id, such as ou-abcd-11111111, which is made up where none is chosen. */
  async addUnit(name: string, parentId = this.rootId, id?: string): Promise<string> {
    const { managementAccountId } = this;
    return Unit.parse(
      await own(this.endpoint, `${OWN}/unit`, { managementAccountId, name, parentId, id }),
    ).OrganizationalUnit.Id;
  }

  async move(accountId: string, parentId: string): Promise<void> {
    const { Parents: parents } = Parents.parse(
      await this.manage('ListParents', { ChildId: accountId }),
    );
    await this.manage('MoveAccount', {
      AccountId: accountId,
      SourceParentId: parents[0]?.Id,
      DestinationParentId: parentId,
    });
  }

  async remove(accountId: string): Promise<void> {
    await this.manage('RemoveAccountFromOrganization', { AccountId: accountId });
  }

  async setState(accountId: string, state: AccountState): Promise<void> {
    await own(this.endpoint, `${OWN}/account-state`, { accountId, state });
  }

  /** From now on, accounts are told with their status as before 2026: no state, and no paths. */
  async giveOlderAnswers(): Promise<void> {
    const { managementAccountId } = this;
    await own(this.endpoint, `${OWN}/older-answers`, { managementAccountId, older: true });
  }

  /** Makes the account a service's delegated administrator: of guardduty.amazonaws.com, say. */
  async delegate(accountId: string, service: string): Promise<void> {
    await this.manage('EnableAWSServiceAccess', { ServicePrincipal: service });
    await this.manage('RegisterDelegatedAdministrator', {
      AccountId: accountId,
      ServicePrincipal: service,
    });
  }

  /** A service control policy on an account, a unit or the root. Gives what takes it off again. */
  async control(
    targetId: string,
    name: string,
    statements: readonly PolicyStatement[],
  ): Promise<() => Promise<void>> {
    const { Policy } = NewPolicy.parse(
      await this.manage('CreatePolicy', {
        Name: name,
        Description: name,
        Type: 'SERVICE_CONTROL_POLICY',
        Content: JSON.stringify({ Version: '2012-10-17', Statement: statements }),
      }),
    );
    const attachment = { PolicyId: Policy.PolicySummary.Id, TargetId: targetId };
    await this.manage('AttachPolicy', attachment);
    return async () => {
      await this.manage('DetachPolicy', attachment);
    };
  }

  /** Of Regions that an account may switch: the newer ones, such as af-south-1. They begin off. */
  async switchRegion(accountId: string, region: string, to: 'on' | 'off'): Promise<void> {
    await own(this.endpoint, '/sandbox/region', { accountId, region, on: to === 'on' });
  }

  /** A user of the account who may do all that the organization lets the account do. */
  async administrator(accountId: string, name: string): Promise<AwsCredentials> {
    return administrator(this.endpoint, accountId, name);
  }

  /** A call of AWS Organizations by the management account. */
  async manage(operation: string, input: Readonly<Record<string, unknown>>): Promise<unknown> {
    return jsonCall(this.endpoint, this.manager, { service: 'organizations', operation, input });
  }
}

async function administrator(
  endpoint: string,
  accountId: string,
  name: string,
): Promise<AwsCredentials> {
  return Key.parse(await own(endpoint, `${OWN}/administrator`, { accountId, name }));
}

/** A route of emulator.py. */
async function own(endpoint: string, route: string, request: object): Promise<unknown> {
  const response = await fetch(`${endpoint}${route}`, {
    method: 'POST',
    body: JSON.stringify(request),
  });
  if (!response.ok) throw new Error(`The emulator refused: ${await response.text()}`);
  return response.json();
}
