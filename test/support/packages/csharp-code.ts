import type { CSharpType } from './csharp-api';

const COMMENTS_AND_STRINGS = /\/\/.*$|"(?:[^"\\]|\\.)*"/gm;
const USING = /^using ([\w.]+);$/gm;

/**
 * What a C# program names and the packages do not have: types, members, and what an initializer
 * sets or leaves out. It does not compile: types of arguments and overloads are not looked at.
 */
export function unknownNames(source: string, all: readonly CSharpType[]): string[] {
  const namespaces = [...source.matchAll(USING)].map(([, name]) => name);
  const code = source.replaceAll(COMMENTS_AND_STRINGS, '""').replaceAll(USING, '');
  const types = all.filter(({ namespace }) => namespaces.includes(namespace));
  return [
    ...typesThatAreNotOne(code, types),
    ...unknownMembers(code, types, all),
    ...wrongInitializers(code, types),
  ];
}

function typesThatAreNotOne(code: string, types: readonly CSharpType[]): string[] {
  const named = [...code.matchAll(/\bnew (\w+)|(?<![\w.])([A-Z]\w*)(?=\.[A-Z])/g)];
  return named.flatMap(([, made, used]) => {
    const name = made ?? used ?? '';
    const count = types.filter((type) => type.name === name).length;
    return count === 1 ? [] : [`${name}: ${count} types are called so`];
  });
}

/** After a type, and after a variable that holds a new object. */
function unknownMembers(
  code: string,
  types: readonly CSharpType[],
  all: readonly CSharpType[],
): string[] {
  const classOf = new Map(
    [...code.matchAll(/\bvar (\w+) = new (\w+)/g)].map(([, name, type]) => [name, type]),
  );
  const chains = [...code.matchAll(/(?<![\w.])(\w+)\.([A-Z]\w*)(?:\.([A-Z]\w*))?/g)];
  return chains.flatMap(([, start = '', member = '', next]) => {
    const type = types.find(({ name }) => name === (classOf.get(start) ?? start));
    if (!type) return [];
    return [
      ...(type.members.has(member) ? [] : [`${type.name}.${member}`]),
      ...(!next || all.some(({ members }) => members.has(next)) ? [] : [`${member}.${next}`]),
    ];
  });
}

function wrongInitializers(code: string, types: readonly CSharpType[]): string[] {
  return [...code.matchAll(/\bnew (\w+)\s*(?=\{)/g)].flatMap(({ 0: start, 1: name, index }) => {
    const type = types.find((one) => one.name === name);
    const set = setIn(code, index + start.length);
    if (!type) return [];
    return [
      ...set.filter((one) => !type.members.has(one)).map((one) => `${name}.${one}`),
      ...type.required.filter((one) => !set.includes(one)).map((one) => `${name} lacks ${one}`),
    ];
  });
}

/** What the initializer that opens here sets itself, without those inside of it. */
function setIn(code: string, open: number): string[] {
  let depth = 0;
  let own = '';
  for (const sign of code.slice(open)) {
    if (sign === '}') depth -= 1;
    if (depth === 0 && own !== '') break;
    if (depth === 1) own += sign;
    if (sign === '{') depth += 1;
  }
  return [...own.matchAll(/(\w+) = /g)].map(([, name = '']) => name);
}
