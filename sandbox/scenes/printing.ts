import type { MetGap } from '../deployer/emulator-gaps';
import type { Delivery } from '../inbox';

export type Print = (line: string) => void;

/** A message as an e-mail would show it, set off from the rest. */
export function deliveryLines({ subject, emailText }: Delivery): string {
  return [`    message: ${subject ?? 'without subject'}`, emailText.replace(/^/gm, '    | ')].join(
    '\n',
  );
}

export function showGaps(gaps: readonly MetGap[], print: Print): void {
  print('\nWhat the emulator does not do, and how the sandbox makes up for it:');
  for (const [what, inSandbox] of new Map(
    gaps.map(({ type, aspect, inSandbox: how }) => [aspect ? `${type}, ${aspect}` : type, how]),
  )) {
    print(`  ${what}: ${inSandbox}`);
  }
}
