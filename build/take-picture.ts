import { execFileSync } from 'node:child_process';
import { rmSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

const ROOM = 1_600;

/**
 * A picture of a page. It needs pngquant, and Chromium, as `chromium` on the PATH or by the
 * variable CHROMIUM. The page's height is measured first, so that the picture ends where it does.
 */
export function takePicture(picture: string, html: string, width: number): void {
  const folder = mkdtempSync(join(tmpdir(), 'pages-'));
  try {
    const file = join(folder, `${basename(picture, '.png')}.html`);
    writeFileSync(
      file,
      `${html}<script>document.title = document.documentElement.getBoundingClientRect().height</script>`,
    );
    const height = heightOf(file, width);
    chromium(
      `--screenshot=${picture}`,
      '--hide-scrollbars',
      `--window-size=${width},${height}`,
      `file://${file}`,
    );
    run('pngquant', ['--force', '--strip', '--speed=1', '--output', picture, '32', picture]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function heightOf(file: string, width: number): number {
  const measured = /<title>([\d.]+)<\/title>/.exec(
    chromium('--dump-dom', `--window-size=${width},${ROOM}`, `file://${file}`),
  )?.[1];
  const height = Math.ceil(Number(measured));
  if (height > 0) return height;
  throw new Error(`Chromium does not tell the height of ${basename(file)}, but "${measured}".`);
}

function chromium(...options: string[]): string {
  // Coloured edges of letters would double the size of the pictures.
  const fixed = [
    '--headless=new',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-lcd-text',
    '--force-device-scale-factor=1',
  ];
  return run(process.env.CHROMIUM ?? 'chromium', [...fixed, ...options]);
}

function run(program: string, options: readonly string[]): string {
  try {
    return execFileSync(program, options, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch (error) {
    throw new Error(
      `${program} does not run. Install Chromium and pngquant (Debian: apt-get install chromium pngquant), or name Chromium's program in the variable CHROMIUM.`,
      { cause: error },
    );
  }
}
