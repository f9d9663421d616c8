import * as z from 'zod/mini';
import { MessageBlock, ModalBlock } from './slack-blocks';

/** What can be done in a scene by a button. */
const Move = z.object({
  id: z.string(),
  label: z.string(),
  /** What will happen, in a sentence. */
  hint: z.string(),
});

/** Someone in Slack, as whom buttons can be clicked. */
const Person = z.object({
  id: z.string(),
  name: z.string(),
  /** What they may do, in a few words. */
  role: z.string(),
});

/** Why a rule may stand, or that nothing says so. */
const Acceptance = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('accepted'),
    grants: z.array(
      z.object({
        cause: z.string(),
        by: z.string(),
        /** Milliseconds since 1970, as all times here. */
        since: z.number(),
        /** For good without it. */
        until: z.optional(z.number()),
      }),
    ),
  }),
  /** It stands for now: people have not decided yet. */
  z.object({
    kind: z.literal('undecided'),
    /** When the time to decide is over; without it, the rule may stay then. */
    until: z.optional(z.number()),
  }),
  z.object({ kind: z.literal('suspended') }),
  z.object({ kind: z.literal('not-accepted') }),
]);

const GroupRule = z.object({
  id: z.string(),
  /** "tcp 22 from 0.0.0.0/0". */
  text: z.string(),
  description: z.string(),
  acceptance: Acceptance,
});

const Group = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  /** Account and Region, where there are several. */
  place: z.optional(z.string()),
  isMonitored: z.boolean(),
  rules: z.array(GroupRule),
});

const Happened = z.object({
  kind: z.literal('happened'),
  /** By the machine's clock. */
  at: z.number(),
  what: z.enum([
    'call',
    'event',
    'verdict',
    'revert',
    'step',
    'message',
    'slack',
    'click',
    'clock',
    'fault',
    'command',
    'refused',
  ]),
  text: z.string(),
  /** Who did it. */
  by: z.optional(z.string()),
  /** From which address, and with which program. */
  from: z.optional(z.string()),
});

const SlackShown = z.object({
  kind: z.literal('slack'),
  channels: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      /** The app's conversation with one person. */
      isDirect: z.boolean(),
      /** Ids of users. */
      members: z.array(z.string()),
    }),
  ),
  /** The oldest first. */
  messages: z.array(
    z.object({
      channel: z.string(),
      ts: z.string(),
      at: z.number(),
      threadTs: z.optional(z.string()),
      text: z.string(),
      blocks: z.array(MessageBlock),
      /** The only one who sees it; without it, all do. */
      onlyFor: z.optional(z.string()),
    }),
  ),
  /** Those that are open. */
  modals: z.array(
    z.object({
      id: z.string(),
      userId: z.string(),
      title: z.string(),
      submit: z.string(),
      close: z.string(),
      blocks: z.array(ModalBlock),
      errors: z.record(z.string(), z.string()),
    }),
  ),
  /** Of users and user groups, by id. */
  names: z.record(z.string(), z.string()),
});

const KeysShown = z.object({
  kind: z.literal('keys'),
  /** The oldest first. */
  keys: z.array(
    z.object({
      id: z.string(),
      user: z.string(),
      status: z.string(),
      ageDays: z.number(),
      /** Never used without it. */
      unusedDays: z.optional(z.number()),
    }),
  ),
  /** From which age on a key is too old. */
  maxAgeDays: z.number(),
});

const CoverageShown = z.object({
  kind: z.literal('coverage'),
  accounts: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      /** Its organizational unit. */
      unit: z.string(),
      places: z.array(
        z.object({
          region: z.string(),
          isCovered: z.boolean(),
          /** The rights of the hub there, or the gaps. */
          text: z.string(),
        }),
      ),
    }),
  ),
});

/** One thing that the page is told. What the page shows is made of all of them, in their order. */
export const Fact = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('scene'),
    title: z.string(),
    about: z.string(),
    moves: z.array(Move),
    people: z.array(Person),
  }),
  /** What the sandbox does before a scene is ready. */
  z.object({ kind: z.literal('preparing'), text: z.string() }),
  Happened,
  z.object({ kind: z.literal('groups'), groups: z.array(Group) }),
  SlackShown,
  /** A message of SNS, as an e-mail would show it. */
  z.object({
    kind: z.literal('delivered'),
    at: z.number(),
    subject: z.string(),
    text: z.string(),
  }),
  KeysShown,
  CoverageShown,
  /** By how much the sandbox's clock is ahead of the machine's. */
  z.object({ kind: z.literal('clock'), aheadMs: z.number() }),
  /** The move that goes on; without it, none does. */
  z.object({ kind: z.literal('moving'), move: z.optional(z.string()) }),
]);

export type Fact = z.infer<typeof Fact>;
export type FactOf<Kind extends Fact['kind']> = Extract<Fact, { kind: Kind }>;

export type Happened = z.infer<typeof Happened>;
export type Group = z.infer<typeof Group>;
export type GroupRule = z.infer<typeof GroupRule>;
export type Acceptance = z.infer<typeof Acceptance>;
export type Person = z.infer<typeof Person>;
export type SlackShown = z.infer<typeof SlackShown>;
export type KeysShown = z.infer<typeof KeysShown>;
export type CoverageShown = z.infer<typeof CoverageShown>;

/** What the page asks the sandbox to do. */
export const Act = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('move'), id: z.string() }),
  z.object({
    kind: z.literal('click'),
    userId: z.string(),
    channel: z.string(),
    ts: z.string(),
    actionId: z.string(),
  }),
  z.object({
    kind: z.literal('submit'),
    modalId: z.string(),
    /** By the block's id. */
    written: z.record(z.string(), z.string()),
  }),
  z.object({ kind: z.literal('cancel'), modalId: z.string() }),
]);

export type Act = z.infer<typeof Act>;
