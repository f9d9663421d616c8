import * as z from 'zod/mini';
import { showChangedRule } from './changed-rules';
import { type Print, printError } from './printing';
import { confirmationOf, SlackScreen } from './slack-screen';
import { titleOf } from '../inbox';
import type { LocalAws, LocalAwsOptions } from '../local-aws';
import type { Modal } from '../slack/modals';
import { SlackStandIn } from '../slack/slack-stand-in';
import type { Message } from '../slack/workspace';
import { Timeline } from '../support/timeline';

export const SIGNING_SECRET = 'sandbox-signing-secret';
export const BOT_TOKEN = 'xoxb-sandbox';

/** A button of a question, and who clicks it. */
export interface SceneClick {
  readonly question: Message;
  readonly button: string;
  readonly person: string;
  readonly userId: string;
  readonly interactionsUrl: string;
  /** For the form that the click may open; without it, that is left empty. */
  readonly reason?: string;
}

const Labelled = z.object({ label: z.object({ text: z.string() }), block_id: z.string() });

interface SceneClock {
  now: () => Date;
  /** Of a time of this clock. */
  machineTime: (at: Date) => number;
}

/** What is to be seen of AWS and Slack while a scene plays that has both. */
export class SlackScene {
  static async start(print: Print): Promise<SlackScene> {
    const clock: SceneClock = {
      now: () => new Date(),
      machineTime: (at) => at.getTime(),
    };
    const slack = await SlackStandIn.start({
      signingSecret: SIGNING_SECRET,
      botToken: BOT_TOKEN,
      now: () => clock.now(),
    });
    return new SlackScene(slack, print, clock);
  }

  readonly timeline: Timeline;
  private readonly screen: SlackScreen;
  private callsSeen = 0;
  private isBegun = false;

  private constructor(
    readonly slack: SlackStandIn,
    readonly print: Print,
    private readonly clock: SceneClock,
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
        if (this.isBegun) showChangedRule(call, this.timeline);
        // What functions do in Slack, they write down in AWS: no call, no news.
        this.showSlack();
      },
      onDelivery: (delivery) =>
        this.timeline.mark(
          delivery.at,
          'message',
          `${titleOf(delivery)} (to the topic's subscribers)`,
        ),
      onFunctionLog: (functionName, line) => printError(functionName, line, this.print),
    };
  }

  /** From now on, changes of rules are shown, and Slack goes by the clock of this AWS. */
  begin(localAws: LocalAws): void {
    this.isBegun = true;
    this.clock.now = () => localAws.now();
    this.clock.machineTime = (at) => localAws.machineTime(at);
  }

  /** From queue to queue, until no function has anything left to do. */
  async settled(localAws: Pick<LocalAws, 'settled'>): Promise<void> {
    for (let before = -1; before !== this.callsSeen;) {
      before = this.callsSeen;
      await localAws.settled();
    }
    this.showSlack();
  }

  /** Clicks as someone would, and shows how the app answers. */
  async click(click: SceneClick): Promise<void> {
    const { question, button, person, userId, interactionsUrl } = click;
    const confirmation = confirmationOf(question, button);
    this.print('');
    this.timeline.start(Date.now(), `[ ${button} ], by ${person}`, 'clicked');
    if (confirmation) this.print(`    | Slack asks first: "${confirmation}" The answer is yes.`);
    const formsBefore = this.slack.modals.length;
    const { status, milliseconds } = await this.slack.click({
      interactionsUrl,
      userId,
      channel: question.channel,
      ts: question.ts,
      text: button,
    });
    this.timeline.mark(
      Date.now(),
      'answered',
      `with ${status} after ${milliseconds} ms; Slack waits for three seconds`,
    );
    const form = this.slack.modals.slice(formsBefore).find((each) => each.userId === userId);
    if (form) await this.fillIn(form, click);
  }

  /** The oldest first. */
  get questions(): readonly Message[] {
    return this.slack.messages.filter(({ threadTs }) => threadTs === undefined);
  }

  /** The latest. */
  question(): Message {
    const question = this.questions.at(-1);
    if (!question) throw new Error('No one was asked in Slack.');
    return question;
  }

  private async fillIn(modal: Modal, { reason = '', interactionsUrl }: SceneClick): Promise<void> {
    const inputs = modal.view.blocks.flatMap((block) => Labelled.safeParse(block).data ?? []);
    const labels = inputs.map(({ label }) => `"${label.text}"`).join(', ');
    const answer = reason ? `The answer is: "${reason}"` : 'It is left empty.';
    this.print(`    | Slack opens a form: ${labels} ${answer}`);
    const written = Object.fromEntries(
      reason ? inputs.map(({ block_id: block }) => [block, reason]) : [],
    );
    const { status, milliseconds } = await this.slack.submit({ modal, written, interactionsUrl });
    this.timeline.mark(Date.now(), 'answered', `with ${status} after ${milliseconds} ms`);
  }

  private showSlack(): void {
    for (const { at, what, lines } of this.screen.news()) {
      // The timeline goes by the machine's clock, Slack by the sandbox's, which may be set.
      this.timeline.mark(this.clock.machineTime(at), 'Slack', what);
      for (const line of lines) this.print(`    | ${line}`.trimEnd());
    }
  }
}
