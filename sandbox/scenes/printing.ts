import * as z from 'zod/mini';
import type { MetGap } from '../deployer/met-gaps';
import { type Delivery, titleOf } from '../inbox';

export type Print = (line: string) => void;

/** A message as an e-mail would show it, set off from the rest. */
export function deliveryLines(delivery: Delivery): string {
  const text = delivery.emailText.replace(/^/gm, '    | ');
  return [`    message: ${titleOf(delivery)}`, text].join('\n');
}

const LoggedError = z.object({
  message: z.string(),
  error: z.optional(z.object({ message: z.optional(z.string()) })),
});

/** An error that a function has logged, without all that would bury the scene. */
export function errorLine(functionName: string, line: string): string {
  const { message, error } = LoggedError.parse(JSON.parse(line));
  const reason = error?.message === undefined ? '' : `: ${error.message}`;
  return `           logged    ${message}${reason} (an error, by ${functionName})`;
}

/** Where to read what the emulator lacks; the scene comes first. */
export function gapsLine(gaps: readonly MetGap[]): string {
  const kinds = new Set(gaps.map(({ type, aspect = '' }) => `${type} ${aspect}`));
  return `The emulator lacks ${kinds.size} things that this stack uses: "npm run sandbox -- --gaps" prints all that it lacks, docs/sandbox.md says more.`;
}
