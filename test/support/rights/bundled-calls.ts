import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as ts from 'typescript';

const CLIENT = /^@aws-sdk\/client-(.+)$/;

/** By which requests are signed, and rights begin, where that is not the client's own name. */
const SERVICES: Readonly<Record<string, string>> = {
  eventbridge: 'events',
  'secrets-manager': 'secretsmanager',
};

/** What an import of an SDK's client is for: a command, or a command page by page. */
const COMMAND = /^(?:(\w+)Command|paginate(\w+))$/;
/** Of clients' other values, those that send nothing. */
const NO_COMMAND = /^(\w+Client|\w+Exception|[A-Z]\w*)$/;

/**
 * The calls whose commands the handler's file imports, or any that it imports: such as
 * `ec2:CreateTags`. More than it sends, where an adapter has several methods.
 */
export function callsImportedBy(handlerFile: string): string[] {
  const calls = new Set<string>();
  const seen = new Set<string>();
  const toRead = [handlerFile];
  for (let file = toRead.pop(); file !== undefined; file = toRead.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    for (const { from, names } of importsOf(file)) {
      const [, client] = CLIENT.exec(from) ?? [];
      if (client) names.flatMap((name) => callOf(client, name)).forEach((call) => calls.add(call));
      else if (from.startsWith('.')) toRead.push(fileAt(join(dirname(file), from)));
    }
  }
  return [...calls].sort();
}

interface Import {
  readonly from: string;
  readonly names: readonly string[];
}

const read = new Map<string, readonly Import[]>();

/** Those of values; types send nothing. */
function importsOf(file: string): readonly Import[] {
  const imports = read.get(file) ?? importsReadFrom(file);
  read.set(file, imports);
  return imports;
}

function importsReadFrom(file: string): Import[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest);
  return source.statements.flatMap((statement): Import[] => {
    if (ts.isExportDeclaration(statement) && statement.moduleSpecifier && !statement.isTypeOnly) {
      return [{ from: textOf(statement.moduleSpecifier), names: [] }];
    }
    if (!ts.isImportDeclaration(statement)) return [];
    const clause = statement.importClause;
    if (clause?.phaseModifier === ts.SyntaxKind.TypeKeyword) return [];
    const from = textOf(statement.moduleSpecifier);
    const bindings = clause?.namedBindings;
    if (!bindings || !ts.isNamedImports(bindings)) {
      if (CLIENT.test(from)) throw new Error(`${file} imports ${from} whole: name its commands.`);
      return [{ from, names: [] }];
    }
    const values = bindings.elements.filter(({ isTypeOnly }) => !isTypeOnly);
    return values.length > 0
      ? [{ from, names: values.map(({ name, propertyName }) => (propertyName ?? name).text) }]
      : [];
  });
}

function textOf(specifier: ts.Expression): string {
  return ts.isStringLiteral(specifier) ? specifier.text : '';
}

function fileAt(path: string): string {
  const found = [`${path}.ts`, join(path, 'index.ts')].find(existsSync);
  if (!found) throw new Error(`${path} is imported, and is no file of TypeScript.`);
  return found;
}

function callOf(client: string, name: string): string[] {
  const [, command, paged] = COMMAND.exec(name) ?? [];
  const operation = command ?? paged;
  if (operation) return [`${SERVICES[client] ?? client}:${operation}`];
  if (NO_COMMAND.test(name)) return [];
  throw new Error(`${name} of the client ${client} may send something that is not known here.`);
}
