import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Linter } from 'eslint';
import { LegacyESLint } from 'eslint/use-at-your-own-risk';

/** Only the rules that keep the house: the others need type information and seconds. */
const RULES = [
  'import/no-restricted-paths',
  'import/no-extraneous-dependencies',
  'no-restricted-imports',
  'no-restricted-globals',
  'no-restricted-syntax',
  'max-params',
];

describe('an import against the arrows between layers is refused', () => {
  test.each([
    ['security-group/domain/rules/a.ts', "import '../../../shared/contracts/metrics';"],
    ['security-group/domain/rules/a.ts', "import '../../../shared/adapters/clock/system-clock';"],
    ['security-group/domain/a.ts', "import 'aws-cdk-lib';"],
    ['security-group/domain/a.ts', "import 'node:fs';"],
    ['security-group/domain/a.ts', 'export const now = Date.now();'],
    ['security-group/domain/a.ts', 'export const now = new Date();'],
    ['security-group/domain/a.ts', 'export const region = process.env.AWS_REGION;'],
    ['security-group/contracts/a.ts', "import '../constructs/actor';"],
    ['security-group/constructs/a.ts', "import '../../shared/adapters/clock/system-clock';"],
    ['security-group/constructs/a.ts', "import '../handlers/respond-to-changes.lambda';"],
    ['shared/constructs/a.ts', "import 'zod/mini';"],
    ['security-group/adapters/a.ts', "import '../constructs/actor';"],
    ['approval/adapters/slack/a.ts', "import 'aws-cdk-lib';"],
    ['security-group/handlers/a.ts', "import '../constructs/actor';"],
  ])('%s: %s', async (file, source) => {
    expect(await refusals(file, source)).not.toEqual([]);
  });
});

describe('an import along the arrows is not', () => {
  test.each([
    [
      'security-group/constructs/a.ts',
      "import '../../shared/contracts/metrics'; import '../domain/changes/actor'; import 'aws-cdk-lib'; import 'node:path';",
    ],
    ['security-group/contracts/a.ts', "import '../domain/changes/actor';"],
    ['security-group/domain/a.ts', "import 'ipaddr.js'; import '../../shared/domain/clock';"],
    [
      'security-group/adapters/a.ts',
      "import '../../shared/contracts/metrics'; import '../domain/changes/actor'; import 'zod/mini';",
    ],
    [
      'security-group/handlers/a.ts',
      "import '../../shared/adapters/clock/system-clock'; import '../../shared/contracts/metrics';",
    ],
    ['security-group/domain/a.ts', "import '../../approval/domain/due';"],
    ['access-key/constructs/a.ts', "import '../../approval/constructs/approvers';"],
    ['security-group/domain/a.ts', "import '../../organization/domain/hub';"],
    ['dashboard/constructs/a.ts', "import '../../access-key/constructs/iam-key-sentry';"],
  ])('%s: %s', async (file, source) => {
    expect(await refusals(file, source)).toEqual([]);
  });
});

describe('an import against the arrows between subjects is refused', () => {
  test.each([
    ['approval/domain/a.ts', "import '../../security-group/domain/rules/rule';"],
    ['approval/constructs/a.ts', "import '../../access-key/constructs/key-actions';"],
    ['security-group/domain/a.ts', "import '../../access-key/domain/access-key';"],
    ['access-key/adapters/a.ts', "import '../../security-group/domain/heartbeat';"],
    ['shared/domain/a.ts', "import '../../approval/domain/due';"],
    ['organization/domain/a.ts', "import '../../approval/domain/due';"],
    ['organization/constructs/a.ts', "import '../../security-group/constructs/actor';"],
    ['security-group/constructs/a.ts', "import '../../dashboard/constructs/sentry-dashboard';"],
    ['shared/domain/a.ts', "import '../../dashboard/domain/log-questions';"],
  ])('%s: %s', async (file, source) => {
    expect(await refusals(file, source)).not.toEqual([]);
  });
});

test.each(['iam.Role', 'DefaultStackSynthesizer'])(
  'a construct does not ask whether something is an instance of %s of its own copy of the CDK',
  async (name) => {
    const asked = `export const isOne = (value: unknown) => value instanceof ${name};`;
    expect(await refusals('shared/constructs/a.ts', asked)).not.toEqual([]);
    expect(await refusals('shared/constructs/a.ts', asked.replace(name, 'StackKey'))).toEqual([]);
  },
);

test('a sixth parameter is refused, a fifth is not', async () => {
  const file = 'shared/domain/a.ts';
  const withParameters = (...names: string[]) =>
    `export function f(${names.map((name) => `${name}: string`).join(', ')}): void {}`;

  expect(await refusals(file, withParameters('a', 'b', 'c', 'd', 'e'))).toEqual([]);
  expect(await refusals(file, withParameters('a', 'b', 'c', 'd', 'e', 'f'))).not.toEqual([]);
});

const projectRoot = join(__dirname, '..', '..');

async function refusals(file: string, source: string): Promise<string[]> {
  const [result] = await linter().lintText(source, { filePath: join(projectRoot, 'src', file) });
  return result!.messages.map(({ message }) => message);
}

let kept: LegacyESLint | undefined;

/** The project's own configuration, less what is not about layers. */
function linter(): LegacyESLint {
  const { plugins, settings, parser, parserOptions, rules, overrides } = JSON.parse(
    withoutComments(readFileSync(join(projectRoot, '.eslintrc.json'), 'utf8')),
  );
  kept ??= new LegacyESLint({
    cwd: projectRoot,
    useEslintrc: false,
    baseConfig: {
      plugins,
      settings,
      parser,
      parserOptions: {
        ecmaVersion: parserOptions.ecmaVersion,
        sourceType: parserOptions.sourceType,
      },
      rules: only(rules),
      overrides: overrides.map((override: Linter.ConfigOverride<Linter.RulesRecord>) => ({
        ...override,
        rules: only(override.rules ?? {}),
      })),
    },
  });
  return kept;
}

function withoutComments(json: string): string {
  return json.replace(/^\/\/.*$/gm, '');
}

function only(rules: Partial<Linter.RulesRecord>): Partial<Linter.RulesRecord> {
  return Object.fromEntries(Object.entries(rules).filter(([name]) => RULES.includes(name)));
}
