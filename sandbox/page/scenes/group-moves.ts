import { randomUUID } from 'node:crypto';
import {
  AuthorizeSecurityGroupIngressCommand,
  DescribeSecurityGroupRulesCommand,
  EC2Client,
  type SecurityGroupRule,
} from '@aws-sdk/client-ec2';
import { callByCli } from './call-by-cli';
import { type DeployedRule, deployedRule } from './deployed-rule';
import { forgedEventCall } from './forged-event';
import { RESPONSE_LEASE_SECONDS } from '../../../src/security-group/contracts/respond-to-changes.environment';
import type { AwsCredentials, DeployedStack, LocalAws } from '../../local-aws';
import type { Move } from '../moves';
import type { SandboxPage } from '../sandbox-page';

const EVERYWHERE = '0.0.0.0/0';
const SSH_FROM_EVERYWHERE = `--protocol tcp --port 22 --cidr ${EVERYWHERE}`;

/** The scene itself has SSH opened, too. */
const ONLY_COUNTED = 'What was told within the hour is only counted: then no message is sent.';

/** A group that a sentry watches, and someone who changes it. */
export interface GroupStage {
  readonly localAws: LocalAws;
  readonly stack: DeployedStack;
  readonly visitor: AwsCredentials;
  readonly groupId: string;
  /** Until nothing is under way any more. */
  settled(): Promise<void>;
}

/** The classic moves against a group. */
export function groupMoves(page: SandboxPage, stage: GroupStage): Move[] {
  const moves = new GroupMoves(page, stage);
  return [
    {
      id: 'open-ssh',
      label: 'Open SSH to the world',
      hint: 'The visitor adds a rule: port 22, from everywhere.',
      do: async () => moves.openSsh(),
    },
    {
      id: 'widen-rule',
      label: 'Widen a rule',
      hint: 'The visitor gives the first inbound rule other values: all ports, from everywhere. Where there is no rule, a deployment puts one back first.',
      do: async () => moves.widenRule(),
    },
    {
      id: 'remove-rule',
      label: 'Remove a rule',
      hint: 'The visitor removes the first inbound rule. It is told, and stays away, until a trusted actor puts it back.',
      do: async () => moves.removeRule(),
    },
    {
      id: 'deploy-rule',
      label: 'A deployment puts it back',
      hint: 'The CDK deploys the group as the app has it: HTTPS from everywhere. Deployments are trusted, so the rule is accepted.',
      do: async () => moves.deployRule(),
    },
    {
      id: 'forge-event',
      label: 'Forge an event',
      hint: 'The visitor puts an event of EC2 on the bus, which AWS refuses; then the sandbox makes one up. An event is a hint: the state decides.',
      do: async () => moves.forgeEvent(),
    },
    {
      id: 'kill-function',
      label: 'Kill the function',
      hint: `SSH is opened, and the function is killed once it has reverted that, while it tells of it. Once its lease is over, the event is handled again, so that nothing is lost that has to be told. ${ONLY_COUNTED}`,
      do: async () => moves.killFunction(),
    },
    {
      id: 'lose-answer',
      label: 'Lose the answers',
      hint: `SSH is opened, and of each call of the function that changes something the first answer is lost: it calls again. ${ONLY_COUNTED}`,
      do: async () => moves.loseAnswers(),
    },
  ];
}

class GroupMoves {
  constructor(
    private readonly page: SandboxPage,
    private readonly stage: GroupStage,
  ) {}

  async openSsh(): Promise<void> {
    if ((await this.inboundRules()).some(isSsh)) {
      this.page.tell('refused', 'SSH stands open already: remove the rule, or let its time pass');
      return;
    }
    await this.cli(['authorize-security-group-ingress', ...this.onGroup(SSH_FROM_EVERYWHERE)]);
  }

  async widenRule(): Promise<void> {
    const rule = await this.firstRule();
    const values = 'IpProtocol=tcp,FromPort=0,ToPort=65535,CidrIpv4=0.0.0.0/0';
    await this.cli([
      'modify-security-group-rules',
      ...this.onGroup(
        `--security-group-rules SecurityGroupRuleId=${rule},SecurityGroupRule={${values}}`,
      ),
    ]);
  }

  async removeRule(): Promise<void> {
    const rule = await this.firstRule();
    await this.cli([
      'revoke-security-group-ingress',
      ...this.onGroup(`--security-group-rule-ids ${rule}`),
    ]);
  }

  async deployRule(): Promise<void> {
    const deployed = deployedRule(this.stage.stack);
    if ((await this.inboundRules()).some((rule) => isSameRule(rule, deployed))) {
      this.page.tell('refused', 'nothing is put back: the rule of the app stands');
      return;
    }
    const { localAws, groupId, settled } = this.stage;
    const credentials = await localAws.deploymentSession();
    const { endpoint, region } = localAws;
    this.page.tell('command', 'a deployment by the CDK puts the rule of the app back');
    const client = new EC2Client({ endpoint, region, credentials });
    const { CidrIp, Description, ...ports } = deployed;
    const IpPermissions = [{ ...ports, IpRanges: [{ CidrIp, Description }] }];
    await client
      .send(new AuthorizeSecurityGroupIngressCommand({ GroupId: groupId, IpPermissions }))
      .finally(() => client.destroy());
    await settled();
  }

