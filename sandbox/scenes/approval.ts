import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import * as z from 'zod/mini';
import { type Answer, type Answers, PEOPLE } from './answers';
import { gapsLine, type Print } from './printing';
import { buttonsOf, confirmationOf, SlackScreen } from './slack-screen';
import type { ApiCall } from '../cloudtrail/tap';
import { synthesizeApp } from '../deployer/synthesize';
import type { AwsCredentials, DeployedStack, LocalAws, LocalAwsOptions } from '../local-aws';
import { SlackStandIn } from '../slack/slack-stand-in';
import type { Message } from '../slack/workspace';
import { sentRule, Timeline } from '../support/timeline';

const EXAMPLE = resolve(__dirname, '..', '..', 'examples', 'approval', 'typescript');
/** As the example names it. */
const CHANNEL = { id: 'C0APPROVALS', name: 'approvals' };
const SIGNING_SECRET = 'sandbox-signing-secret';
const BOT_TOKEN = 'xoxb-sandbox';
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/**
 * What is done if no one is at the keyboard: two approve the first question, one denies the second.
 */
export const PLAYED: readonly Answer[] = [
  { kind: 'click', button: 'Approve', person: 'alice' },
  { kind: 'click', button: 'Approve', person: 'bob' },
  { kind: 'click', button: 'Deny', person: 'bob' },
];

/** One rule that a visitor opens with the AWS CLI, and what is to be seen of it. */
interface Change {
  readonly heading: string;
  readonly rule: string;
  /** As the group's rules show it. */
  readonly opened: string;
  /** Whether the rule stays while people are asked. */
  readonly stands: boolean;
}

const CHANGES: readonly Change[] = [
  {
    heading:
      'Reverted until approved. SSH is opened to the world: it is closed at once, and people are asked whether it may be open.',
    rule: '--protocol tcp --port 22 --cidr 0.0.0.0/0',
    opened: '22 from 0.0.0.0/0',
    stands: false,
  },
  {
    heading:
      'Reverted if denied. A database is opened to an inner network: that stays, and people are asked whether it may stay.',
    rule: '--protocol tcp --port 5432 --cidr 10.20.0.0/16',
    opened: '5432 from 10.20.0.0/16',
    stands: true,
  },
];

/**
 * Deploys the example, and plays both ways of asking. Says whether each time what was decided came
 * true.
 */
export async function playApproval(
  start: (options: LocalAwsOptions) => Promise<LocalAws>,
  answers: Answers,
  print: Print,
): Promise<boolean> {
  const clock: { now: () => Date } = { now: () => new Date() };
  const slack = await openSlack(() => clock.now());
  const scene = new ApprovalScene(slack, answers, print);
  const localAws = await start(scene.observers());
  clock.now = () => localAws.now();
  await scene.setStage(localAws);
  const asDecided: boolean[] = [];
  for (const change of CHANGES) asDecided.push(await scene.play(change));
  const isDone = asDecided.every(Boolean);
  print(
    isDone
      ? '\nBoth times the group is as people decided.'
      : '\nThe scene did not go as it should.',
  );
  await localAws.stop();
  await slack.stop();
  return isDone;
}

async function openSlack(now: () => Date): Promise<SlackStandIn> {
  const slack = await SlackStandIn.start({
    signingSecret: SIGNING_SECRET,
    botToken: BOT_TOKEN,
    now,
  });
  for (const [name, id] of Object.entries(PEOPLE)) slack.addUser({ id, name });
  slack.addChannel({ ...CHANNEL, members: Object.values(PEOPLE) });
  return slack;
}

interface Stage {
  readonly localAws: LocalAws;
  readonly stack: DeployedStack;
  readonly visitor: AwsCredentials;
  readonly groupId: string;
  readonly interactionsUrl: string;
}

const Decided = z.object({
  type: z.literal('approval-step'),
  step: z.literal('decided'),
  detail: z.string(),
});
const DescribedRules = z.object({
  SecurityGroupRules: z.array(
    z.object({ IsEgress: z.boolean(), FromPort: z.number(), CidrIpv4: z.string() }),
  ),
});

class ApprovalScene {
  private readonly timeline: Timeline;
  private readonly screen: SlackScreen;
  private callsSeen = 0;
  private played: Stage | undefined;

  constructor(
    private readonly slack: SlackStandIn,
    private readonly answers: Answers,
    private readonly print: Print,
  ) {
    this.timeline = new Timeline(print);
    this.screen = new SlackScreen(slack);
  }

