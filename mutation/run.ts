import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Figures, figuresIn, verdictOf } from './figures';
import { withFigures } from './page';
import { bySubject, type Part, partsOf } from './parts';

const PROJECT = resolve(__dirname, '..');
const PAGE = join(PROJECT, 'docs', 'mutation.md');
const STRYKER = 'mutation/node_modules/@stryker-mutator/core/bin/stryker.js';
const SETTINGS = 'mutation/stryker.config.json';
/** As the settings name it. */
const REPORT = join(PROJECT, '.sandbox', 'mutation', 'report.json');

/** Each subject is written down before the next begins. */
function main(names: readonly string[]): void {
  bySubject(partsOf(PROJECT, names)).forEach(measure);
}

/** In one go, as it begins with a run of all tests. */
function measure(parts: readonly Part[]): void {
  const report = reportOn(parts.flatMap(({ files }) => files));
  for (const part of parts) {
    const figures = figuresIn(report, part.files);
    if (part.folder !== undefined) writeDown(part.folder, figures);
    judge(part, figures);
  }
}

/** @throws if Stryker could not measure them: a test fails without any change, for one. */
function reportOn(files: readonly string[]): string {
  rmSync(REPORT, { force: true });
  const parameters = [STRYKER, 'run', SETTINGS, '--mutate', files.join(',')];
  const { status } = spawnSync(process.execPath, parameters, { cwd: PROJECT, stdio: 'inherit' });
  if (status !== 0) throw new Error('Nothing was measured: Stryker says above why.');
  return readFileSync(REPORT, 'utf8');
}

function writeDown(folder: string, figures: Figures): void {
  const day = new Date().toISOString().slice(0, 10);
  const folders = partsOf(PROJECT, []).map(({ title }) => title);
  const page = readFileSync(PAGE, 'utf8');
  writeFileSync(PAGE, withFigures(page, folder, { ...figures, day }, folders));
}

function judge({ title }: Part, figures: Figures): void {
  const { text, isMet } = verdictOf(figures);
  console.log(`${title}: ${text}`);
  if (!isMet) process.exitCode = 1;
}

main(process.argv.slice(2));