  async forgeEvent(): Promise<void> {
    const { localAws, visitor, settled } = this.stage;
    const printed = await callByCli(
      this.page,
      { localAws, credentials: visitor },
      forgedEventCall({ recipientAccountId: localAws.accountId }),
    );
    this.page.tell('refused', printed.trim());
    const event = this.madeUpEvent();
    this.page.tellMadeUp(
      event,
      `the administrator has opened tcp 3389 to the world in ${this.stage.groupId}`,
    );
    await localAws.replay(event);
    await settled();
  }

  /** After it has acted. A later move must not meet the crash. */
  async killFunction(): Promise<void> {
    const { localAws } = this.stage;
    const crash = localAws.crashNext({ service: 'events', action: 'PutEvents', when: 'before' });
    try {
      const opened = this.openSsh();
      const isMet = await Promise.race([crash.met.then(() => true), opened.then(() => false)]);
      if (isMet) await this.leaseOver();
      await opened;
    } finally {
      crash.end();
    }
  }

  /** The one that was killed holds it; the next try cannot know that it is no more. */
  private async leaseOver(): Promise<void> {
    const { localAws } = this.stage;
    const time = new Date(localAws.now().getTime() + RESPONSE_LEASE_SECONDS * 1_000);
    await localAws.setClock(time);
    this.page.tell(
      'clock',
      `${RESPONSE_LEASE_SECONDS} seconds pass: until then, the one that was killed could still be at work`,
    );
  }

  async loseAnswers(): Promise<void> {
    const lost = this.stage.localAws.loseAnswers();
    try {
      await this.openSsh();
    } finally {
      lost.end();
    }
    const calls = lost.calls.map(({ service, action }) => `${service}:${action}`).join(', ');
    this.page.tell('fault', `the first answers to these calls were lost: ${calls || 'none'}`);
  }

  private async cli(args: readonly string[]): Promise<void> {
    const { localAws, visitor, settled } = this.stage;
    await callByCli(this.page, { localAws, credentials: visitor }, ['ec2', ...args]);
    await settled();
  }

  private onGroup(rest: string): string[] {
    return ['--group-id', this.stage.groupId, ...rest.split(' ')];
  }

  /** Where there is none, a deployment puts one back first: no move is in vain. */
  private async firstRule(): Promise<string> {
    const id = await this.firstRuleId();
    if (id !== undefined) return id;
    await this.deployRule();
    const deployed = await this.firstRuleId();
    if (deployed !== undefined) return deployed;
    throw new Error('The group has no inbound rule, and a deployment could not put one back.');
  }

  private async firstRuleId(): Promise<string | undefined> {
    const [first] = await this.inboundRules();
    return first?.SecurityGroupRuleId;
  }

  private async inboundRules(): Promise<readonly SecurityGroupRule[]> {
    const { localAws, groupId } = this.stage;
    const client = new EC2Client(
      localAws.accessTo({ accountId: localAws.accountId, region: localAws.region }),
    );
    const { SecurityGroupRules = [] } = await client.send(
      new DescribeSecurityGroupRulesCommand({ Filters: [{ Name: 'group-id', Values: [groupId] }] }),
    );
    client.destroy();
    return SecurityGroupRules.filter(({ IsEgress }) => !IsEgress);
  }

  /** As CloudTrail would have written it, if it had happened. */
  private madeUpEvent() {
    const { localAws, groupId } = this.stage;
    const time = localAws.now().toISOString();
    const { accountId, region } = localAws;
    return {
      version: '0' as const,
      id: randomUUID(),
      'detail-type': 'AWS API Call via CloudTrail' as const,
      source: 'aws.ec2',
      account: accountId,
      time,
      region,
      resources: [],
      detail: {
        eventVersion: '1.10',
        userIdentity: {
          type: 'IAMUser',
          arn: `arn:aws:iam::${accountId}:user/administrator`,
          accountId,
          userName: 'administrator',
        },
        eventTime: time,
        eventSource: 'ec2.amazonaws.com',
        eventName: 'AuthorizeSecurityGroupIngress',
        awsRegion: region,
        sourceIPAddress: '203.0.113.7',
        userAgent: 'made-up',
        requestParameters: { groupId },
        responseElements: {
          _return: true,
          securityGroupRuleSet: {
            items: [
              {
                groupId,
                securityGroupRuleId: 'sgr-0123456789abcdef0',
                isEgress: false,
                ipProtocol: 'tcp',
                fromPort: 3389,
                toPort: 3389,
                cidrIpv4: '0.0.0.0/0',
              },
            ],
          },
        },
        requestID: randomUUID(),
        eventID: randomUUID(),
        readOnly: false,
        eventType: 'AwsApiCall',
        managementEvent: true,
        recipientAccountId: accountId,
        eventCategory: 'Management',
      },
    };
  }
}

function isSsh({ FromPort, ToPort, CidrIpv4 }: SecurityGroupRule): boolean {
  return FromPort === 22 && ToPort === 22 && CidrIpv4 === EVERYWHERE;
}

function isSameRule(stands: SecurityGroupRule, deployed: DeployedRule): boolean {
  return (
    stands.IpProtocol === deployed.IpProtocol &&
    stands.FromPort === deployed.FromPort &&
    stands.ToPort === deployed.ToPort &&
    stands.CidrIpv4 === deployed.CidrIp
  );
}