  observers(): LocalAwsOptions {
    return {
      functionEnvironment: { SLACK_API_URL: this.slack.apiUrl },
      log: this.print,
      onCall: (call) => {
        this.callsSeen += 1;
        this.showCall(call);
        // What functions do in Slack, they write down in AWS: no call, no news.
        this.showSlack();
      },
      onDelivery: ({ at, subject }) =>
        this.timeline.mark(
          at,
          'message',
          `${subject ?? 'without subject'} (to the topic's subscribers)`,
        ),
      onFunctionLog: (functionName, line) => {
        if (line.includes('"level":"ERROR"')) this.print(`${functionName}: ${line}`);
      },
    };
  }

  async setStage(localAws: LocalAws): Promise<void> {
    const assembly = mkdtempSync(join(tmpdir(), 'cdk-sentries-sandbox-'));
    process.once('exit', () => rmSync(assembly, { recursive: true, force: true }));
    this.print('Synthesizing and deploying examples/approval/typescript …');
    const stack = await localAws.deploy(await synthesizeApp(EXAMPLE, assembly));
    this.print(gapsLine(stack.gaps));
    await localAws.putSecret(output(stack, 'SigningSecretArn'), SIGNING_SECRET);
    await localAws.putSecret(output(stack, 'BotTokenArn'), BOT_TOKEN);
    const [api] = stack.httpApis.values();
    if (api === undefined) {
      throw new Error('The example has no HTTP API, to which Slack would bring clicks.');
    }
    this.played = {
      localAws,
      stack,
      visitor: await localAws.createUser('visitor'),
      groupId: output(stack, 'GroupId'),
      interactionsUrl: `${api}/slack/interactions`,
    };
    this.print('Adopting the group, as the first scheduled run of reconcile does …');
    await localAws.fire(stack, 'GroupSentryReconcileRule');
    await this.settled();
    this.print(
      [
        '',
        'Slack is a stand-in here, written by hand for this project: docs/sandbox.md says what it checks. In its channel #approvals are alice',
        'and bob, who may decide, and mallory, who may not. The group is changed by "visitor", whom Slack does not know: so two have to approve.',
      ].join('\n'),
    );
  }

  /** Says whether the group was at each time as it should be. */
  async play({ heading, rule, opened, stands }: Change): Promise<boolean> {
    const before = await this.rules();
    this.print(`\n${'='.repeat(100)}\n${heading}\n\nOpen now: ${before.join(', ')}.`);
    await this.openRule(rule);
    const asExpected = [await this.isOpen(before, opened, stands)];
    const question = this.question();
    const isApproved = await this.decided(question);
    asExpected.push(await this.isOpen(before, opened, isApproved));
    const until = isApproved ? endOfApproval(question) : undefined;
    if (until) {
      await this.wait(until.getTime() - this.stage.localAws.now().getTime());
      asExpected.push(await this.isOpen(before, opened, false));
    }
    return asExpected.every(Boolean);
  }

  private async openRule(rule: string): Promise<void> {
    const { localAws, visitor, groupId } = this.stage;
    const command = `aws ec2 authorize-security-group-ingress --group-id ${groupId} ${rule}`;
    this.print(`\n$ ${command}\n`);
    const { exitCode, stderr } = await localAws.cli(command.split(' ').slice(1), visitor);
    if (exitCode !== 0) throw new Error(`The AWS CLI could not make the change:\n${stderr}`);
    await this.settled();
  }

  /** Until the question has no buttons. Says whether it is approved. */
  private async decided(question: Message): Promise<boolean> {
    for (let buttons = buttonsOf(question); buttons.length > 0; buttons = buttonsOf(question)) {
      const answer = await this.answers(buttons);
      if (answer.kind === 'wait') await this.wait(answer.hours * HOUR_MS);
      else await this.click(question, answer);
    }
    return this.lastDecision() === 'approved';
  }

  private async click(
    question: Message,
    { button, person }: Extract<Answer, { kind: 'click' }>,
  ): Promise<void> {
    const confirmation = confirmationOf(question, button);
    this.print('');
    this.timeline.start(Date.now(), `[ ${button} ], by ${person}`, 'clicked');
    if (confirmation) this.print(`    | Slack asks first: "${confirmation}" The answer is yes.`);
    const { interactionsUrl } = this.stage;
    const { status, milliseconds } = await this.slack.click({
      interactionsUrl,
      userId: PEOPLE[person],
      channel: question.channel,
      ts: question.ts,
      text: button,
    });
    this.timeline.mark(
      Date.now(),
      'answered',
      `with ${status} after ${milliseconds} ms; Slack waits for three seconds`,
    );
    await this.settled();
  }

