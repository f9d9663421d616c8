import { resolve } from 'node:path';
import * as z from 'zod/mini';
import type { ApiCall, CloudTrailEvent } from '../cloudtrail/tap';
import type { Delivery } from '../inbox';
import {
  type AwsCredentials,
  type DeployedStack,
  LocalAws,
  type LocalAwsOptions,
} from '../local-aws';
import { synthesizeExample } from './example-app';
import { gapsLine, type Print, printError } from './printing';
import { shellLine } from '../support/shell-line';
import { sentRule, Timeline } from '../support/timeline';

const VISITOR = 'visitor';
const MESSAGE_WITHIN_MS = 20_000;

/** The stage, once the example is deployed to a local AWS. */
export interface Stage {
  readonly localAws: LocalAws;
  readonly stack: DeployedStack;
  readonly visitor: AwsCredentials;
  readonly groupId: string;
}

/** Shows on the timeline who opens rules and what the sentry does about it. */
export function observers(print: Print): LocalAwsOptions {
  const timeline = new Timeline(print);
  return {
    log: print,
    onCall: (call) => showCall(call, timeline),
    onEvent: (event) => showEvent(event, timeline),
    onDelivery: (delivery) => showDelivery(delivery, timeline, print),
    onFunctionLog: (functionName, line) => printError(functionName, line, print),
  };
}

/**
 * Plays the scene once; `onStage` hears when it begins. Says whether the group is as it was and
 * messages came; `invite` says how to try it by hand.
 */
export async function playLockedSecurityGroup(
  localAws: LocalAws,
  print: Print,
  onStage: (stage: Stage) => void = () => undefined,
): Promise<{ readonly healed: boolean; readonly stage: Stage }> {
  const stage = await setStage(localAws, print);
  onStage(stage);
  const healed = await playScene(stage, print);
  print(
    healed
      ? 'Both times the group is as it was, and a message came.'
      : 'The scene did not go as it should.',
  );
  return { healed, stage };
}

/** Deploys the example, and makes a user who may do everything. */
async function setStage(localAws: LocalAws, print: Print): Promise<Stage> {
  print('Synthesizing and deploying examples/locked-security-group/typescript …');
  const stack = await localAws.deploy(await synthesizeExample('locked-security-group/typescript'));
  print(gapsLine(stack.gaps));
  const groupId = stack.outputs.get('GroupId');
  if (!groupId) {
    throw new Error('The example has no output GroupId, which names the group to open.');
  }
  print('Adopting the group, as the first scheduled run of reconcile does …');
  await localAws.fire(stack, 'GroupSentryReconcileRule');
  await localAws.settled();
  return { localAws, stack, groupId, visitor: await localAws.createUser(VISITOR) };
}

/**
 * Opens SSH to the world with the AWS CLI: by a rule of its own, and by another rule's new values.
 */
async function playScene(stage: Stage, print: Print): Promise<boolean> {
  const added = await playChange(
    [
      ...['ec2', 'authorize-security-group-ingress', '--group-id', stage.groupId],
      ...['--protocol', 'tcp', '--port', '22', '--cidr', '0.0.0.0/0'],
    ],
    stage,
    print,
  );
  const [https] = (await ingressRules(stage)).filter(({ FromPort }) => FromPort === 443);
  if (!https) throw new Error('The example has no rule for HTTPS, which the scene would modify.');
  const values = 'SecurityGroupRule={IpProtocol=tcp,FromPort=22,ToPort=22,CidrIpv4=0.0.0.0/0}';
  const modify = [
    ...['ec2', 'modify-security-group-rules', '--group-id', stage.groupId],
    ...['--security-group-rules', `SecurityGroupRuleId=${https.SecurityGroupRuleId},${values}`],
  ];
  return (await playChange(modify, stage, print)) && added;
}

/** Says whether a message came, and the group is as it was. */
async function playChange(args: readonly string[], stage: Stage, print: Print): Promise<boolean> {
  const { localAws, visitor } = stage;
  print(`\n$ ${shellLine(['aws', ...args])}\n`);
  const messagesBefore = localAws.inbox.deliveries.length;
  const before = JSON.stringify(await ingressRules(stage));
  const changed = await localAws.cli([...args], visitor);
  if (changed.exitCode !== 0) {
    throw new Error(`The AWS CLI could not make the change:\n${changed.stderr}`);
  }
  const message = await localAws.inbox
    .waitFor(
      (delivery) => localAws.inbox.deliveries.indexOf(delivery) >= messagesBefore,
      MESSAGE_WITHIN_MS,
    )
    .catch((error: unknown) => {
      print(error instanceof Error ? error.message : String(error));
      return undefined;
    });
  const after = JSON.stringify(await ingressRules(stage));
  if (after !== before) print(`\nThe group is not as it was: ${after}`);
  return message !== undefined && after === before;
}

