import * as z from 'zod/mini';
import type { Act, FactOf, Happened } from './facts';
import { ModalBlock, shownBlocks } from './slack-blocks';
import type { LocalAws } from '../local-aws';
import type { SlackScene } from '../scenes/slack-scene';
import { isDirectMessage, SlackScreen } from '../scenes/slack-screen';
import type { AppAnswer } from '../slack/clicks';
import type { SlackStandIn } from '../slack/slack-stand-in';

type SlackAct = Exclude<Act, { kind: 'move' }>;
type Tell = (what: Happened['what'], text: string, at?: number) => void;

/** A scene that has people in Slack. */
export interface SlackStage {
  readonly localAws: Pick<LocalAws, 'machineTime' | 'settled'>;
  readonly screen: Pick<SlackScene, 'slack' | 'settled'>;
  /** The app's own address for interactions. */
  readonly interactionsUrl: string;
}

/** As many as a decision has, with who asked, its reason, and what follows. */
const MOST_TOLD_LINES = 6;

const ModalView = z.object({
  title: z.object({ text: z.string() }),
  submit: z.object({ text: z.string() }),
  close: z.object({ text: z.string() }),
  blocks: z.array(ModalBlock),
});

/** The stand-in for Slack as the page shows it, and the clicks that come from there. */
export class SlackDesk {
  private readonly slack: SlackStandIn;
  private readonly screen: SlackScreen;

  constructor(
    private readonly stage: SlackStage,
    private readonly tell: Tell,
  ) {
    this.slack = stage.screen.slack;
    this.screen = new SlackScreen(this.slack);
  }

  /** How Slack stands now. What has come up since the last look goes to the timeline. */
  async look(): Promise<FactOf<'slack'>> {
    for (const { at, what, lines } of this.screen.news()) {
      this.tell('slack', `${what}: ${headline(lines)}`, this.stage.localAws.machineTime(at));
    }
    return slackShown(this.slack);
  }

  async act(act: SlackAct): Promise<void> {
    await this.done(act);
    await this.settled();
  }

  /** Until all that follows from a click or a call is done. */
  async settled(): Promise<void> {
    await this.stage.screen.settled(this.stage.localAws);
  }

  private async done(act: SlackAct): Promise<void> {
    switch (act.kind) {
      case 'click':
        return this.click(act);
      case 'submit':
        return this.submit(act);
      case 'cancel':
        return this.slack.cancel(this.modal(act.modalId));
    }
  }

  private async click(act: Extract<Act, { kind: 'click' }>): Promise<void> {
    const { interactionsUrl } = this.stage;
    const { kind: _kind, ...click } = act;
    const shown = slackShown(this.slack).messages.find(({ ts }) => ts === act.ts);
    const label = shown?.blocks
      .flatMap((block) => (block.type === 'actions' ? block.elements : []))
      .find(({ action_id: id }) => id === act.actionId)?.text.text;
    this.tell('click', `[ ${label ?? act.actionId} ], by ${this.nameOf(act.userId)}`);
    this.tellFaultOf('click', await this.slack.click({ ...click, interactionsUrl }));
  }

  private async submit({ modalId, written }: Extract<Act, { kind: 'submit' }>): Promise<void> {
    const { interactionsUrl } = this.stage;
    const modal = this.modal(modalId);
    this.tell('click', `a form is submitted, by ${this.nameOf(modal.userId)}`);
    const given = Object.fromEntries(Object.entries(written).filter(([, text]) => text !== ''));
    this.tellFaultOf('form', await this.slack.submit({ modal, written: given, interactionsUrl }));
  }

  /** Slack shows people an error in both cases, and a form stays open. */
  private tellFaultOf(what: 'click' | 'form', { status, milliseconds, inTime }: AppAnswer): void {
    if (status === 200 && inTime) return;
    const end = inTime ? '' : '; Slack waits for three seconds';
    this.tell('fault', `the ${what} was answered with ${status} after ${milliseconds} ms${end}`);
  }

  private modal(id: string) {
    const modal = this.slack.modals.find((each) => each.id === id);
    if (!modal) throw new Error('There is no such form in Slack.');
    return modal;
  }

  private nameOf(userId: string): string {
    return this.slack.users.get(userId)?.name ?? userId;
  }
}

/** A long message is told by its first line. */
function headline(lines: readonly string[]): string {
  const told = lines.filter((line) => line !== '');
  return told.slice(0, told.length > MOST_TOLD_LINES ? 1 : MOST_TOLD_LINES).join(' · ');
}

/** What all people see in Slack. */
export function slackShown(slack: SlackStandIn): FactOf<'slack'> {
  const messages = slack.messages.flatMap((message) => {
    const first = message.versions[0]?.at;
    if (message.deleted || !first) return [];
    const { channel, ts, threadTs, text, blocks } = message;
    return [{ channel, ts, threadTs, text, blocks: shownBlocks(blocks), at: first.getTime() }];
  });
  const toOne = slack.ephemerals.map(({ channel, ts, userId, at, text, blocks }) => ({
    channel,
    ts,
    text,
    blocks: shownBlocks(blocks),
    at: at.getTime(),
    onlyFor: userId,
  }));
  return {
    kind: 'slack',
    channels: [...slack.channels.values()].map(({ id, name, members }) => ({
      id,
      name,
      isDirect: isDirectMessage(id),
      members: [...members],
    })),
    messages: [...messages, ...toOne].sort((one, other) => one.ts.localeCompare(other.ts)),
    modals: slack.modals.filter(({ isOpen }) => isOpen).map(shownModal),
    names: namesOf(slack),
  };
}

function shownModal({
  id,
  userId,
  view,
  errors,
}: SlackStandIn['modals'][number]): FactOf<'slack'>['modals'][number] {
  const { title, submit, close, blocks } = ModalView.parse(view);
  return {
    id,
    userId,
    title: title.text,
    submit: submit.text,
    close: close.text,
    blocks,
    errors: { ...errors },
  };
}

function namesOf({ users, userGroups }: SlackStandIn): Record<string, string> {
  const people = [...users.values()].map(({ id, name }) => [id, name]);
  const groups = [...userGroups.keys()].map((id) => [id, id]);
  return Object.fromEntries([...groups, ...people]);
}
