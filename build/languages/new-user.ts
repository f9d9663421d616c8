import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import * as z from 'zod/mini';
import { builtReadme, copyExample, LANGUAGES, synthesize, type Language } from './languages';

const PROJECT = resolve(__dirname, '..', '..');
const EXAMPLE = 'locked-security-group';
/** What README's smallest app has in each language: one or more of each. */
const EXPECTED = [
  'AWS::CloudWatch::Alarm',
  'AWS::EC2::SecurityGroup',
  'AWS::Events::Rule',
  'AWS::Lambda::Function',
  'AWS::SNS::Topic',
  'AWS::SQS::Queue',
];
/** Of the sentry; an app may have more, as the CDK makes some itself. */
const FUNCTIONS = 3;

const Template = z.object({ Resources: z.record(z.string(), z.object({ Type: z.string() })) });

/**
 * Does what README tells a new user, in an empty folder for each language: installs the built
 * package, pastes the smallest app, synthesizes it, and looks for what should be in it.
 */
async function main(names: readonly string[]): Promise<void> {
  const known = LANGUAGES.map(({ name }) => name);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new Error(`"${unknown[0]}" is none of the languages: write some of ${known.join(', ')}.`);
  }
  const folder = mkdtempSync(join(tmpdir(), 'cdk-sentries-new-user-'));
  try {
    for (const language of LANGUAGES) {
      if (names.length === 0 || names.includes(language.name)) await tryIn(language, folder);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function tryIn(language: Language, parent: string): Promise<void> {
  console.log(`--- a new user of ${language.name}`);
  const folder = join(parent, language.name);
  mkdirSync(folder);
  // Its project files. README says no more of these than the CDK's own guide.
  copyExample(EXAMPLE, language.name, folder);
  await language.install(folder);
  const pasted = pastedApp(language.name);
  if (pasted) writeFileSync(join(folder, pasted.file), pasted.code);
  look(synthesize(folder), language.name);
}

/** README sends those who write other languages than these to the example. */
function pastedApp(language: string): { readonly file: string; readonly code: string } | undefined {
  if (language === 'typescript') {
    const readme = readFileSync(join(PROJECT, 'README.md'), 'utf8');
    return { file: 'app.ts', code: firstCode(readme, 'ts') };
  }
  if (language === 'python') return { file: 'app.py', code: firstCode(builtReadme(), 'python') };
  return undefined;
}

function firstCode(readme: string, language: string): string {
  const [, code] = new RegExp(`\`\`\`${language}\\n(.+?)\`\`\``, 's').exec(readme) ?? [];
  if (code) return code;
  throw new Error(`README has no \`\`\`${language} block: its smallest app is missing.`);
}

function look(assembly: string, language: string): void {
  const [file, ...others] = globSync('*.template.json', { cwd: assembly });
  if (!file || others.length > 0) {
    throw new Error(
      `In ${language}, ${assembly} has ${others.length + (file ? 1 : 0)} templates, not one.`,
    );
  }
  const { Resources } = Template.parse(JSON.parse(readFileSync(join(assembly, file), 'utf8')));
  const types = Object.values(Resources).map(({ Type }) => Type);
  const missing = EXPECTED.filter((type) => !types.includes(type));
  if (missing.length > 0) {
    throw new Error(`In ${language}, ${file} has no ${missing.join(', no ')}.`);
  }
  const bundles = globSync('asset.*/index.js', { cwd: assembly });
  if (bundles.length < FUNCTIONS) {
    throw new Error(
      `In ${language}, ${bundles.length} functions have their code, not ${FUNCTIONS}.`,
    );
  }
  console.log(`--- ok: ${language}: ${types.length} resources, with all that was looked for`);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
