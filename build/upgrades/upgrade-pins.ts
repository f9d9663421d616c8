import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { HELD, pinsOf, withVersions } from './pins';

/**
 * Writes newer versions of what is pinned into projenrc/: of the same major, and public for a
 * week, in which a harmful one is usually found out. `npx projen upgrade` runs it, and writes
 * package.json.
 */
const COOL_DOWN_DAYS = 7;
const ROOT = join(__dirname, '..', '..');
const FILES = ['projenrc/project.ts', 'projenrc/publishing.ts'].map((file) => join(ROOT, file));
const NCU = [
  '--yes',
  'npm-check-updates@23.1.1',
  '--jsonUpgraded',
  '--target=minor',
  '--removeRange',
  `--cooldown=${COOL_DOWN_DAYS}`,
];

const newer = newerVersions(
  Object.assign({}, ...FILES.map((file) => pinsOf(readFileSync(file, 'utf8')))),
);
for (const file of FILES) {
  writeFileSync(file, withVersions(readFileSync(file, 'utf8'), newer));
}
console.log(newer);

function newerVersions(pins: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const folder = mkdtempSync(join(tmpdir(), 'cdk-sentries-upgrades-'));
  try {
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ dependencies: pins }));
    const answer = execFileSync('npx', [...NCU, `--reject=${Object.keys(HELD).join(',')}`], {
      cwd: folder,
      encoding: 'utf8',
    });
    return z.record(z.string(), z.string()).parse(JSON.parse(answer));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
