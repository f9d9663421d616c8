import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { SlackSandbox, startWithSlack } from './slack-sandbox';
import { HOME } from '../../sandbox/emulator/emulator-access';
import type { DeployedStack, LocalAws, Place } from '../../sandbox/local-aws';
import type { Organization } from '../../sandbox/organization/organization';
import { IamGaps } from '../../sandbox/proxy/iam-gaps/iam-gaps';
import type { Message } from '../../sandbox/slack/workspace';
import {
  Approvers,
  ChangeResponse,
  IamKeySentry,
  KeyActions,
  KeyReports,
  MemberAccounts,
  MemberRegions,
  MemberRights,
  MemberStackSets,
  MonitoredGroups,
  Ports,
  SecurityGroupBaseline,
  SecurityGroupSentry,
  SentryHub,
  SlackApprovalWorkflow,
  TrafficPattern,
} from '../../src';

/** The member that lives are lived in. */
export const MEMBER: Place = { accountId: '222222222222', region: HOME.region };
export const ALICE = 'U0ALICE';
const CHANNEL = 'C0APPROVE';

/** In days. */
export const [DEACTIVATE_AFTER, GRACE, DELETE_AFTER] = [30, 7, 8] as const;

/** A hub with one member besides its own account, and both sentries. */
export class HubSandbox extends SlackSandbox {
  static async start(): Promise<HubSandbox> {
    const parts = await startWithSlack({
      channelId: CHANNEL,
      people: [ALICE],
      options: { iamGaps: new IamGaps() },
      deploy: deployed,
    });
    return new HubSandbox(parts);
  }

  /** Rejects where the function of a schedule failed at all its tries. */
  async fire(ruleLogicalIdPrefix: string): Promise<void> {
    const { succeeded, error } = await this.localAws.fire(this.stack, ruleLogicalIdPrefix);
    await this.settled();
    if (!succeeded) throw new Error(`${ruleLogicalIdPrefix}: ${error}`);
  }

  get lastQuestion(): Message {
    const question = this.slack.messages.filter(({ threadTs }) => threadTs === undefined).at(-1);
    if (!question) throw new Error('No one was asked.');
    return question;
  }
}

async function deployed(localAws: LocalAws): Promise<DeployedStack> {
  const organization = await localAws.organization();
  const unit = await organization.addUnit('workloads');
  await organization.addAccounts([{ name: 'payments', id: MEMBER.accountId, parentId: unit }]);
  await organization.delegate(HOME.accountId, 'securityhub.amazonaws.com');
  const hub = await localAws.deploy(synthesized('Hub', (stack) => addHub(stack, organization)));
  const members = synthesized('Members', (stack) => addMembers(stack, organization, unit));
  await localAws.deploy(members, undefined, {
    accountId: organization.managementAccountId,
    region: HOME.region,
  });
  return hub;
}

function addHub(stack: Stack, organization: Organization): void {
  const hub = new SentryHub(stack, 'Hub', {
    organizationId: organization.id,
    accounts: MemberAccounts.organization({ excluding: [organization.managementAccountId] }),
    regions: MemberRegions.of([HOME.region]),
  });
  new SecurityGroupSentry(stack, 'Groups', {
    hub,
    monitoredGroups: MonitoredGroups.all(),
    policies: [
      { baseline: forbidden(Ports.SSH), response: ChangeResponse.revert() },
      {
        baseline: forbidden(Ports.RDP),
        response: ChangeResponse.revertUntilApproved(workflowIn(stack)),
      },
    ],
  });
  new IamKeySentry(stack, 'Keys', {
    hub,
    reports: KeyReports.everyRun(),
    maxKeyAge: Duration.days(DEACTIVATE_AFTER),
    actions: KeyActions.of({
      deactivateAfter: Duration.days(DEACTIVATE_AFTER),
      deleteAfterInactive: Duration.days(DELETE_AFTER),
      grace: Duration.days(GRACE),
    }),
  });
}

function workflowIn(stack: Stack): SlackApprovalWorkflow {
  const signingSecret = new secretsmanager.Secret(stack, 'SigningSecret');
  const botToken = new secretsmanager.Secret(stack, 'BotToken');
  new CfnOutput(stack, 'SigningSecretArn', { value: signingSecret.secretArn });
  new CfnOutput(stack, 'BotTokenArn', { value: botToken.secretArn });
  return new SlackApprovalWorkflow(stack, 'Approvals', {
    signingSecret,
    botToken,
    approvalChannelId: CHANNEL,
    approvers: Approvers.users([ALICE]),
    allowSelfApproval: true,
  });
}

function addMembers(stack: Stack, organization: Organization, unit: string): void {
  new MemberStackSets(stack, 'Members', {
    hub: SentryHub.fromSentryHubAttributes({
      hubAccountId: HOME.accountId,
      hubRegion: HOME.region,
      organizationId: organization.id,
    }),
    targets: [{ units: [unit], rights: MemberRights.FULL }],
    regions: [HOME.region],
  });
}

function forbidden(ports: Ports): SecurityGroupBaseline {
  return SecurityGroupBaseline.forbid([TrafficPattern.fromInternet(ports)]);
}

function synthesized(name: string, add: (stack: Stack) => void): string {
  const app = new App({ outdir: mkdtempSync(join(tmpdir(), 'cdk-sentries-chaos-hub-')) });
  add(new Stack(app, name));
  return app.synth().directory;
}
