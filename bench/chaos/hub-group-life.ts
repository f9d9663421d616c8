import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  CreateVpcCommand,
  DeleteSecurityGroupCommand,
  DescribeSecurityGroupRulesCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import * as z from 'zod/mini';
import { stepsOfAudit } from './audit-step';
import { DeadLetters } from './dead-letters';
import { ALICE, HubSandbox, MEMBER } from './hub-sandbox';
import { type EndState, type KindOfLife, type Life, type LifeOptions, sinceNow } from './life';
import { shownTexts } from './shown-texts';
import { JUST_BEFORE_EIGHT_HOURS_MS, LATER_MS, laterAndLater, untilDone } from './until-done';
import { distinct, withoutIdsAndTimes } from '../../test/support/sandbox/lost-answers';

const MINUTE_MS = 60_000;
/** So that what is told in one life is news in the next. */
const BETWEEN_LIVES_MS = 180 * MINUTE_MS;
const [SSH, RDP] = [22, 3389];

export const HUB_GROUP_LIFE: KindOfLife = {
  name: 'hub-groups',
  title: 'SecurityGroupSentry of a hub',
  about: `In a group of a member, SSH is opened and closed at once; RDP is opened, closed, opened again when someone
approves it for eight hours, and closed when they are over. Reconcile looks at the places, coverage looks at the members,
and heartbeats go their way. Compared are the rules of the group, its ledger, the audit, every text that Slack
shows, what was told of each rule, gaps in coverage, and dead letters. That a change failed on the way is told, and is no
difference.`,
  leaves: {
    rules: [],
    audit: ['asked', 'vote', 'decided', 'carried-out', 'ended', 'carried-out'],
    told: ['22 added: reverted', '3389 added: reverted'],
  },
  async begin() {
    const sandbox = await HubSandbox.start();
    const ec2 = new EC2Client(sandbox.localAws.accessTo(MEMBER));
    const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }));
    const life = new HubGroupLife(sandbox, ec2, Vpc?.VpcId ?? '');
    await life.lookAtAll();
    return life;
  },
};

class HubGroupLife implements Life {
  private lives = 0;
  /** Of the last life. */
  private readonly groupIds: string[] = [];
  private readonly deadLetters: DeadLetters;

  constructor(
    readonly sandbox: HubSandbox,
    private readonly ec2: EC2Client,
    private readonly vpcId: string,
  ) {
    this.deadLetters = new DeadLetters(sandbox.localAws, sandbox.stack);
  }

  async live({ before, after }: LifeOptions = {}): Promise<EndState> {
    const { sandbox } = this;
    const since = sinceNow(sandbox);
    await sandbox.pass(BETWEEN_LIVES_MS);
    const groupId = await this.makeGroup();
    const messages = sandbox.slack.messages.length;
    const { deliveries } = await sandbox.localAws.inbox.during(async () => {
      await this.story(groupId, before);
      await after?.(since);
      await sandbox.pass(LATER_MS);
      await this.lookAtAll();
    });
    const own = (texts: readonly string[]) => texts.map((text) => nameless(text, groupId));
    const slack = sandbox.slack.messages.slice(messages);
    const left = {
      rules: own(await this.rulesOf(groupId)),
      ledger: own(await this.ledgerOf(groupId)),
      audit: own(await this.auditOf(groupId)),
      slack: distinct(own(shownTexts(slack))),
      told: distinct(deliveries.flatMap(({ message }) => outcomesIn(message, groupId))),
      gaps: own((await sandbox.items('HubCoverage')).flatMap(gapsIn)),
      'dead letters': await this.deadLetters.taken(),
    };
    return left;
  }

  async clear(): Promise<void> {
    for (const GroupId of this.groupIds.splice(0)) {
      await this.ec2.send(new DeleteSecurityGroupCommand({ GroupId }));
    }
    await this.sandbox.settled();
  }

  async pass(milliseconds: number): Promise<void> {
    await this.sandbox.pass(milliseconds);
  }

  async end(): Promise<void> {
    this.deadLetters.end();
    this.ec2.destroy();
    await this.sandbox.stop();
  }

  /** All that a hub does by its schedules. */
  async lookAtAll(): Promise<void> {
    await this.fire('HubCoverageSchedule');
    await this.fire('HubCoverageSchedule');
    await this.fire('GroupsMemberHeartbeatRule');
    await this.fire('GroupsMemberReconcileRule');
  }