/** What to type to try it by hand. */
export async function invite({ localAws, visitor, groupId }: Stage, print: Print): Promise<void> {
  const { PATH: _path, ...settings } = localAws.cliEnvironment(visitor);
  const variables = Object.entries(settings)
    .map(([name, value]) => `${name}=${value || "''"}`)
    .join(' ');
  const prefixListId = await makePrefixList(localAws, visitor);
  print(
    [
      '',
      'It stays up. In another terminal, be the visitor:',
      '',
      `  export PATH="${resolve(localAws.aws, '..')}:$PATH" ${variables}`,
      '',
      'and try, one by one, or as you like:',
      '',
      ...[
        '--protocol tcp --port 22 --cidr 0.0.0.0/0',
        '--protocol tcp --port 20-30 --cidr 128.0.0.0/1',
        "--ip-permissions 'IpProtocol=tcp,FromPort=22,ToPort=22,Ipv6Ranges=[{CidrIpv6=::/0}]'",
        `--ip-permissions 'IpProtocol=-1,PrefixListIds=[{PrefixListId=${prefixListId}}]'`,
        `--protocol tcp --port 5432 --source-group ${groupId}`,
      ].map((rule) => `  ${openCommand(groupId, rule)}`),
      `  aws ec2 revoke-security-group-ingress --group-id ${groupId} --protocol tcp --port 443 --cidr 0.0.0.0/0`,
      `  aws ec2 describe-security-group-rules --filters Name=group-id,Values=${groupId} --output table`,
      '',
      'Ctrl-C ends it.',
      '',
    ].join('\n'),
  );
}

function openCommand(groupId: string, rule: string): string {
  return `aws ec2 authorize-security-group-ingress --group-id ${groupId} ${rule}`;
}

async function makePrefixList(localAws: LocalAws, visitor: AwsCredentials): Promise<string> {
  const made = await localAws.cli(
    [
      'ec2',
      'create-managed-prefix-list',
      '--prefix-list-name',
      'offices',
      '--address-family',
      'IPv4',
      '--max-entries',
      '1',
      '--entries',
      'Cidr=198.51.100.0/24',
      '--query',
      'PrefixList.PrefixListId',
      '--output',
      'text',
    ],
    visitor,
  );
  if (made.exitCode !== 0) {
    throw new Error(`The AWS CLI could not make a prefix list:\n${made.stderr}`);
  }
  return made.stdout.trim();
}

const describedRules = z.object({
  SecurityGroupRules: z.array(
    z.object({ SecurityGroupRuleId: z.string(), IsEgress: z.boolean(), FromPort: z.number() }),
  ),
});

async function ingressRules({ localAws, visitor, groupId }: Stage) {
  const { stdout } = await localAws.cli(
    [
      'ec2',
      'describe-security-group-rules',
      '--filters',
      `Name=group-id,Values=${groupId}`,
      '--output',
      'json',
    ],
    visitor,
  );
  return describedRules
    .parse(JSON.parse(stdout))
    .SecurityGroupRules.filter(({ IsEgress }) => !IsEgress);
}

function showCall(call: ApiCall, timeline: Timeline): void {
  if (call.service !== 'ec2' || call.status >= 400) return;
  if (/^AuthorizeSecurityGroup/.test(call.action)) {
    timeline.start(
      call.at,
      `${sentRule(call)} in ${call.parameters.GroupId}, by ${call.callerArn}`,
    );
  }
  const role = /:assumed-role\/([^/]+)/.exec(call.callerArn ?? '')?.[1];
  if (call.action === 'ModifySecurityGroupRules' && !role) {
    timeline.start(
      call.at,
      `${call.parameters['SecurityGroupRule.1.SecurityGroupRuleId']} has other values now, by ${call.callerArn}`,
    );
    return;
  }
  if (!/^(RevokeSecurityGroup|ModifySecurityGroupRules)/.test(call.action)) return;
  const ruleId =
    call.parameters['SecurityGroupRuleId.1'] ??
    call.parameters['SecurityGroupRule.1.SecurityGroupRuleId'] ??
    'a rule';
  timeline.mark(
    Math.round(call.at - call.durationMs),
    'judged',
    `${ruleId} ${call.action.startsWith('Revoke') ? 'has to go' : 'has to be as it was'}`,
  );
  timeline.mark(call.at, 'reverted', `by the role ${role}`);
}

function showEvent({ detail }: CloudTrailEvent, timeline: Timeline): void {
  if (!/^(Authorize|ModifySecurityGroup)/.test(String(detail.eventName)) || isBySentry(detail)) {
    return;
  }
  timeline.mark(Date.now(), 'event', `${detail.eventName}, as CloudTrail would have written it`);
}

function isBySentry({ userIdentity }: CloudTrailEvent['detail']): boolean {
  return z.object({ type: z.literal('AssumedRole') }).safeParse(userIdentity).success;
}

function showDelivery(
  { at, subject, emailText }: Delivery,
  timeline: Timeline,
  print: Print,
): void {
  timeline.mark(at, 'message', subject ?? '');
  // The scene begins with the first change; what is told before needs no more than a line.
  if (!timeline.isStarted) return;
  print(`\n${emailText.replace(/^/gm, '    | ')}\n`);
}
