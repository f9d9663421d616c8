import { execFileSync } from 'node:child_process';
import { globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { filesInTypeScript, filesWithSmallestApp } from '../support/packages/translated-code';

const PACKAGES = resolve(__dirname, '..', '..', 'dist');

let javaSources: string;

beforeAll(() => {
  javaSources = mkdtempSync(join(tmpdir(), 'cdk-sentries-java-'));
  const [jar] = globSync('java/**/*-sources.jar', { cwd: PACKAGES });
  execFileSync('jar', ['xf', join(PACKAGES, jar!)], { cwd: javaSources });
});

afterAll(() => rmSync(javaSources, { recursive: true, force: true }));

test.each([
  ['java', () => javaSources],
  ['dotnet', () => join(PACKAGES, 'dotnet')],
  ['go', () => join(PACKAGES, 'go')],
] as const)("the package for %s shows README's code in its language", (language, sources) => {
  expect(filesWithSmallestApp(sources(), language)).not.toEqual([]);
  expect(filesInTypeScript(sources())).toEqual([]);
});
