import * as z from 'zod/mini';

const LoggedError = z.object({
  level: z.literal('ERROR'),
  message: z.string(),
  error: z.optional(z.object({ message: z.optional(z.string()) })),
});

/** What a line of a function's log says of an error, without its stack; undefined where of none. */
export function loggedErrorIn(line: string): string | undefined {
  const logged = LoggedError.safeParse(jsonOf(line)).data;
  if (!logged) return undefined;
  const { message, error } = logged;
  return error?.message === undefined ? message : `${message}: ${error.message}`;
}

/** Undefined where the line is none, such as one that Node prints. */
export function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
