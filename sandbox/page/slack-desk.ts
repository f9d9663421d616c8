import * as z from 'zod/mini';
import type { Act, FactOf, Happened } from './facts';
import { ModalBlock, shownBlocks } from './slack-blocks';
import { SlackScreen } from '../scenes/slack-screen';
import type { SlackStandIn } from '../slack/slack-stand-in';

type SlackAct = Exclude<Act, { kind: 'move' }>;
type Tell = (what: Happened['what'], text: string, at?: number) => void;

export interface SlackDeskProps {
  readonly slack: SlackStandIn;
  /** The app's own address for interactions. */
  readonly interactionsUrl: string;
  readonly tell: Tell;
  /** The sandbox's time, by which Slack goes. */
  now(): Date;
  /** Until all that follows from a click is done. */
  settled(): Promise<void>;
}

const MOST_TOLD_LINES = 4;

const ModalView = z.object({
  title: z.object({ text: z.string() }),
  submit: z.object({ text: z.string() }),
  close: z.object({ text: z.string() }),
  blocks: z.array(ModalBlock),
});

/** The stand-in for Slack as the page shows it, and the clicks that come from there. */
export class SlackDesk {
  private readonly screen: SlackScreen;

  constructor(private readonly props: SlackDeskProps) {
    this.screen = new SlackScreen(props.slack);
  }

  /** How Slack stands now. What has come up since the last look goes to the timeline. */
  async look(): Promise<FactOf<'slack'>> {
    const { slack, tell, now } = this.props;
    const aheadMs = now().getTime() - Date.now();
    for (const { at, what, lines } of this.screen.news()) {
      tell('slack', `${what}: ${headline(lines)}`, Math.round(at.getTime() - aheadMs));
    }
    return slackShown(slack);
  }

  async act(act: SlackAct): Promise<void> {
    await this.done(act);
    await this.props.settled();
  }

  private async done(act: SlackAct): Promise<void> {
    switch (act.kind) {
      case 'click':
        return this.click(act);
      case 'submit':
        return this.submit(act);
      case 'cancel':
        return this.props.slack.cancel(this.modal(act.modalId));
    }
  }

  private async click(act: Extract<Act, { kind: 'click' }>): Promise<void> {
    const { slack, interactionsUrl, tell } = this.props;
    const { kind: _kind, ...click } = act;
    const shown = slackShown(slack).messages.find(({ ts }) => ts === act.ts);
    const label = shown?.blocks
      .flatMap((block) => (block.type === 'actions' ? block.elements : []))
      .find(({ action_id: id }) => id === act.actionId)?.text.text;
    tell('click', `[ ${label ?? act.actionId} ], by ${this.nameOf(act.userId)}`);
    const { status, milliseconds } = await slack.click({ ...click, interactionsUrl });
    if (status !== 200) {
      tell('fault', `the click was answered with ${status} after ${milliseconds} ms`);
    }
  }

  private async submit({ modalId, written }: Extract<Act, { kind: 'submit' }>): Promise<void> {
    const { slack, interactionsUrl, tell } = this.props;
    const modal = this.modal(modalId);
    tell('click', `a form is submitted, by ${this.nameOf(modal.userId)}`);
    const given = Object.fromEntries(Object.entries(written).filter(([, text]) => text !== ''));
    await slack.submit({ modal, written: given, interactionsUrl });
  }

  private modal(id: string) {
    const modal = this.props.slack.modals.find((each) => each.id === id);
    if (!modal) throw new Error('There is no such form in Slack.');
    return modal;
  }

  private nameOf(userId: string): string {
    return this.props.slack.users.get(userId)?.name ?? userId;
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
    channels: [...slack.channels.values()].map(({ id, name }) => ({ id, name })),
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
