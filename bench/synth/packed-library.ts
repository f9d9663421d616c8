import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build, type Plugin } from 'esbuild';
import * as z from 'zod/mini';

const PROJECT = resolve(__dirname, '..', '..');
const SOURCES = '../../src';
const PACKAGE = 'cdk-sentries';

const Packed = z.tuple([z.object({ filename: z.string() })]);

/** The package as npm unpacks it, and the program of a round that uses it. */
export interface PackedLibrary {
  readonly round: string;
  /** For the outputs of rounds. */
  readonly folder: string;
  remove(): void;
}

/** Inside the project's node_modules, so that the CDK is found there as beside any package. */
export async function packedLibrary(): Promise<PackedLibrary> {
  compile();
  const folder = mkdtempSync(join(PROJECT, 'node_modules', '.bench-'));
  unpackInto(join(folder, 'node_modules', PACKAGE));
  const round = join(folder, 'round.js');
  await build({
    bundle: true,
    platform: 'node',
    packages: 'external',
    plugins: [fromPackage],
    entryPoints: [join(__dirname, 'round.ts')],
    outfile: round,
  });
  return { round, folder, remove: () => rmSync(folder, { recursive: true }) };
}

/** What is packed is what stands in lib/, whatever stands in the sources. */
function compile(): void {
  execFileSync('npx', ['projen', 'compile'], { cwd: PROJECT, stdio: 'inherit' });
}

function unpackInto(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const options = ['--json', '--ignore-scripts', '--pack-destination', folder];
  const answer = execFileSync('npm', ['pack', ...options], { cwd: PROJECT, encoding: 'utf8' });
  const [{ filename }] = Packed.parse(JSON.parse(answer));
  const tarball = join(folder, filename);
  execFileSync('tar', ['xzf', tarball, '-C', folder, '--strip-components=1']);
  rmSync(tarball);
}

/** What the program imports from the sources, it gets from the package. */
const fromPackage: Plugin = {
  name: 'from-package',
  setup: ({ onResolve }) => {
    onResolve({ filter: new RegExp(`^${SOURCES.replaceAll('.', '\\.')}$`) }, () => ({
      path: PACKAGE,
      external: true,
    }));
  },
};
