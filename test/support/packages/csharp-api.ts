import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import * as z from 'zod/mini';

const Named = z.object({ name: z.string(), optional: z.optional(z.boolean()) });
const TypeOfAssembly = z.object({
  name: z.string(),
  kind: z.enum(['class', 'enum', 'interface']),
  datatype: z.optional(z.boolean()),
  namespace: z.optional(z.string()),
  base: z.optional(z.string()),
  interfaces: z.optional(z.array(z.string())),
  members: z.optional(z.array(Named)),
  methods: z.optional(z.array(Named)),
  properties: z.optional(z.array(Named)),
});
const Targets = z.object({ dotnet: z.optional(z.object({ namespace: z.optional(z.string()) })) });
const Assembly = z.object({
  name: z.string(),
  targets: Targets,
  submodules: z.optional(z.record(z.string(), z.object({ targets: z.optional(Targets) }))),
  types: z.record(z.string(), TypeOfAssembly),
});

/** A type as C# code sees it. */
export interface CSharpType {
  readonly namespace: string;
  readonly name: string;
  readonly members: ReadonlySet<string>;
  /** Of a struct: what its initializer must set. */
  readonly required: readonly string[];
}

/** The types of some jsii packages, by the names that jsii-pacmak gives them in C#. */
export function csharpTypes(packageFolders: readonly string[]): CSharpType[] {
  const assemblies = packageFolders.map(readAssembly);
  const all = new Map(assemblies.flatMap(({ types }) => Object.entries(types)));
  return assemblies.flatMap((assembly) =>
    Object.values(assembly.types).map((type) => ({
      namespace: namespaceOf(type.namespace, assembly),
      name: type.name,
      members: new Set(membersOf(type, all).map(({ name }) => csharpName(name))),
      required: membersOf(type, all)
        .filter(({ optional }) => type.datatype && !optional)
        .map(({ name }) => csharpName(name)),
    })),
  );
}

function readAssembly(folder: string): z.infer<typeof Assembly> {
  const plain = readFileSync(join(folder, '.jsii'), 'utf8');
  // Of a large package, the file only says where the rest is.
  const isElsewhere = plain.includes('"jsii/file-redirect"');
  const text = isElsewhere ? gunzipSync(readFileSync(join(folder, '.jsii.gz'))).toString() : plain;
  return Assembly.parse(JSON.parse(text));
}

function namespaceOf(namespace: string | undefined, assembly: z.infer<typeof Assembly>): string {
  const targets = namespace
    ? assembly.submodules?.[`${assembly.name}.${namespace}`]?.targets
    : assembly.targets;
  return targets?.dotnet?.namespace ?? '';
}

type NamedMember = z.infer<typeof Named>;

/** Its own and those of what it extends, as far as that is in the packages. */
function membersOf(
  type: z.infer<typeof TypeOfAssembly>,
  all: ReadonlyMap<string, z.infer<typeof TypeOfAssembly>>,
): NamedMember[] {
  const { members = [], methods = [], properties = [], interfaces = [], base } = type;
  const parents = [...interfaces, ...(base ? [base] : [])].flatMap((name) => all.get(name) ?? []);
  return [
    ...[...members, ...methods, ...properties],
    ...parents.flatMap((parent) => membersOf(parent, all)),
  ];
}

/** Constants keep their capitals. */
function csharpName(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
