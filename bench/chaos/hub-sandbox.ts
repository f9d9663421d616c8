import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AttributeValue, DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { App, CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type { LifeSandbox } from './life';
import type { ApiCall, CloudTrailEvent } from '../../sandbox/cloudtrail/tap';
import { HOME } from '../../sandbox/emulator/emulator-access';
import { type DeployedStack, LocalAws, type Place } from '../../sandbox/local-aws';
import type { Organization } from '../../sandbox/organization/organization';
import { IamGaps } from '../../sandbox/proxy/iam-gaps/iam-gaps';
import { SlackStandIn } from '../../sandbox/slack/slack-stand-in';
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
import { SkippedWaits } from '../../test/support/sandbox/skipped-waits';

/** The member that lives are lived in. */
export const MEMBER: Place = { accountId: '222222222222', region: HOME.region };
export const ALICE = 'U0ALICE';
const CHANNEL = 'C0APPROVE';
const SIGNING_SECRET = 'sandbox-signing-secret';
const BOT_TOKEN = 'xoxb-sandbox';
/** More than the lease of an invocation that crashed, and than the pauses between tries. */
const AFTER_A_FAILURE_MS = 100_000;
const START = new Date('2026-03-10T12:00:00Z');

/** In days. */
export const [DEACTIVATE_AFTER, GRACE, DELETE_AFTER] = [30, 7, 30] as const;

export type Item = Record<string, AttributeValue>;

/** A hub with one member besides its own account, and both sentries. */
export class HubSandbox implements LifeSandbox {
  static async start(): Promise<HubSandbox> {
    const clock: { now: () => Date } = { now: () => START };
    const slack = await SlackStandIn.start({
      signingSecret: SIGNING_SECRET,
      botToken: BOT_TOKEN,
      messagesPerSecond: 100,
      messagesAtOnce: 100,
      callsPerMinute: 100_000,
      now: () => clock.now(),
    });
    slack.addUser({ id: ALICE });
    slack.addChannel({ id: CHANNEL, members: [ALICE] });
    const calls: ApiCall[] = [];
    const events: CloudTrailEvent[] = [];
    const waits = new SkippedWaits();
    const localAws = await LocalAws.start({
      iamGaps: new IamGaps(),
      functionsSkipWaits: true,
      functionEnvironment: { SLACK_API_URL: slack.apiUrl },
      onCall: (call) => {
        calls.push(call);
        waits.callMade(call);
      },
      onEvent: (event) => events.push(event),
      onInvocation: (invocation) => waits.invocationEnded(invocation),
    });
    clock.now = () => localAws.now();
    await localAws.setClock(START);
    const stack = await deployed(localAws);
    await localAws.putSecret(stack.outputs.get('SigningSecretArn') ?? '', SIGNING_SECRET);
    await localAws.putSecret(stack.outputs.get('BotTokenArn') ?? '', BOT_TOKEN);
    waits.begin(localAws, AFTER_A_FAILURE_MS);
    return new HubSandbox(localAws, { slack, stack, calls, events, waits });
  }

  readonly slack: SlackStandIn;
  readonly stack: DeployedStack;
  readonly calls: readonly ApiCall[];
  readonly events: readonly CloudTrailEvent[];
  private readonly waits: SkippedWaits;
  private readonly dynamo: DynamoDBClient;

  private constructor(
    readonly localAws: LocalAws,
    parts: Pick<HubSandbox, 'slack' | 'stack' | 'calls' | 'events'> & {
      readonly waits: SkippedWaits;
    },
  ) {
    this.slack = parts.slack;
    this.stack = parts.stack;
    this.calls = parts.calls;
    this.events = parts.events;
    this.waits = parts.waits;
    this.dynamo = new DynamoDBClient(localAws.accessTo(HOME));
  }

  async stop(): Promise<void> {
    this.dynamo.destroy();
    await this.localAws.stop();
    await this.slack.stop();
  }

  async settled(): Promise<void> {
    await this.waits.settled(this.localAws);
  }

  async setClockOn(milliseconds: number): Promise<void> {
    await this.localAws.setClock(new Date(this.localAws.now().getTime() + milliseconds));
  }

  /** A while passes, with a run of the workflow at its end. */
  async pass(milliseconds: number): Promise<void> {
    await this.setClockOn(milliseconds);
    await this.fire('ApprovalsMinuteRule');
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

  async click(text: string, { channel, ts }: Message): Promise<void> {
    const [api] = this.stack.httpApis.values();
    const interactionsUrl = `${api}/slack/interactions`;
    const { status } = await this.slack.click({
      interactionsUrl,
      userId: ALICE,
      channel,
      ts,
      text,
    });
    await this.settled();
    if (status >= 400) throw new Error(`Slack shows an error: ${status}.`);
  }

  /** What stands in a table, by the start of its logical id. */
  async items(table: string): Promise<Item[]> {
    const found = [...this.stack.resources].find(
      ([id, { type }]) => type === 'AWS::DynamoDB::Table' && id.startsWith(table),
    );
    if (!found) throw new Error(`The hub has no table whose id begins with ${table}.`);
    const items: Item[] = [];
    const TableName = found[1].physicalId;
    const pages = paginateScan({ client: this.dynamo }, { TableName, ConsistentRead: true });
    for await (const { Items = [] } of pages) items.push(...Items);
    return items;
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
