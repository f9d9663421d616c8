import { randomBytes } from 'node:crypto';
import * as z from 'zod/mini';
import { faultsOfView } from './block-limits';
import { SlackError } from './slack-error';

/** A trigger opens nothing any more after so long. */
const TRIGGER_LASTS_MS = 3000;
const LARGEST_VIEW_BYTES = 250_000;

const TRIGGER = /^\d+\.\d+\.[0-9a-f]+$/;

const View = z.looseObject({
  callback_id: z.optional(z.string()),
  private_metadata: z.optional(z.string()),
  blocks: z.array(
    z.looseObject({
      type: z.string(),
      block_id: z.optional(z.string()),
      optional: z.optional(z.boolean()),
      element: z.optional(
        z.looseObject({
          action_id: z.string(),
          min_length: z.optional(z.number()),
          max_length: z.optional(z.number()),
        }),
      ),
    }),
  ),
});

interface Trigger {
  readonly userId: string;
  readonly at: Date;
  isExchanged: boolean;
}

/** A modal that one user sees. */
export interface Modal {
  readonly id: string;
  readonly userId: string;
  readonly view: z.infer<typeof View>;
  isOpen: boolean;
  /** What the app said against the last submission, by the block's id. */
  errors: Readonly<Record<string, string>>;
}

/** What someone writes into the inputs, by the block's id. */
export type Written = Readonly<Record<string, string>>;

/** What the payload says in place of the truth, as a forger's would. */
export interface SubmissionOverrides {
  readonly userId?: string;
  readonly userTeamId?: string;
  readonly privateMetadata?: string;
  readonly appId?: string;
}

/** The modals of an app, and the triggers that open them. */
export class Modals {
  readonly all: Modal[] = [];
  private readonly triggers = new Map<string, Trigger>();

  constructor(private readonly now: () => Date) {}

  /** A click gives one. */
  newTrigger(userId: string): string {
    const id = `${this.now().getTime()}.${this.triggers.size + 1}.${randomBytes(16).toString('hex')}`;
    this.triggers.set(id, { userId, at: this.now(), isExchanged: false });
    return id;
  }

  open(triggerId: string | undefined, sent: string | undefined): Modal {
    if (sent === undefined) throw invalid('missing required field: view');
    if (Buffer.byteLength(sent) > LARGEST_VIEW_BYTES) throw new SlackError('view_too_large');
    const view = jsonOf(sent);
    const faults = faultsOfView(view);
    if (faults.length > 0) throw invalid(...faults);
    const trigger = this.triggerOf(triggerId);
    trigger.isExchanged = true;
    const modal: Modal = {
      id: `V${randomBytes(5).toString('hex').toUpperCase()}`,
      userId: trigger.userId,
      view: View.parse(view),
      isOpen: true,
      errors: {},
    };
    this.all.push(modal);
    return modal;
  }

  private triggerOf(id: string | undefined): Trigger {
    const trigger = id !== undefined && TRIGGER.test(id) ? this.triggers.get(id) : undefined;
    if (!trigger) throw new SlackError('invalid_trigger_id');
    if (trigger.isExchanged) throw new SlackError('exchanged_trigger_id');
    if (this.now().getTime() - trigger.at.getTime() > TRIGGER_LASTS_MS) {
      throw new SlackError('expired_trigger_id');
    }
    return trigger;
  }
}

/** The app that opens a modal. */
interface ModalOwner {
  readonly teamId: string;
  readonly appId: string;
  readonly botId: string;
}

/** The view as Slack gives it back. */
export function viewObject(
  { id, view }: Modal,
  { teamId, appId, botId }: ModalOwner,
  written: Written = {},
): object {
  const inputs = view.blocks.flatMap(({ block_id: block, element }) =>
    block !== undefined && element ? [{ block, element }] : [],
  );
  const values = inputs.map(({ block, element: { action_id: action } }) => [
    block,
    { [action]: { type: 'plain_text_input', value: written[block] ?? null } },
  ]);
  return {
    private_metadata: '',
    callback_id: '',
    ...view,
    id,
    team_id: teamId,
    app_id: appId,
    bot_id: botId,
    root_view_id: id,
    state: { values: Object.fromEntries(values) },
  };
}

/** Slack lets no one submit what an input does not take. */
export function checkWritten({ view }: Modal, written: Written): void {
  for (const { type, block_id: block = '', optional = false, element } of view.blocks) {
    if (type !== 'input') continue;
    const { length } = written[block] ?? '';
    if (length === 0 && !optional) throw new Error(`The input ${block} must be filled in.`);
    if (length > (element?.max_length ?? 3000)) throw new Error(`Too much is in ${block}.`);
  }
}

function invalid(...messages: readonly string[]): SlackError {
  return new SlackError('invalid_arguments', { response_metadata: { messages } });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalid('invalid `view`');
  }
}
