import * as z from 'zod/mini';

/** What the stand-in looks into of a block; the rest of a block is kept as it is. */
export type Block = Readonly<Record<string, unknown>>;

const LARGEST_TEXT = 3000;
const LARGEST_FIELD = 2000;
const LARGEST_ID = 255;
const MOST_BLOCKS = 50;

function text(largest: number) {
  return z
    .string()
    .check(
      z.minLength(1, { error: 'must be more than 0 characters' }),
      z.maxLength(largest, { error: `must be less than ${largest + 1} characters` }),
    );
}

function plainText(largest: number) {
  return z.strictObject({
    type: z.literal('plain_text'),
    text: text(largest),
    emoji: z.optional(z.boolean()),
  });
}

function anyText(largest: number) {
  return z.discriminatedUnion('type', [
    plainText(largest),
    z.strictObject({
      type: z.literal('mrkdwn'),
      text: text(largest),
      verbatim: z.optional(z.boolean()),
    }),
  ]);
}

function list<T extends z.ZodMiniType>(item: T, most: number) {
  return z
    .array(item)
    .check(
      z.minLength(1, { error: 'must have at least 1 item' }),
      z.maxLength(most, { error: `no more than ${most} items allowed` }),
    );
}

const id = z.optional(text(LARGEST_ID));
const block = { block_id: id };
const style = z.optional(z.enum(['primary', 'danger']));

const Confirmation = z.strictObject({
  title: plainText(100),
  text: anyText(300),
  confirm: plainText(30),
  deny: plainText(30),
  style,
});

const Button = z.strictObject({
  type: z.literal('button'),
  text: plainText(75),
  action_id: id,
  value: z.optional(
    z.string().check(z.maxLength(2000, { error: 'must be less than 2001 characters' })),
  ),
  url: z.optional(text(3000)),
  style,
  confirm: z.optional(Confirmation),
  accessibility_label: z.optional(text(75)),
});

const Image = z.strictObject({
  type: z.literal('image'),
  image_url: text(3000),
  alt_text: text(2000),
});

const Section = z
  .strictObject({
    ...block,
    type: z.literal('section'),
    text: z.optional(anyText(LARGEST_TEXT)),
    fields: z.optional(list(anyText(LARGEST_FIELD), 10)),
    accessory: z.optional(z.discriminatedUnion('type', [Button, Image])),
    expand: z.optional(z.boolean()),
  })
  .check(
    z.refine(({ text: own, fields }) => own !== undefined || fields !== undefined, {
      error: 'missing required field: text or fields',
    }),
  );

const Actions = z
  .strictObject({ ...block, type: z.literal('actions'), elements: list(Button, 25) })
  .check(
    z.refine(({ elements }) => areDistinct(elements.map(({ action_id }) => action_id)), {
      error: 'action_id already exists',
    }),
  );

const KnownBlock = z.discriminatedUnion('type', [
  Section,
  Actions,
  z.strictObject({ ...block, type: z.literal('header'), text: plainText(150) }),
  z.strictObject({ ...block, type: z.literal('divider') }),
  z.strictObject({
    ...block,
    type: z.literal('context'),
    elements: list(z.discriminatedUnion('type', [...anyText(LARGEST_TEXT).def.options, Image]), 10),
  }),
  z.strictObject({ ...block, ...Image.shape, title: z.optional(plainText(2000)) }),
  z.strictObject({ ...block, type: z.literal('markdown'), text: text(12_000) }),
  // What is inside is checked in Slack, and passed here.
  z.strictObject({
    ...block,
    type: z.literal('rich_text'),
    elements: z.array(z.looseObject({ type: z.string() })),
  }),
]);

/** Stands in modals only. */
const Input = z.strictObject({
  ...block,
  type: z.literal('input'),
  label: plainText(2000),
  hint: z.optional(plainText(2000)),
  optional: z.optional(z.boolean()),
  dispatch_action: z.optional(z.boolean()),
  element: z.strictObject({
    type: z.literal('plain_text_input'),
    action_id: id,
    placeholder: z.optional(plainText(150)),
    initial_value: z.optional(z.string()),
    multiline: z.optional(z.boolean()),
    min_length: z.optional(z.int().check(z.minimum(0), z.maximum(3000))),
    max_length: z.optional(z.int().check(z.minimum(1), z.maximum(3000))),
  }),
});

const View = z
  .strictObject({
    type: z.literal('modal'),
    title: plainText(24),
    submit: z.optional(plainText(24)),
    close: z.optional(plainText(24)),
    blocks: list(z.discriminatedUnion('type', [...KnownBlock.def.options, Input]), 100),
    private_metadata: z.optional(z.string().check(z.maxLength(3000))),
    callback_id: id,
    external_id: id,
    clear_on_close: z.optional(z.boolean()),
    notify_on_close: z.optional(z.boolean()),
  })
  .check(
    z.refine(({ blocks }) => areDistinct(blocks.map(({ block_id }) => block_id)), {
      error: 'block_id already exists',
    }),
    // Slack shows an input no one could submit as an error.
    z.refine(
      ({ blocks, submit }) => submit !== undefined || !blocks.some(({ type }) => type === 'input'),
      { error: 'missing required field: submit' },
    ),
  );

const Blocks = z.array(KnownBlock).check(
  z.maxLength(MOST_BLOCKS, { error: `no more than ${MOST_BLOCKS} items allowed` }),
  z.refine((blocks) => areDistinct(blocks.map(({ block_id }) => block_id)), {
    error: 'block_id already exists',
  }),
);

/**
 * What Slack would say against the blocks, in its own form; nothing where they are fine. Kinds of
 * blocks and elements that the stand-in does not know are refused.
 */
export function faultsOfBlocks(blocks: unknown): string[] {
  return faultsOf(Blocks.safeParse(blocks), '/blocks');
}

function faultsOf(parsed: z.core.util.SafeParseResult<unknown>, root: string): string[] {
  return parsed.success
    ? []
    : parsed.error.issues.map(
        ({ message, path }) =>
          `[ERROR] ${message} [json-pointer:${root}${path.map((key) => `/${String(key)}`).join('')}]`,
      );
}

/** The same against a view. */
export function faultsOfView(view: unknown): string[] {
  return faultsOf(View.safeParse(view), '/view');
}

function areDistinct(ids: readonly (string | undefined)[]): boolean {
  const given = ids.filter((each) => each !== undefined);
  return new Set(given).size === given.length;
}
