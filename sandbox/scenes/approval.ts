import { resolve } from 'node:path';
import * as z from 'zod/mini';
import { type Answer, type Answers, PEOPLE } from './answers';
import { synthesizeSceneApp } from './example-app';
import { openRules } from './group-rules';
import { interactionsUrlOf } from './interactions-url';
import { gapsLine, type Print } from './printing';
import { BOT_TOKEN, SIGNING_SECRET, SlackScene } from './slack-scene';
import { buttonsOf } from './slack-screen';
import { stackOutput } from './stack-output';
import type { AwsCredentials, DeployedStack, LocalAws, LocalAwsOptions } from '../local-aws';
import type { Message } from '../slack/workspace';

/** As the app names it. */
const CHANNEL = { id: 'C0APPROVALS', name: 'approvals' };
/** In Lambda, the SDK is a part of the runtime, and is found in the same way. */
const MODULES = resolve(__dirname, '..', '..', 'node_modules');
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** So often it is looked whether a question has changed while someone types. */
const LOOK_MS = 100;

/**
 * What is done if no one is at the keyboard: two approve the first question, one denies the second.
 */
export const PLAYED: readonly Answer[] = [
  { kind: 'click', button: 'Approve', person: 'alice' },
  { kind: 'click', button: 'Approve', person: 'bob' },
  { kind: 'click', button: 'Deny', person: 'bob', reason: 'Use the bastion host' },
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

/** The app, deployed, with people in Slack who may decide. */
export interface ApprovalStage {
  readonly localAws: LocalAws;
  readonly screen: SlackScene;
  readonly stack: DeployedStack;
  readonly visitor: AwsCredentials;
  readonly groupId: string;
  /** Of the ApprovedAction: who invokes it has people asked. */
  readonly askFunction: string;
  readonly interactionsUrl: string;
}

/** Deploys the app, and makes the people in Slack. */
export async function stageApproval(
  start: (options: LocalAwsOptions) => Promise<LocalAws>,
  print: Print,
): Promise<ApprovalStage> {
  const screen = await SlackScene.start(print);
  for (const [name, id] of Object.entries(PEOPLE)) screen.slack.addUser({ id, name });
  screen.slack.addChannel({ ...CHANNEL, members: Object.values(PEOPLE) });
  const observers = screen.observers();
  const localAws = await start({
    ...observers,
    functionEnvironment: { ...observers.functionEnvironment, NODE_PATH: MODULES },
  });
  screen.begin(localAws);
  return setStage(localAws, screen);
}

/** Plays both ways of asking. Says whether each time what was decided came true. */
export async function playApproval(
  stage: ApprovalStage,
  answers: Answers,
  print: Print,
): Promise<boolean> {
  const scene = new ApprovalScene(stage, answers, print);
  const asDecided: boolean[] = [];
  for (const change of CHANGES) asDecided.push(await scene.play(change));
  const isDone = asDecided.every(Boolean);
  print(
    isDone
      ? '\nBoth times the group is as people decided.'
      : '\nThe scene did not go as it should.',
  );
  return isDone;
}

const Decided = z.object({
  type: z.literal('approval-step'),
  step: z.literal('decided'),
  detail: z.string(),
});

async function setStage(localAws: LocalAws, screen: SlackScene): Promise<ApprovalStage> {
  const { print } = screen;
  print('Synthesizing and deploying sandbox/scenes/apps/approval …');
  const stack = await localAws.deploy(await synthesizeSceneApp('approval'));
  print(gapsLine(stack.gaps));
  await localAws.putSecret(stackOutput(stack, 'SigningSecretArn'), SIGNING_SECRET);
  await localAws.putSecret(stackOutput(stack, 'BotTokenArn'), BOT_TOKEN);
  const visitor = await localAws.createUser('visitor');
  const groupId = stackOutput(stack, 'GroupId');
  print('Adopting the group, as the first scheduled run of reconcile does …');
  await localAws.fire(stack, 'GroupSentryReconcileRule');
  await screen.settled(localAws);
  print(
    [
      '',
      'Slack is a stand-in here, written by hand for this project: docs/sandbox.md says what it checks. In its channel #approvals are alice',
      'and bob, who may decide, and mallory, who may not. The group is changed by "visitor", whom Slack does not know: so two have to approve.',
    ].join('\n'),
  );
  return {
    localAws,
    screen,
    stack,
    visitor,
    groupId,
    askFunction: stackOutput(stack, 'SnapshotAskFunction'),
    interactionsUrl: interactionsUrlOf(stack),
  };
}

class ApprovalScene {
  private readonly screen: SlackScene;

  constructor(
    private readonly stage: ApprovalStage,
    private readonly answers: Answers,
    private readonly print: Print,
  ) {
    this.screen = stage.screen;
  }

  /** Says whether the group was at each time as it should be. */
  async play({ heading, rule, opened, stands }: Change): Promise<boolean> {
    const before = await this.rules();
    this.print(`\n${'='.repeat(100)}\n${heading}\n\nOpen now: ${before.join(', ')}.`);
    await this.openRule(rule);
    const asExpected = [await this.isOpen(before, opened, stands)];
    const question = this.screen.question();
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
      const answer = await this.answerTo(question, buttons);
      if (!answer) await this.settled();
      else if (answer.kind === 'wait') await this.wait(answer.hours * HOUR_MS);
      else await this.click(question, answer);
    }
    return this.lastDecision() === 'approved';
  }

  /** Undefined where someone has clicked elsewhere: on the page, say. */
  private async answerTo(
    question: Message,
    buttons: readonly string[],
  ): Promise<Answer | undefined> {
    const elsewhere = new AbortController();
    const seen = question.versions.length;
    const look = setInterval(() => {
      if (question.versions.length > seen) elsewhere.abort();
    }, LOOK_MS);
    try {
      return await this.answers(buttons, elsewhere.signal);
    } finally {
      clearInterval(look);
    }
  }

  private async click(
    question: Message,
    { button, person, reason }: Extract<Answer, { kind: 'click' }>,
  ): Promise<void> {
    const { interactionsUrl } = this.stage;
    const userId = PEOPLE[person];
    await this.screen.click({ question, button, person, userId, interactionsUrl, reason });
    await this.settled();
  }

  private async wait(milliseconds: number): Promise<void> {
    const { localAws, stack } = this.stage;
    const time = new Date(localAws.now().getTime() + milliseconds);
    this.print('');
    this.screen.timeline.start(
      Date.now(),
      `the clock of the sandbox is set to ${time.toISOString()}, and the workflow's run of every minute comes`,
      'waited',
    );
    await localAws.setClock(time);
    await localAws.fire(stack, 'ApprovalsMinuteRule');
    await this.settled();
  }

  private async settled(): Promise<void> {
    await this.screen.settled(this.stage.localAws);
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

  private async rules(): Promise<string[]> {
    return openRules(this.stage.localAws, this.stage.groupId);
  }

  /** As the workflow announced it on the event bus. */
  private lastDecision(): string | undefined {
    return this.stage.localAws.announced
      .flatMap(({ detail }) => Decided.safeParse(detail).data ?? [])
      .at(-1)?.detail;
  }
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
