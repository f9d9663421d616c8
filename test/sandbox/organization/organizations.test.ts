import {
  CreateSecurityGroupCommand,
  CreateVpcCommand,
  DescribeRegionsCommand,
  DescribeSecurityGroupsCommand,
  DescribeVpcsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import * as z from 'zod/mini';
import type { AwsCredentials } from '../../../sandbox/emulator/credentials';
import { type Emulator, startEmulator } from '../../../sandbox/emulator/emulator';
import { preparePythonEnvironment } from '../../../sandbox/emulator/python-environment';
import { jsonCall, RefusedCall } from '../../../sandbox/organization/json-call';
import { Organization } from '../../../sandbox/organization/organization';

/**
 * Accounts, units, and who may ask for them (sandbox/emulator/server/organizations.py), the Regions
 * of each (regions.py), and that many of them are cheap (cheap_accounts.py).
 */

const HUB = '222222222222';
const MEMBER = '333333333333';
const NEW_REGION = 'af-south-1';
const ACCOUNTS = 100;
const REGIONS = ['us-east-1', 'eu-west-1'];
const SOON_MS = 20;

const Accounts = z.object({
  Accounts: z.array(z.looseObject({ Id: z.string(), State: z.optional(z.string()) })),
  NextToken: z.optional(z.string()),
});
const Described = z.object({
  Account: z.looseObject({ State: z.optional(z.string()), Status: z.optional(z.string()) }),
});
const Regions = z.object({
  Regions: z.array(z.object({ RegionName: z.string(), RegionOptStatus: z.string() })),
});

let emulator: Emulator;
let organization: Organization;
let hub: AwsCredentials;
let member: AwsCredentials;

beforeAll(async () => {
  emulator = await startEmulator(await preparePythonEnvironment(console.log));
});
afterAll(async () => {
  await emulator.stop();
});
beforeEach(async () => {
  await emulator.reset();
  organization = await Organization.create(emulator.endpoint);
  await organization.addAccounts([
    { name: 'hub', id: HUB },
    { name: 'member', id: MEMBER },
  ]);
  [hub, member] = await Promise.all([
    organization.administrator(HUB, 'admin'),
    organization.administrator(MEMBER, 'admin'),
  ]);
});

async function ask(who: AwsCredentials, operation: string, input = {}): Promise<unknown> {
  return jsonCall(emulator.endpoint, who, { service: 'organizations', operation, input });
}

async function regionsOf(who: AwsCredentials, input = {}) {
  const answer = await jsonCall(emulator.endpoint, who, {
    service: 'account',
    operation: 'ListRegions',
    input,
  });
  return Regions.parse(answer).Regions;
}

async function pagesOf(who: AwsCredentials, input = {}) {
  const sizes: number[] = [];
  const ids: string[] = [];
  for (let NextToken: string | undefined, first = true; first || NextToken; first = false) {
    const page = Accounts.parse(
      await ask(who, 'ListAccounts', { ...input, ...(NextToken && { NextToken }) }),
    );
    sizes.push(page.Accounts.length);
    ids.push(...page.Accounts.map(({ Id }) => Id));
    NextToken = page.NextToken;
  }
  return { sizes, ids };
}

async function told(accountId: string) {
  const answer = await organization.manage('DescribeAccount', { AccountId: accountId });
  return Described.parse(answer).Account;
}

function ec2(credentials: AwsCredentials, region = 'us-east-1'): EC2Client {
  return new EC2Client({ endpoint: emulator.endpoint, region, credentials, maxAttempts: 1 });
}

/** Of the time that a call takes, in milliseconds. */
async function medianOf(clients: readonly EC2Client[]): Promise<number> {
  const times: number[] = [];
  for (const client of clients) {
    const begun = performance.now();
    await client.send(new DescribeSecurityGroupsCommand({}));
    times.push(performance.now() - begun);
    client.destroy();
  }
  return times.sort((one, other) => one - other)[Math.floor(times.length / 2)] ?? Infinity;
}

test("organization, root and units have ids of one's choice, or ids that are made up", async () => {
  await emulator.reset();
  const ids = { id: 'o-abc1234567', rootId: 'r-abcd' };
  const chosen = await Organization.create(emulator.endpoint, ids);
  expect({ id: chosen.id, rootId: chosen.rootId }).toEqual(ids);
  expect(await chosen.addUnit('trials', undefined, 'ou-abcd-22222222')).toBe('ou-abcd-22222222');
  expect(await chosen.addUnit('production')).toMatch(/^ou-abcd-(?!22222222)\w{8}$/);
});

describe('the list of accounts', () => {
  test('comes in pages of 20, each account once', async () => {
    const names = Array.from({ length: 42 }, (_, index) => ({ name: `a${index}` }));
    const added = await organization.addAccounts(names);
    const { sizes, ids } = await pagesOf(organization.manager);
    expect(sizes).toEqual([20, 20, 5]);
    expect(new Set(ids)).toEqual(
      new Set([organization.managementAccountId, HUB, MEMBER, ...added]),
    );
    expect((await pagesOf(organization.manager, { MaxResults: 2 })).sizes[0]).toBe(2);
  });

  test.each([{ MaxResults: 21 }, { MaxResults: 0 }, { NextToken: 'made up' }])(
    'is not given for %j',
    async (input) => {
      await expect(ask(organization.manager, 'ListAccounts', input)).rejects.toMatchObject({
        name: 'InvalidInputException',
      });
    },
  );

  test.each([
    'ListAccounts',
    'ListRoots',
    'DescribeAccount',
    'ListParents',
    'CreateOrganizationalUnit',
  ])('is refused to a member, as %s is', async (operation) => {
    await expect(ask(member, operation)).rejects.toEqual(
      new RefusedCall(
        'AccessDeniedException',
        "You don't have permissions to access this resource.",
      ),
    );
  });

  test('is given to the delegated administrator of any service, who may change nothing', async () => {
    await expect(
      organization.manage('RegisterDelegatedAdministrator', {
        AccountId: HUB,
        ServicePrincipal: 'some-service.amazonaws.com',
      }),
    ).rejects.toThrow('enable service access');
    await organization.delegate(HUB, 'some-service.amazonaws.com');
    expect((await pagesOf(hub)).ids).toContain(MEMBER);
    await expect(ask(hub, 'CloseAccount', { AccountId: MEMBER })).rejects.toThrow(RefusedCall);
  });

  test('says to who is in no organization that they are not', async () => {
    await organization.remove(MEMBER);
    await expect(ask(member, 'ListAccounts')).rejects.toMatchObject({
      name: 'AWSOrganizationsNotInUseException',
    });
    expect((await pagesOf(organization.manager)).ids).not.toContain(MEMBER);
  });
});

describe('an account', () => {
  test.each(['PENDING_ACTIVATION', 'ACTIVE', 'SUSPENDED', 'PENDING_CLOSURE', 'CLOSED'] as const)(
    'is told with its state, %s, and without the status of old',
    async (state) => {
      await organization.setState(MEMBER, state);
      expect(await told(MEMBER)).toMatchObject({ State: state });
      expect(await told(MEMBER)).not.toHaveProperty('Status');
    },
  );

  test('is told with its status alone in older answers', async () => {
    await organization.giveOlderAnswers();
    await organization.setState(MEMBER, 'CLOSED');
    const account = await told(MEMBER);
    expect(account.Status).toBe('SUSPENDED');
    expect(account).not.toHaveProperty('State');
    expect(account).not.toHaveProperty('Paths');
  });

  test('is told with the path of units that it is in, after a move too', async () => {
    const { id, rootId } = organization;
    const outer = await organization.addUnit('workloads');
    const inner = await organization.addUnit('production', outer);
    expect((await told(MEMBER)).Paths).toEqual([`${id}/${rootId}/${MEMBER}/`]);
    await organization.move(MEMBER, inner);
    expect((await told(MEMBER)).Paths).toEqual([`${id}/${rootId}/${outer}/${inner}/${MEMBER}/`]);
    const { Accounts: there } = Accounts.parse(
      await organization.manage('ListAccountsForParent', { ParentId: inner }),
    );
    expect(there.map(({ Id }) => Id)).toEqual([MEMBER]);
  });

  test('is moved from where it is, or not at all', async () => {
    const unit = await organization.addUnit('workloads');
    await expect(
      organization.manage('MoveAccount', {
        AccountId: MEMBER,
        SourceParentId: unit,
        DestinationParentId: organization.rootId,
      }),
    ).rejects.toMatchObject({ name: 'SourceParentNotFoundException' });
  });

  test('leaves by itself, and what was delegated to it ends', async () => {
    await organization.delegate(HUB, 'some-service.amazonaws.com');
    await ask(hub, 'LeaveOrganization');
    expect(await organization.manage('ListDelegatedAdministrators', {})).toEqual({
      DelegatedAdministrators: [],
    });
    await expect(ask(hub, 'ListAccounts')).rejects.toThrow('not a member');
  });
});

describe('the Regions of an account', () => {
  test('are those that everyone has, and those that it opted into', async () => {
    const enabled = { RegionOptStatusContains: ['ENABLED', 'ENABLED_BY_DEFAULT'] };
    const before = await regionsOf(member, enabled);
    expect(before).toContainEqual({
      RegionName: 'eu-west-1',
      RegionOptStatus: 'ENABLED_BY_DEFAULT',
    });
    expect(before.map(({ RegionName }) => RegionName)).not.toContain(NEW_REGION);
    await organization.switchRegion(MEMBER, NEW_REGION, 'on');
    expect(await regionsOf(member, enabled)).toContainEqual({
      RegionName: NEW_REGION,
      RegionOptStatus: 'ENABLED',
    });
    expect(await regionsOf(hub, { RegionOptStatusContains: ['ENABLED'] })).toEqual([]);
  });

  test('are told by EC2 too', async () => {
    const client = ec2(member);
    const names = async (AllRegions = false) => {
      const { Regions: found = [] } = await client.send(new DescribeRegionsCommand({ AllRegions }));
      return found.map(({ RegionName }) => RegionName);
    };
    expect(await names()).not.toContain(NEW_REGION);
    expect(await names(true)).toContain(NEW_REGION);
    await organization.switchRegion(MEMBER, NEW_REGION, 'on');
    expect(await names()).toContain(NEW_REGION);
    client.destroy();
  });

  test('are told to the management account where account management has access', async () => {
    await expect(regionsOf(organization.manager, { AccountId: MEMBER })).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
    await organization.manage('EnableAWSServiceAccess', {
      ServicePrincipal: 'account.amazonaws.com',
    });
    expect(await regionsOf(organization.manager, { AccountId: MEMBER })).not.toEqual([]);
    await expect(regionsOf(hub, { AccountId: MEMBER })).rejects.toThrow();
  });
});

describe('accounts without default VPCs', () => {
  test('say so where someone wants one, and take others', async () => {
    const client = ec2(member);
    const group = { GroupName: 'web', Description: 'web' };
    expect((await client.send(new DescribeVpcsCommand({}))).Vpcs ?? []).toEqual([]);
    await expect(client.send(new CreateSecurityGroupCommand(group))).rejects.toMatchObject({
      name: 'VPCIdNotSpecified',
    });
    const { Vpc } = await client.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }));
    await client.send(new CreateSecurityGroupCommand({ ...group, VpcId: Vpc?.VpcId }));
    const { SecurityGroups = [] } = await client.send(new DescribeSecurityGroupsCommand({}));
    expect(new Set(SecurityGroups.map(({ GroupName }) => GroupName))).toEqual(
      new Set(['default', 'web']),
    );
    client.destroy();
  });

  test('have one where the organization wants it', async () => {
    await emulator.reset();
    const other = await Organization.create(emulator.endpoint, { defaultVpcs: true });
    await other.addAccount({ name: 'member', id: MEMBER });
    const client = ec2(await other.administrator(MEMBER, 'admin'));
    expect((await client.send(new DescribeVpcsCommand({}))).Vpcs).toHaveLength(1);
    client.destroy();
  });

  test('are cheap: 100 of them in two Regions answer their first calls as soon as others', async () => {
    const names = Array.from({ length: ACCOUNTS }, (_, index) => ({ name: `a${index}` }));
    const ids = await organization.addAccounts(names);
    const someone = await Promise.all(
      ids.map(async (id) => organization.administrator(id, 'admin')),
    );
    // New ones each time, as a client's own first call takes longer too.
    const clients = () => someone.flatMap((one) => REGIONS.map((region) => ec2(one, region)));
    const first = await medianOf(clients());
    expect(first - (await medianOf(clients()))).toBeLessThan(SOON_MS);
  });
});
