import * as z from 'zod/mini';

const Words = z.object({
  type: z.literal('plain_text'),
  text: z.string(),
  emoji: z.literal(false),
});
const Style = z.optional(z.enum(['primary', 'danger']));

const Confirm = z.object({
  title: Words,
  text: Words,
  confirm: Words,
  deny: Words,
  style: z.optional(z.literal('danger')),
});

const Button = z.object({
  type: z.literal('button'),
  text: Words,
  action_id: z.string(),
  value: z._default(z.string(), ''),
  style: Style,
  confirm: z.optional(Confirm),
});

const Inline = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('text'),
    text: z.string(),
    style: z.optional(z.object({ bold: z.literal(true) })),
  }),
  z.object({ type: z.literal('link'), url: z.string(), text: z.string() }),
  z.object({ type: z.literal('user'), user_id: z.string() }),
  z.object({ type: z.literal('usergroup'), usergroup_id: z.string() }),
]);

const Section = z.object({ type: z.literal('rich_text_section'), elements: z.array(Inline) });

const Part = z.discriminatedUnion('type', [
  Section,
  z.object({ type: z.literal('rich_text_preformatted'), elements: z.array(Inline) }),
  z.object({
    type: z.literal('rich_text_list'),
    style: z.literal('bullet'),
    elements: z.array(Section),
  }),
]);

/** The blocks that messages of the library are made of. */
export const MessageBlock = z.discriminatedUnion('type', [
  z.object({ type: z.literal('header'), text: Words }),
  z.object({ type: z.literal('context'), elements: z.array(Words) }),
  z.object({ type: z.literal('actions'), elements: z.array(Button) }),
  z.object({ type: z.literal('rich_text'), elements: z.array(Part) }),
]);

export const ModalBlock = z.discriminatedUnion('type', [
  z.object({ type: z.enum(['header', 'section']), text: Words }),
  z.object({
    type: z.literal('input'),
    block_id: z.string(),
    optional: z._default(z.boolean(), false),
    label: Words,
    element: z.object({
      type: z.literal('plain_text_input'),
      action_id: z.string(),
      multiline: z.literal(true),
      max_length: z.number(),
    }),
  }),
]);

/** What the page can show of a message. A block of another kind is left out. */
export function shownBlocks(blocks: readonly unknown[]): z.infer<typeof MessageBlock>[] {
  return blocks.flatMap((block) => {
    const shown = MessageBlock.safeParse(block);
    return shown.success ? [shown.data] : [];
  });
}