  private async wait(milliseconds: number): Promise<void> {
    const { localAws, stack } = this.stage;
    const time = new Date(localAws.now().getTime() + milliseconds);
    this.print('');
    this.timeline.start(
      Date.now(),
      `the clock of the sandbox is set to ${time.toISOString()}, and the workflow's run of every minute comes`,
      'waited',
    );
    await localAws.setClock(time);
    await localAws.fire(stack, 'ApprovalsMinuteRule');
    await this.settled();
  }

  /** From queue to queue, until no function has anything left to do. */
  private async settled(): Promise<void> {
    for (let before = -1; before !== this.callsSeen;) {
      before = this.callsSeen;
      await this.stage.localAws.settled();
    }
    this.showSlack();
  }

  private async isOpen(
    before: readonly string[],
    opened: string,
    expected: boolean,
  ): Promise<boolean> {
    const wanted = expected ? [...new Set([...before, opened])].sort() : before;
    const now = await this.rules();
    const isSo = JSON.stringify(now) === JSON.stringify(wanted);
    this.print(
      `\nOpen now: ${now.join(', ')}.${isSo ? '' : ` It should be: ${wanted.join(', ')}.`}`,
    );
    return isSo;
  }

  /** "443 from 0.0.0.0/0", in order. */
  private async rules(): Promise<string[]> {
    const { localAws, visitor, groupId } = this.stage;
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
    return DescribedRules.parse(JSON.parse(stdout))
      .SecurityGroupRules.filter(({ IsEgress }) => !IsEgress)
      .map(({ FromPort, CidrIpv4 }) => `${FromPort} from ${CidrIpv4}`)
      .sort();
  }

  /** The latest. */
  private question(): Message {
    const question = this.slack.messages.filter(({ threadTs }) => threadTs === undefined).at(-1);
    if (!question) throw new Error('No one was asked in Slack.');
    return question;
  }

  /** As the workflow announced it on the event bus. */
  private lastDecision(): string | undefined {
    return this.stage.localAws.announced
      .flatMap(({ detail }) => Decided.safeParse(detail).data ?? [])
      .at(-1)?.detail;
  }

  private showCall({ service, action, status, at, callerArn, ...call }: ApiCall): void {
    if (service !== 'ec2' || status >= 400) return;
    const role = /:assumed-role\/([^/]+)/.exec(callerArn ?? '')?.[1];
    if (action.startsWith('RevokeSecurityGroup')) {
      return this.timeline.mark(at, 'reverted', `by the role ${role}`);
    }
    if (!action.startsWith('AuthorizeSecurityGroup')) return;
    const rule = sentRule({ service, action, status, at, callerArn, ...call });
    if (role) this.timeline.mark(at, 'opened', `${rule}, by the role ${role}`);
    else this.timeline.start(at, `${rule} in ${call.parameters.GroupId}, by ${callerArn}`);
  }

  private showSlack(): void {
    for (const { at, what, lines } of this.screen.news()) {
      this.timeline.mark(this.machineTime(at), 'Slack', what);
      for (const line of lines) this.print(`    | ${line}`.trimEnd());
    }
  }

  /** The timeline goes by the machine's clock, Slack by the sandbox's, which may be set. */
  private machineTime(at: Date): number {
    return at.getTime() - (this.stage.localAws.now().getTime() - Date.now());
  }

  private get stage(): Stage {
    if (!this.played) throw new Error('The example is not deployed yet: call setStage first.');
    return this.played;
  }
}

function output(stack: DeployedStack, name: string): string {
  const value = stack.outputs.get(name);
  if (!value) throw new Error(`The example has no output ${name}.`);
  return value;
}

/**
 * Undefined where something is approved for good. The message tells it in minutes: what follows is
 * over by then.
 */
function endOfApproval({ text }: Message): Date | undefined {
  const [, day, time] = /, until (\S+) (\S+) UTC/.exec(text) ?? [];
  return day === undefined || time === undefined
    ? undefined
    : new Date(Date.parse(`${day}T${time}:00Z`) + MINUTE_MS);
}
