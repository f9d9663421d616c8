/**
 * Query-protocol parameters, as a tree: `IpPermissions.1.IpRanges.2.CidrIp=…` is a branch, a list's
 * members are named by their numbers. Maps, since the names come from outside.
 */
export interface ParameterTree extends ReadonlyMap<string, ParameterNode> {}
type ParameterNode = string | ParameterTree;

interface GrowingTree extends Map<string, string | GrowingTree> {}

export function parameterTree(parameters: Readonly<Record<string, string>>): ParameterTree {
  const root: GrowingTree = new Map();
  for (const [name, value] of Object.entries(parameters)) plant(root, name.split('.'), value);
  return root;
}

function plant(root: GrowingTree, path: readonly string[], value: string): void {
  let branch = root;
  for (const name of path.slice(0, -1)) branch = branchNamed(branch, name);
  branch.set(path.at(-1) ?? '', value);
}

function branchNamed(tree: GrowingTree, name: string): GrowingTree {
  const present = tree.get(name);
  if (present instanceof Map) return present;
  const branch: GrowingTree = new Map();
  tree.set(name, branch);
  return branch;
}

export function textAt(tree: ParameterTree, name: string): string | undefined {
  const node = tree.get(name);
  return typeof node === 'string' ? node : undefined;
}

export interface ListMember {
  readonly index: number;
  readonly node: ParameterNode;
}

/** The members of a list in their order, or undefined for what is no list. */
export function membersOf(node: ParameterNode | undefined): readonly ListMember[] | undefined {
  if (node === undefined || typeof node === 'string') return undefined;
  const members = [...node].map(([name, member]) => ({ index: Number(name), node: member }));
  if (members.length === 0 || members.some(({ index }) => !Number.isInteger(index))) {
    return undefined;
  }
  return members.sort((one, other) => one.index - other.index);
}

/** The structures in the list of that name. */
export function treesAt(tree: ParameterTree, name: string): readonly ParameterTree[] {
  return (membersOf(tree.get(name)) ?? []).flatMap(({ node }) =>
    typeof node === 'string' ? [] : [node],
  );
}

/** The texts in the list of that name. */
export function textsAt(tree: ParameterTree, name: string): readonly string[] {
  return (membersOf(tree.get(name)) ?? []).flatMap(({ node }) =>
    typeof node === 'string' ? [node] : [],
  );
}
