import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** The variable CHROMIUM, or what is on the PATH. */
const PROGRAM =
  process.env.CHROMIUM ??
  (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((folder) => NAMES.map((name) => join(folder, name)))
    .find((program) => existsSync(program));

/** Looks for nothing of its maker's, and needs no screen. */
const OPTIONS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--hide-scrollbars',
];

if (PROGRAM === undefined) {
  console.warn(
    'There is no Chromium: what needs a browser is skipped. Install it (Debian: apt-get install chromium), or name its program in the variable CHROMIUM.',
  );
}

export const describeInBrowser = PROGRAM === undefined ? describe.skip : describe;

export async function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: PROGRAM, headless: true, args: OPTIONS });
}