  private async story(groupId: string, before?: LifeOptions['before']): Promise<void> {
    const { sandbox } = this;
    before?.('SSH is opened');
    await this.open(groupId, SSH);
    await sandbox.pass(LATER_MS);
    before?.('RDP is opened');
    await this.open(groupId, RDP);
    await sandbox.pass(LATER_MS);
    before?.('someone approves it');
    await untilDone(
      this.sandbox,
      async () => sandbox.click(ALICE, 'Approve for 8 h', sandbox.lastQuestion),
      laterAndLater(this.sandbox),
    );
    await sandbox.pass(LATER_MS);
    before?.('all is looked at');
    await this.lookAtAll();
    await sandbox.pass(JUST_BEFORE_EIGHT_HOURS_MS);
    before?.('the approval ends');
    await sandbox.pass(LATER_MS);
    await sandbox.pass(LATER_MS);
  }

  /** A schedule that failed comes again. */
  private async fire(rule: string): Promise<void> {
    await untilDone(this.sandbox, async () => this.sandbox.fire(rule), laterAndLater(this.sandbox));
  }

  private async makeGroup(): Promise<string> {
    this.lives += 1;
    const { GroupId = '' } = await this.ec2.send(
      new CreateSecurityGroupCommand({
        GroupName: `life-${this.lives}`,
        Description: 'of a life',
        VpcId: this.vpcId,
      }),
    );
    this.groupIds.push(GroupId);
    await this.sandbox.settled();
    return GroupId;
  }

  private async open(GroupId: string, port: number): Promise<void> {
    const peers = { FromPort: port, ToPort: port, IpRanges: [{ CidrIp: '0.0.0.0/0' }] };
    await this.ec2.send(
      new AuthorizeSecurityGroupIngressCommand({
        GroupId,
        IpPermissions: [{ IpProtocol: 'tcp', ...peers }],
      }),
    );
    await this.sandbox.settled();
  }

  private async rulesOf(groupId: string): Promise<string[]> {
    const { SecurityGroupRules = [] } = await this.ec2.send(
      new DescribeSecurityGroupRulesCommand({ Filters: [{ Name: 'group-id', Values: [groupId] }] }),
    );
    return SecurityGroupRules.filter(({ IsEgress }) => !IsEgress).map(
      ({ FromPort, CidrIpv4 }) => `${FromPort} from ${CidrIpv4}`,
    );
  }

  private async ledgerOf(groupId: string): Promise<string[]> {
    const items = await this.sandbox.items('GroupsLedger');
    return items
      .filter(({ pk, sk }) => pk?.S?.endsWith(groupId) && sk?.S?.startsWith('RULE#'))
      .map(({ data }) => data?.S ?? '');
  }

  private async auditOf(groupId: string): Promise<string[]> {
    const items = await this.sandbox.items('ApprovalsRequests');
    const requests = items
      .filter(({ sk, data }) => !sk?.S?.startsWith('AUDIT#') && data?.S?.includes(groupId))
      .map(({ pk }) => pk?.S);
    return items
      .filter(({ pk, sk }) => requests.includes(pk?.S) && sk?.S?.startsWith('AUDIT#'))
      .flatMap(({ data }) => stepsOfAudit(data?.S));
  }
}

function nameless(text: string, groupId: string): string {
  return withoutIdsAndTimes(text.replaceAll(groupId, 'group')).replace(/life-\d+/g, 'life');
}

const Change = z.object({
  group: z.object({ id: z.string() }),
  rules: z.array(
    z.object({ fromPort: z.optional(z.number()), change: z.string(), outcome: z.string() }),
  ),
});

/** It is tried again. */
const ON_THE_WAY = 'failed';

/** What a message says came of the rules, however often and at which try. */
function outcomesIn(message: string, groupId: string): string[] {
  const told = message.startsWith('{') ? Change.safeParse(JSON.parse(message)).data : undefined;
  if (told?.group.id !== groupId) return [];
  return told.rules
    .filter(({ outcome }) => outcome !== ON_THE_WAY)
    .map(({ fromPort, change, outcome }) => `${fromPort} ${change}: ${outcome}`);
}

function gapsIn(item: Readonly<Record<string, unknown>>): string[] {
  return [...JSON.stringify(item).matchAll(/\\"cause\\":\\"(\w+)/g)].map(([, cause = '']) => cause);
}
