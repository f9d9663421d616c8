import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import data from './handler-permissions.json';

/** What the handlers of types need by CloudFormation's schemas: to make, read, change, delete. */
export interface HandlerPermissions {
  /** When AWS's schemas were taken into cfn-lint. */
  readonly schemaDate: string;
  readonly types: Readonly<Record<string, readonly string[]>>;
}

export const HANDLER_PERMISSIONS: HandlerPermissions = data;

/** A deployment does not list all resources of a type. */
const HANDLERS = ['create', 'read', 'update', 'delete'] as const;

const Handler = z.optional(z.object({ permissions: z.array(z.string()) }));
const Schema = z.object({
  typeName: z.string(),
  handlers: z.object({ create: Handler, read: Handler, update: Handler, delete: Handler }),
});
const Version = z.object({ schema_date: z.string() });

/** The same of these types, from the schemas that cfn-lint has in its folder. */
export function handlerPermissionsIn(
  environment: string,
  types: readonly string[],
): HandlerPermissions {
  const [schemas] = globSync('lib/python*/site-packages/cfnlint/data/schemas', {
    cwd: environment,
  });
  if (!schemas) throw new Error(`${environment} has no cfn-lint with schemas.`);
  const folder = join(environment, schemas);
  const found = globSync('resources/*.json', { cwd: folder }).flatMap((file) =>
    permissionsIn(readFileSync(join(folder, file), 'utf8'), types),
  );
  return {
    schemaDate: Version.parse(JSON.parse(readFileSync(join(folder, 'version.json'), 'utf8')))
      .schema_date,
    types: Object.fromEntries(types.map((type) => [type, ofType(type, found)])),
  };
}

type Found = readonly [type: string, permissions: readonly string[]];

/** Most of the files are about other types: reading them as JSON would take seconds. */
function permissionsIn(text: string, types: readonly string[]): Found[] {
  if (!types.some((type) => text.includes(`"${type}"`))) return [];
  const schema = Schema.safeParse(JSON.parse(text));
  if (!schema.success || !types.includes(schema.data.typeName)) return [];
  const { typeName, handlers } = schema.data;
  return [[typeName, HANDLERS.flatMap((handler) => handlers[handler]?.permissions ?? [])]];
}

function ofType(type: string, found: readonly Found[]): readonly string[] {
  const permissions = found.flatMap(([name, its]) => (name === type ? its : []));
  if (permissions.length === 0) throw new Error(`cfn-lint has no handlers of ${type}.`);
  return [...new Set(permissions)].sort();
}
