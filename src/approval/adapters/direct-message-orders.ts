import * as z from 'zod/mini';
import { DIRECT_MESSAGE_VERSION } from '../contracts/direct-message';
import type { DirectMessage } from '../domain/direct-message';

export const directMessageOrderSchema = z.object({
  version: z.literal(DIRECT_MESSAGE_VERSION),
  type: z.literal('direct-message'),
  sender: z.string(),
  email: z.string(),
  at: z.iso.datetime(),
  news: z.string(),
  text: z.object({
    title: z.string(),
    opening: z.string(),
    points: z.array(z.object({ label: z.string(), lines: z.array(z.string()) })),
    omitted: z.int().check(z.nonnegative()),
    closing: z.array(z.string()),
  }),
});

const typeSchema = z.object({ type: z.literal('direct-message') });

/** Undefined for a message about something else. Throws for one of another version. */
export function directMessageIn(body: string): DirectMessage | undefined {
  const content = jsonIn(body);
  if (!typeSchema.safeParse(content).success) return undefined;
  const parsed = directMessageOrderSchema.safeParse(content);
  if (!parsed.success) {
    throw new Error(
      `The direct message cannot be read by this version of the library: ${z.prettifyError(parsed.error)}`,
    );
  }
  const { version: _, type: __, at, ...message } = parsed.data;
  return { ...message, at: new Date(at) };
}

function jsonIn(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
