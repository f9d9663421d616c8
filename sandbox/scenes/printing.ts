import type { MetGap } from '../deployer/met-gaps';
import { type Delivery, titleOf } from '../inbox';
import { loggedErrorIn } from '../support/logged-error';

export type Print = (line: string) => void;

/** A message as an e-mail would show it, set off from the rest. */
export function deliveryLines(delivery: Delivery): string {
  const text = delivery.emailText.replace(/^/gm, '    | ');
  return [`    message: ${titleOf(delivery)}`, text].join('\n');
}

/** Of a function's log, the errors, without all that would bury the scene. */
export function printError(functionName: string, line: string, print: Print): void {
  const error = loggedErrorIn(line);
  if (error === undefined) return;
  print(`           logged    ${error} (an error, by ${functionName})`);
}

/** Where to read what the emulator lacks; the scene comes first. */
export function gapsLine(gaps: readonly MetGap[]): string {
  const kinds = new Set(gaps.map(({ type, aspect = '' }) => `${type} ${aspect}`));
  return `The emulator lacks ${kinds.size} things that this stack uses: "npm run sandbox -- --gaps" prints all that it lacks, docs/sandbox.md says more.`;
}
