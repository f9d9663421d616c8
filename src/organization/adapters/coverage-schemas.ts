import * as z from 'zod/mini';
import { GAP_CAUSES } from '../domain/gaps/find-gaps';
import { MEMBER_RIGHTS } from '../domain/gaps/place-state';
import { ACCOUNT_STATES } from '../domain/member-accounts';
import { SOURCE_KINDS } from '../domain/sources';

// Schemas of items are made when something is read by them: no cold start without a hub waits.

const time = z.pipe(
  z.iso.datetime(),
  z.transform((value) => new Date(value)),
);

export const sourceSchema = z.enum(SOURCE_KINDS);

export const lastRunSchema = z.lazy(() =>
  z.object({
    at: time,
    pause: z.optional(z.object({ from: time, until: time })),
    toldAllAt: z.optional(time),
    sources: z.optional(z.array(z.object({ source: sourceSchema, since: time }))),
    lagging: z.optional(
      z.array(
        z.object({ source: sourceSchema, lastAt: time, othersAt: time, toldAt: z.optional(time) }),
      ),
    ),
    emptyUnits: z.optional(z.array(z.string())),
  }),
);

export const lookSchema = z.lazy(() =>
  z.discriminatedUnion('kind', [
    z.object({
      kind: z.literal('seen'),
      at: time,
      templateVersion: z.optional(z.number()),
      rule: z.enum(['as-made', 'missing', 'disabled', 'changed']),
      rights: z.enum(MEMBER_RIGHTS),
      hasGroups: z.boolean(),
    }),
    z.object({
      kind: z.literal('refused'),
      at: time,
      by: z.enum(['role', 'service-control-policy', 'region']),
      reason: z.string(),
    }),
    z.object({ kind: z.literal('failed'), at: time, reason: z.string() }),
    z.object({ kind: z.literal('off'), at: time }),
  ]),
);

export const gapSchema = z.lazy(() =>
  z.object({
    place: z.object({ accountId: z.string(), region: z.string() }),
    source: z.optional(sourceSchema),
    cause: z.enum(GAP_CAUSES),
    reason: z.optional(z.string()),
    lastCoveredAt: z.optional(time),
    since: time,
    toldAt: z.optional(time),
  }),
);

/** One of the parts of a list. */
export const accountsSchema = z.lazy(() =>
  z.object({
    readAt: time,
    parts: z.number(),
    accounts: z.array(
      z.object({
        id: z.string(),
        name: z.string(),
        state: z.enum(ACCOUNT_STATES),
        path: z.string(),
      }),
    ),
  }),
);
