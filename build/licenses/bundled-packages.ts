import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as z from 'zod/mini';
import { BUNDLED_PACKAGES } from '../bundle-handlers';

const PROJECT = resolve(__dirname, '..', '..');
const LEGAL_FILES = '{licen[cs]e,LICEN[CS]E,notice,NOTICE,copying,COPYING}{,.txt,.md}';

const Bundles = z.array(z.object({ name: z.string(), packages: z.array(z.string()) }));
const Manifest = z.object({ name: z.string(), version: z.string(), license: z.string() });

/** One of npm that has code in the bundles. */
export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  /** As SPDX calls it. */
  readonly license: string;
  /** Its licence, and its notice where it has one, word for word. */
  readonly legalTexts: readonly string[];
  /** The bundles that hold code of it. */
  readonly bundles: readonly string[];
}

/** By what esbuild put into the bundles when they were built last, not by what is installed. */
export function bundledPackages(): BundledPackage[] {
  const bundles = Bundles.parse(JSON.parse(readFileSync(BUNDLED_PACKAGES, 'utf8')));
  const folders = [...new Set(bundles.flatMap(({ packages }) => packages))];
  return folders
    .map((folder) => {
      const holders = bundles.filter(({ packages }) => packages.includes(folder));
      return packageIn(folder, holders.map(({ name }) => name).sort());
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function packageIn(folder: string, bundles: readonly string[]): BundledPackage {
  const path = join(PROJECT, folder);
  const { name, version, license } = Manifest.parse(
    JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')),
  );
  const legalTexts = globSync(LEGAL_FILES, { cwd: path })
    .sort()
    .map((file) => readFileSync(join(path, file), 'utf8').replaceAll('\r\n', '\n').trim());
  return { name, version, license, legalTexts, bundles };
}
