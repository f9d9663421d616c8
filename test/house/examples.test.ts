import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const PROJECT = join(__dirname, '..', '..');
/** What the package manager of each language reads. */
const PROJECT_FILES = globSync(
  'examples/**/{package.json,requirements.txt,pom.xml,go.mod,*.csproj}',
  { cwd: PROJECT, exclude: ['**/node_modules'] },
);
const { devDependencies } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8'));

test('the examples have project files of five languages', () => {
  const endings = PROJECT_FILES.map((file) => file.split('.').at(-1));
  expect(new Set(endings)).toEqual(new Set(['json', 'txt', 'xml', 'mod', 'csproj']));
});

test.each(PROJECT_FILES)('%s asks for the oldest CDK that the library works with', (file) => {
  const text = readFileSync(join(PROJECT, file), 'utf8');
  const versions = [...text.matchAll(/(?<![\d.])2\.\d{2,}\.\d+/g)].map(([version]) => version);
  // Of the AWS libraries alone: jsii and plugins of Maven have other first numbers.
  expect([...new Set(versions)]).toEqual([devDependencies['aws-cdk-lib']]);
});

test('examples/README.md leads to each of them', () => {
  const folders = globSync('*/', { cwd: join(PROJECT, 'examples') }).map((name) =>
    name.replace('/', ''),
  );
  const page = readFileSync(join(PROJECT, 'examples', 'README.md'), 'utf8');
  const named = [...page.matchAll(/^\| \[[^\]]+\]\(([\w-]+)\//gm)].map(([, name = '']) => name);
  expect(named.sort()).toEqual(folders.sort());
});

test('the scene of approvals is made of what examples/approval shows', () => {
  const example = statementsIn('examples/approval/typescript/app.ts');
  const scene = statementsIn('sandbox/scenes/apps/approval/app.ts');
  expect(example.length).toBeGreaterThan(7);
  expect(example.filter((statement) => !scene.includes(statement))).toEqual([]);
});

/**
 * Of an app, without what the scene has of its own: its imports, outputs and acknowledgements, and
 * that it asks why someone denies.
 */
function statementsIn(file: string): string[] {
  return readFileSync(join(PROJECT, file), 'utf8')
    .replace(/^ *\/\/.*\n/gm, '')
    .replace(/^\/\*\*[^]*?\*\/\n/gm, '')
    .replace('const sentry = ', '')
    .replace('  denialPrompt: DenialPrompt.OPTIONAL,\n', '')
    .split(/(?<=;)\n+(?=\S)/)
    .map((statement) => statement.trim())
    .filter((statement) => !/^(import |new CfnOutput|Annotations\.)/.test(statement));
}
