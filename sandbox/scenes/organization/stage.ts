import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  CreateVpcCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import {
  DEPLOYMENT,
  DEPLOYMENT_PLACE,
  HUB_PLACE,
  LAB_PLACE,
  type MemberAccount,
  MEMBERS,
  ORGANIZATION,
  PAYMENTS_PLACE,
  ROUTES,
  SECURITY,
  UNITS,
  userId,
} from './cast';
import type { AwsCredentials, DeployedStack, LocalAws, Place } from '../../local-aws';
import type { NewAccount, Organization } from '../../organization/organization';
import { synthesizeExample } from '../example-app';
import { interactionsUrlOf } from '../interactions-url';
import { gapsLine } from '../printing';
import { BOT_TOKEN, SIGNING_SECRET, type SlackScene } from '../slack-scene';
import { stackOutput } from '../stack-output';

const HUB_STACK = 'OrganizationHub';
const MEMBERS_STACK = 'OrganizationMembers';

/** An administrator of a member, and a group there to open ports of. */
export interface Member {
  readonly place: Place;
  readonly administrator: AwsCredentials;
  readonly groupId: string;
}

/** The example, deployed to an organization. */
export interface Stage {
  readonly localAws: LocalAws;
  readonly screen: SlackScene;
  readonly hub: DeployedStack;
  readonly interactionsUrl: string;
  readonly payments: Member;
  readonly lab: Member;
}

export async function setStage(localAws: LocalAws, screen: SlackScene): Promise<Stage> {
  const { print } = screen;
  addPeople(screen);
  const assembly = synthesizeExample('organization/typescript', { actInProduction: true });
  print('Making an organization, and synthesizing examples/organization/typescript …');
  const organization = await makeOrganization(localAws);
  const [payments, lab] = await Promise.all([
    member(localAws, organization, PAYMENTS_PLACE, 'pat'),
    member(localAws, organization, LAB_PLACE, 'mallory'),
  ]);
  print('Deploying the hub, and then the members, by StackSets …');
  const hub = await localAws.deploy(await assembly, HUB_STACK, HUB_PLACE);
  await localAws.putSecret(stackOutput(hub, 'SigningSecretArn'), SIGNING_SECRET);
  await localAws.putSecret(stackOutput(hub, 'BotTokenArn'), BOT_TOKEN);
  await localAws.deploy(await assembly, MEMBERS_STACK, DEPLOYMENT_PLACE);
  print(gapsLine(hub.gaps));
  // It joins after the StackSets have looked who is in the units, and they are not told.
  await organization.addAccount(accountOf(MEMBERS.shop));
  const stage = {
    localAws,
    screen,
    hub,
    payments,
    lab,
    interactionsUrl: interactionsUrlOf(hub),
  };
  print('Looking at the members, and adopting their groups, as the hub does within an hour …');
  await lookAtMembers(stage);
  await reconcileMembers(stage);
  screen.begin(localAws);
  return stage;
}

/** What the hub does every fifteen minutes: it judges what the look before has found. */
export async function lookAtMembers({ localAws, hub, screen }: Stage): Promise<void> {
  for (let run = 0; run < 2; run += 1) {
    await localAws.fire(hub, 'HubCoverageSchedule');
    await screen.settled(localAws);
  }
}

/** What the sentry does every hour: it compares the groups of members with its ledger. */
export async function reconcileMembers({ localAws, hub, screen }: Stage): Promise<void> {
  await localAws.fire(hub, 'GroupSentryMemberReconcileRule');
  await screen.settled(localAws);
}

/** One of them reads the channel of others, too. Who may decide there is another matter. */
function addPeople({ slack }: SlackScene): void {
  for (const [name, { channel, group, members, readers }] of Object.entries(ROUTES)) {
    for (const person of members) slack.addUser({ id: userId(person), name: person });
    slack.addChannel({ id: channel, name, members: [...members, ...readers].map(userId) });
    slack.userGroups.set(group, members.map(userId));
  }
}

async function makeOrganization(localAws: LocalAws): Promise<Organization> {
  const organization = await localAws.organization(ORGANIZATION);
  for (const [name, id] of Object.entries(UNITS)) await organization.addUnit(name, undefined, id);
  await organization.addAccounts([
    { name: 'security', id: SECURITY },
    { name: 'deployment', id: DEPLOYMENT },
    accountOf(MEMBERS.payments),
    accountOf(MEMBERS.lab),
  ]);
  await organization.delegate(SECURITY, 'access-analyzer.amazonaws.com');
  await organization.delegate(DEPLOYMENT, 'member.org.stacksets.cloudformation.amazonaws.com');
  return organization;
}

function accountOf({ name, id, unit }: MemberAccount): NewAccount {
  return { name, id, parentId: UNITS[unit] };
}

async function member(
  localAws: LocalAws,
  organization: Organization,
  place: Place,
  name: string,
): Promise<Member> {
  const administrator = await organization.administrator(place.accountId, name);
  const client = new EC2Client(localAws.accessTo(place));
  const { Vpc } = await client.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }));
  const { GroupId = '' } = await client.send(
    new CreateSecurityGroupCommand({
      GroupName: 'web',
      Description: 'The web servers',
      VpcId: Vpc?.VpcId,
    }),
  );
  await client.send(
    new AuthorizeSecurityGroupIngressCommand({
      GroupId,
      IpPermissions: [
        { IpProtocol: 'tcp', FromPort: 443, ToPort: 443, IpRanges: [{ CidrIp: '0.0.0.0/0' }] },
      ],
    }),
  );
  client.destroy();
  return { place, administrator, groupId: GroupId };
}
