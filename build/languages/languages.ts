import { execFileSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import * as z from 'zod/mini';
import { type, type Place } from './shell';
import { preparePythonEnvironment } from '../../sandbox/emulator/python-environment';

const PROJECT = resolve(__dirname, '..', '..');
/** What `npx projen package:languages` has built. */
const PACKAGES = join(PROJECT, 'dist');
const GO_MODULE = 'github.com/cdk-sentries/cdk-sentries-go/cdksentries';
const GO_SCHEMA = 'github.com/cdklabs/cloud-assembly-schema-go/awscdkcloudassemblyschema/v53';
/**
 * jsii-pacmak writes into go.mod the version that npm gave this library. The registry of Go lacks
 * that one; this is the one that aws-cdk-go itself asks for.
 */
const GO_SCHEMA_VERSION = 'v53.25.0';

const CdkJson = z.object({ app: z.string() });
const Versions = z.object({
  devDependencies: z.object({ 'aws-cdk-lib': z.string(), constructs: z.string() }),
});

/** One that the library is used in. */
export interface Language {
  /** As the folder of an example is called. */
  readonly name: string;
  /** Brings the built package into a folder that holds the project files of an app. */
  readonly install: (folder: string) => Promise<void> | void;
}

/** C# is not among them: that needs the .NET SDK, which few machines have. */
export const LANGUAGES: readonly Language[] = [
  {
    name: 'typescript',
    install: (folder) => {
      const peers = cdkVersions().map(([name, version]) => `${name}@${version}`);
      const packed = builtFile('js/*.tgz');
      type(`npm install --no-audit --no-fund --silent ${packed} ${peers.join(' ')}`, { folder });
    },
  },
  {
    name: 'python',
    install: async (folder) => {
      const { python } = await preparePythonEnvironment((line) => console.log(line));
      type(`${python} -m venv .venv`, { folder });
      const peers = cdkVersions().map(([name, version]) => `${name}==${version}`);
      const options = '--quiet --no-compile --disable-pip-version-check';
      const wheel = builtFile('python/*.whl');
      type(`.venv/bin/pip install ${options} ${wheel} ${peers.join(' ')}`, { folder });
    },
  },
  {
    name: 'java',
    install: (folder) => {
      // Over one of an earlier build, which Maven would not fetch again.
      const jar = builtFile('java/**/cdk-sentries-*.jar', /-(sources|javadoc)\.jar$/);
      const pom = builtFile('java/**/cdk-sentries-*.pom');
      type(`mvn -q -B install:install-file -Dfile=${jar} -DpomFile=${pom}`, { folder });
    },
  },
  {
    name: 'go',
    install: (folder) => {
      const replaced = `-replace ${GO_MODULE}=${join(PACKAGES, 'go', 'cdksentries')}`;
      type(`go mod edit ${replaced}`, { folder });
      type(`go mod edit -replace ${GO_SCHEMA}=${GO_SCHEMA}@${GO_SCHEMA_VERSION}`, { folder });
      type('go mod tidy', { folder });
    },
  },
];

/** What the CDK CLI does for `cdk synth`: it runs the app that cdk.json names. */
export function synthesize(folder: string): string {
  const { app } = CdkJson.parse(JSON.parse(readFileSync(join(folder, 'cdk.json'), 'utf8')));
  const assembly = join(folder, 'cdk.out');
  type(app, placeOf(folder, assembly));
  return assembly;
}

function placeOf(folder: string, assembly: string): Place {
  const path = [join(folder, '.venv', 'bin'), process.env.PATH].join(delimiter);
  return { folder, environment: { PATH: path, CDK_OUTDIR: assembly } };
}

/** The files that an example has in a language, those in folders included. */
export function copyExample(example: string, language: string, folder: string): void {
  const source = join(PROJECT, 'examples', example, language);
  type(`cp -r ${source}/. .`, { folder });
}

/** README as the package for Python has it, where a user of PyPI reads it. */
export function builtReadme(): string {
  const sources = builtFile('python/*.tar.gz');
  return execFileSync('tar', ['xzOf', sources, '--wildcards', '*/README.md'], { encoding: 'utf8' });
}

/** The oldest that the library works with, so that all languages have the same one. */
function cdkVersions(): [string, string][] {
  const { devDependencies } = Versions.parse(
    JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8')),
  );
  return Object.entries(devDependencies);
}

function builtFile(pattern: string, but?: RegExp): string {
  const files = globSync(pattern, { cwd: PACKAGES }).filter((file) => !but?.test(file));
  if (files.length === 1) return join(PACKAGES, files[0]!);
  throw new Error(
    `There are ${files.length} files ${pattern} in dist/, not one: run "npx projen package:languages".`,
  );
}
