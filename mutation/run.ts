import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Figures, figuresIn, GOAL, noticedShare } from './figures';
import { withFigures } from './page';
import { type Part, partsOf } from './parts';

const PROJECT = resolve(__dirname, '..');
const PAGE = join(PROJECT, 'docs', 'mutation.md');
const STRYKER = 'mutation/node_modules/@stryker-mutator/core/bin/stryker.js';
const SETTINGS = 'mutation/stryker.config.json';
/** As the settings name it. */
const REPORT = join(PROJECT, '.sandbox', 'mutation', 'report.json');

/** The parts follow one another: each is written down before the next begins. */
function main(names: readonly string[]): void {
  for (const part of partsOf(PROJECT, names)) {
    console.log(`=== ${part.title}`);
    const figures = measured(part);
    if (part.folder !== undefined) writeDown(part.folder, figures);
    const share = noticedShare(figures);
    if (share === undefined) continue;
    console.log(`--- ${part.title}: ${share.toFixed(1)} % noticed, ${JSON.stringify(figures)}`);
    if (share >= GOAL) continue;
    console.error(`Fewer than ${GOAL} % of the changes of ${part.title} were noticed.`);
    process.exitCode = 1;
  }
}

/** @throws if Stryker could not measure it: a test fails without any change, for one. */
function measured({ title, files }: Part): Figures {
  rmSync(REPORT, { force: true });
  const parameters = [STRYKER, 'run', SETTINGS, '--mutate', files.join(',')];
  const { status } = spawnSync(process.execPath, parameters, { cwd: PROJECT, stdio: 'inherit' });
  if (status !== 0) throw new Error(`${title} was not measured: Stryker says above why.`);
  return figuresIn(readFileSync(REPORT, 'utf8'));
}

function writeDown(folder: string, figures: Figures): void {
  const day = new Date().toISOString().slice(0, 10);
  const folders = partsOf(PROJECT, []).map(({ title }) => title);
  const page = readFileSync(PAGE, 'utf8');
  writeFileSync(PAGE, withFigures(page, folder, { ...figures, day }, folders));
}

main(process.argv.slice(2));
