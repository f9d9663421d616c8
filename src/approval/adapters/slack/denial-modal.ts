import * as z from 'zod/mini';
import { cut, plain, type PlainText } from './approval-blocks';
import type { DenialPrompt } from '../../domain/approval-configuration';
import { MOST_REASON_CHARACTERS } from '../../domain/denial-reason';

/** What Slack calls the modal when someone submits it. */
export const DENIAL_CALLBACK = 'deny';

/** The only input of the modal: its block, and its element. */
export const REASON_BLOCK = 'reason';
export const REASON_INPUT = 'reason';

/** Of a text input, by Slack's own limit. */
const MOST_WRITTEN_CHARACTERS = 3_000;
const MOST_HEADLINE_CHARACTERS = 150;

/** The button of which the modal speaks, and who has clicked it. */
export interface ClickedDenial {
  readonly value: string;
  readonly channelId: string;
  readonly messageTs: string;
  readonly userId: string;
  /** What the submission counts as of. */
  readonly clickedAt: Date;
}

export interface DenialModal {
  readonly type: 'modal';
  readonly callback_id: string;
  readonly private_metadata: string;
  readonly title: PlainText;
  readonly submit: PlainText;
  readonly close: PlainText;
  readonly blocks: readonly ModalBlock[];
}

export type ModalBlock =
  | { readonly type: 'header' | 'section'; readonly text: PlainText }
  | {
      readonly type: 'input';
      readonly block_id: string;
      readonly optional: boolean;
      readonly label: PlainText;
      readonly element: {
        readonly type: 'plain_text_input';
        readonly action_id: string;
        readonly multiline: true;
        readonly max_length: number;
      };
    };

/**
 * A modal is opened for the one who has clicked, and Slack gives back what it carries when they
 * submit it.
 *
 * @see https://docs.slack.dev/surfaces/modals
 */
export function denialModal(
  { value, channelId, messageTs, userId, clickedAt }: ClickedDenial,
  headline: string,
  prompt: DenialPrompt,
): DenialModal {
  return {
    type: 'modal',
    callback_id: DENIAL_CALLBACK,
    private_metadata: JSON.stringify({ value, channelId, messageTs, userId, clickedAt }),
    title: plain('Deny this request'),
    submit: plain('Deny'),
    close: plain('Cancel'),
    blocks: [
      ...headlineBlocks(headline),
      {
        type: 'section',
        text: plain(
          'If you deny, no one can approve it any more. The reason is shown wherever the decision is.',
        ),
      },
      {
        type: 'input',
        block_id: REASON_BLOCK,
        optional: prompt === 'optional',
        label: plain('Why do you deny it?'),
        element: {
          type: 'plain_text_input',
          action_id: REASON_INPUT,
          multiline: true,
          max_length: MOST_REASON_CHARACTERS,
        },
      },
    ],
  };
}

function headlineBlocks(headline: string): ModalBlock[] {
  if (headline === '') return [];
  return [{ type: 'header', text: plain(cut(headline, MOST_HEADLINE_CHARACTERS)) }];
}

/** What Slack gives back of it. The value of an input that was left empty is null. */
export const submittedInput = z.object({
  [REASON_BLOCK]: z.object({
    [REASON_INPUT]: z.object({
      type: z.literal('plain_text_input'),
      value: z.nullable(z.string().check(z.maxLength(MOST_WRITTEN_CHARACTERS))),
    }),
  }),
});
