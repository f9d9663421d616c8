import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { copyExample, LANGUAGES, synthesize } from '../../build/languages/languages';

const EXAMPLES = { 'locked-security-group': 'LockedSecurityGroup', approval: 'Approval' } as const;

let folder: string;
const languages = LANGUAGES.map(({ name }) => name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cdk-sentries-languages-'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(Object.entries(EXAMPLES))('the example %s', (example, stack) => {
  const templates = new Map<string, ReadonlyMap<string, unknown>>();

  test.each(LANGUAGES)('is synthesized with the package for $name', async (language) => {
    const app = join(folder, `${example}-${language.name}`);
    mkdirSync(app);
    copyExample(example, language.name, app);
    await language.install(app);
    templates.set(language.name, templatesIn(synthesize(app)));
    expect([...templates.get(language.name)!.keys()]).toEqual([stack]);
  });

  test.each(languages.filter((name) => name !== 'typescript'))(
    'has the same template in %s as in TypeScript, with the same code of the functions',
    (name) => {
      const template = templates.get('typescript')?.get(stack);
      // Which names each function's code by its hash.
      expect(JSON.stringify(template)).toMatch(/"S3Key":"[0-9a-f]{64}\.zip"/);
      expect(templates.get(name)?.get(stack)).toEqual(template);
    },
  );
});

/** By stack. */
function templatesIn(assembly: string): ReadonlyMap<string, unknown> {
  return new Map(
    globSync('*.template.json', { cwd: assembly }).map((file) => [
      basename(file, '.template.json'),
      JSON.parse(readFileSync(join(assembly, file), 'utf8')),
    ]),
  );
}
