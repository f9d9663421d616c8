import { globSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';

const PROJECT = join(__dirname, '..', '..');

/** TypeScript that a page shows, at the lines that it has there. */
interface Snippet {
  readonly page: string;
  readonly line: number;
  readonly code: string;
}

const BROKEN_PAGE = 'docs/broken.md';
const BROKEN_TEXT = [
  'A snippet, and one in a list, with an error each:',
  '```ts',
  "import { Ports } from 'cdk-sentries';",
  'export const ports = Ports.SSHH;',
  '```',
  '- a point',
  '  ```ts',
  '  export const stack: Stack = 1;',
  '  ```',
].join('\n');

const SNIPPETS = globSync('docs/*.md', { cwd: PROJECT }).flatMap((page) =>
  snippetsOf(page, readFileSync(join(PROJECT, page), 'utf8')),
);
const PAGES = [...new Set(SNIPPETS.map(({ page }) => page))].sort();

/** By page. One program for all: the types of aws-cdk-lib take seconds to read. */
let errors: ReadonlyMap<string, readonly string[]>;

beforeAll(() => (errors = typeErrors([...SNIPPETS, ...snippetsOf(BROKEN_PAGE, BROKEN_TEXT)])));

test('the pages of the constructs show TypeScript', () => {
  expect(PAGES).toEqual(
    expect.arrayContaining([
      'docs/iam-key-sentry.md',
      'docs/security-group-sentry.md',
      'docs/slack-approval-workflow.md',
    ]),
  );
});

test.each(PAGES)('the TypeScript in %s compiles as it stands there', (page) => {
  expect(errors.get(page)).toEqual([]);
});

test('what does not compile is named with its page and line', () => {
  expect(errors.get(BROKEN_PAGE)).toEqual([
    expect.stringMatching(/^docs\/broken\.md:4: Property 'SSHH' does not exist/),
    expect.stringMatching(/^docs\/broken\.md:8: Cannot find name 'Stack'/),
  ]);
});

function snippetsOf(page: string, text: string): Snippet[] {
  return [...text.matchAll(/^ *```ts\n(.*?)^ *```$/gms)].map(({ index, 1: code = '' }) => ({
    page,
    line: text.slice(0, index).split('\n').length + 1,
    code,
  }));
}

/** Each is a module of its own, in memory, where its page lies. */
function typeErrors(all: readonly Snippet[]): Map<string, string[]> {
  const files = new Map(
    all.map(({ page, line, code }) => [
      join(PROJECT, `${page}.${line}.ts`),
      { page, text: `${'\n'.repeat(line - 1)}${code}` },
    ]),
  );
  const options = compilerOptions();
  const host = ts.createCompilerHost(options);
  const program = ts.createProgram([...files.keys()], options, {
    ...host,
    // Comments are much of the text of aws-cdk-lib's types.
    jsDocParsingMode: ts.JSDocParsingMode.ParseNone,
    fileExists: (name) => files.has(name) || host.fileExists(name),
    readFile: (name) => files.get(name)?.text ?? host.readFile(name),
    getSourceFile: (name, language, ...rest) => {
      const snippet = files.get(name);
      return snippet
        ? ts.createSourceFile(name, snippet.text, language)
        : host.getSourceFile(name, language, ...rest);
    },
  });
  const found = new Map<string, string[]>();
  for (const [name, { page }] of files) {
    const file = program.getSourceFile(name);
    const diagnostics = [
      ...program.getSyntacticDiagnostics(file),
      ...program.getSemanticDiagnostics(file),
    ];
    found.set(page, [
      ...(found.get(page) ?? []),
      ...diagnostics.map((diagnostic) => errorText(page, diagnostic)),
    ]);
  }
  return found;
}

/** As all other TypeScript of the project has them. */
function compilerOptions(): ts.CompilerOptions {
  const path = join(PROJECT, 'tsconfig.dev.json');
  const { config, error } = ts.readConfigFile(path, (name) => readFileSync(name, 'utf8'));
  if (error) throw new Error(`${relative(PROJECT, path)} cannot be read.`);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, PROJECT, undefined, path);
  return { ...options, noEmit: true, moduleDetection: ts.ModuleDetectionKind.Force };
}

function errorText(page: string, { file, start = 0, messageText }: ts.Diagnostic): string {
  const line = (file?.getLineAndCharacterOfPosition(start).line ?? 0) + 1;
  return `${page}:${line}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
}
