import { join } from 'node:path';
import ts from 'typescript';
import {
  handlerContract,
  readEnvironment,
} from '../../../src/shared/contracts/handler-environment';

const CONTRACT = handlerContract({
  bundle: 'do-something',
  timeoutSeconds: 60,
  variables: ['TABLE_NAME', 'TOPIC_ARN', 'QUEUE_URL'],
});

test('a complete environment is read', () => {
  const complete = { TABLE_NAME: 'table', TOPIC_ARN: 'arn', QUEUE_URL: 'url' };
  expect(readEnvironment(CONTRACT, { ...complete, PATH: '/bin' })).toEqual(complete);
});

test('a handler that lacks variables names them all', () => {
  expect(() => readEnvironment(CONTRACT, { TOPIC_ARN: 'arn', QUEUE_URL: '' })).toThrow(
    /do-something: the environment lacks TABLE_NAME, QUEUE_URL/,
  );
});

describe('a construct that', () => {
  const errors = compileErrors({
    complete: "TABLE_NAME: 'table', TOPIC_ARN: 'arn', QUEUE_URL: 'url'",
    omitting: "TABLE_NAME: 'table', TOPIC_ARN: 'arn'",
    misspelling: "TABLE_NAME: 'table', TOPIC_ARN: 'arn', QUEUE_URI: 'url'",
  });

  test('supplies all variables compiles', () => {
    expect(errors.complete).toEqual([]);
  });

  test.each(['omitting', 'misspelling'] as const)('is %s one does not', (construct) => {
    expect(errors[construct]!.join()).toContain("Property 'QUEUE_URL' is missing");
  });
});

/** Compiles constructs that supply these variables, each in a file that exists in memory only. */
function compileErrors(constructs: Record<string, string>): Record<string, string[]> {
  const sources = new Map(
    Object.entries(constructs).map(([name, variables]) => [
      join(__dirname, `${name}.ts`),
      `
    import type { Stack } from 'aws-cdk-lib';
    import { BundledFunction } from '../../../src/shared/constructs/bundled-function';
    export const deploy = (stack: Stack) => new BundledFunction(stack, 'Function', {
      contract: { bundle: 'do-something', timeoutSeconds: 60, variables: ['TABLE_NAME', 'TOPIC_ARN', 'QUEUE_URL'] },
      environment: () => ({ ${variables} }),
      description: '', memorySize: 128,
    });`,
    ]),
  );
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: ['node'],
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.Node16,
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile } = host;
  host.getSourceFile = (name, ...rest) => {
    const source = sources.get(name);
    return source
      ? ts.createSourceFile(name, source, ts.ScriptTarget.ES2022)
      : getSourceFile(name, ...rest);
  };
  const program = ts.createProgram([...sources.keys()], options, host);
  return Object.fromEntries(
    Object.keys(constructs).map((name) => [
      name,
      ts
        .getPreEmitDiagnostics(program, program.getSourceFile(join(__dirname, `${name}.ts`)))
        .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' ')),
    ]),
  );
}
