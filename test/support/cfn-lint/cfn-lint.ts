import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import * as z from 'zod/mini';
import {
  preparePythonEnvironment,
  type PythonEnvironment,
} from '../../../sandbox/emulator/python-environment';

const REQUIREMENTS = join(__dirname, 'requirements.txt');
const QUICK_CFN_LINT = join(__dirname, 'quick_cfn_lint.py');
const MOST_OUTPUT_BYTES = 64 * 1024 * 1024;

const Findings = z.array(
  z.object({
    Filename: z.string(),
    Message: z.string(),
    Rule: z.object({ Id: z.string() }),
    Location: z.object({ Path: z.nullish(z.array(z.union([z.string(), z.number()]))) }),
  }),
);

/** One finding of cfn-lint. */
export interface LintFinding {
  readonly file: string;
  /** As in E3002. */
  readonly rule: string;
  readonly message: string;
  /** As in Resources/Topic/Properties. */
  readonly where: string;
}

export async function cfnLintEnvironment(): Promise<PythonEnvironment> {
  return preparePythonEnvironment(
    (line) => process.stderr.write(`${line}\n`),
    undefined,
    REQUIREMENTS,
  );
}

/** What cfn-lint finds in templates, with the resources and properties that these Regions have. */
export function lint(
  { python }: PythonEnvironment,
  templates: readonly string[],
  regions: readonly string[],
): LintFinding[] {
  const { stdout, stderr } = spawnSync(
    python,
    [QUICK_CFN_LINT, '--format', 'json', '--regions', ...regions, '--template', ...templates],
    {
      encoding: 'utf8',
      maxBuffer: MOST_OUTPUT_BYTES,
      // Nothing of the caller's, who may tell Python to compile all modules each time.
      env: { PATH: process.env.PATH },
    },
  );
  // Its exit code says only of which level the findings are.
  if (!stdout.startsWith('[')) throw new Error(`cfn-lint came to no end: ${stderr}`);
  return Findings.parse(JSON.parse(stdout)).map(({ Filename, Message, Rule, Location }) => ({
    file: Filename,
    rule: Rule.Id,
    message: Message,
    where: (Location.Path ?? []).join('/'),
  }));
}
