import type { Resource, Template } from './assembly';
import { idInReferences, isLeftOut, withoutGaps } from './emulator-gaps';

/** Outputs that the sandbox adds, to have CloudFormation resolve what it needs to know. */
const OUTPUT_PREFIX = 'SandboxResolved';

/** The template as the emulator gets it, and the way to resolve expressions of the parts that it does not get. */
export class DeployableTemplate {
  private readonly deferred: unknown[] = [];
  private readonly kept: Record<string, Resource>;

  constructor(private readonly original: Template) {
    const entries = Object.entries(withoutGaps(original.Resources))
      .map(([logicalId, { Properties, ...resource }]): [string, Resource] =>
        [logicalId, { ...resource, Properties: recordOf(this.withStandInIds(Properties)) }]);
    const names = new Set(entries.map(([logicalId]) => logicalId));
    this.kept = Object.fromEntries(entries.map(([logicalId, resource]) => [logicalId, dependingOnlyOn(names, resource)]));
    for (const [logicalId, resource] of entries) this.refuseLostReferences(logicalId, resource.Properties);
    for (const [name, output] of Object.entries(original.Outputs ?? {})) this.refuseLostReferences(`output ${name}`, output);
  }

  /** Has the stack resolve the intrinsic functions in a value; what the returned function makes of the outputs is the value. */
  defer(value: unknown): (outputs: ReadonlyMap<string, string>) => unknown {
    if (Array.isArray(value)) {
      const items = value.map((item) => this.defer(item));
      return (outputs) => items.map((item) => item(outputs));
    }
    if (typeof value !== 'object' || value === null) return () => value;
    if (isIntrinsic(value)) {
      const name = `${OUTPUT_PREFIX}${this.deferred.push(value)}`;
      return (outputs) => outputs.get(name);
    }
    const entries = Object.entries(value).map(([key, item]) => ({ key, item: this.defer(item) }));
    return (outputs) => Object.fromEntries(entries.map(({ key, item }) => [key, item(outputs)]));
  }

  body(): string {
    const own = this.deferred.map((value, index) => [`${OUTPUT_PREFIX}${index + 1}`, { Value: value }]);
    return JSON.stringify({ ...this.original, Resources: this.kept, Outputs: { ...this.original.Outputs, ...Object.fromEntries(own) } });
  }

  private withStandInIds(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((item) => this.withStandInIds(item));
    if (typeof value !== 'object' || value === null) return value;
    const referred = 'Ref' in value && typeof value.Ref === 'string' ? this.original.Resources[value.Ref] : undefined;
    const id = referred && isLeftOut(referred) ? idInReferences(referred) : undefined;
    return id ?? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.withStandInIds(item)]));
  }

  /** The emulator drops a property that refers to what is not there without a word. */
  private refuseLostReferences(place: string, value: unknown): void {
    for (const reference of referencesIn(value)) {
      const resource = this.original.Resources[reference];
      if (resource === undefined || !isLeftOut(resource)) continue;
      throw new Error(
        `${place} refers to ${reference}, a ${resource.Type}, which the sandbox leaves out of the emulator: the reference would be lost. ` +
        'Deploy the stack without it, or have the deployer make that type.',
      );
    }
  }
}

function recordOf(properties: unknown): Resource['Properties'] {
  return typeof properties === 'object' && properties !== null ? { ...properties } : undefined;
}

export function isOwnOutput(name: string): boolean {
  return name.startsWith(OUTPUT_PREFIX);
}

function dependingOnlyOn(names: ReadonlySet<string>, resource: Resource): Resource {
  if (resource.DependsOn === undefined) return resource;
  return { ...resource, DependsOn: [resource.DependsOn].flat().filter((name) => names.has(name)) };
}

function isIntrinsic(value: object): boolean {
  const [key, ...others] = Object.keys(value);
  return key !== undefined && others.length === 0 && (key === 'Ref' || key.startsWith('Fn::'));
}

function referencesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    if (key === 'Ref' && typeof item === 'string') return [item];
    if (key === 'Fn::GetAtt') return [Array.isArray(item) ? item[0] : item].flatMap((name) => typeof name === 'string' ? name.split('.').slice(0, 1) : []);
    if (key === 'Fn::Sub') return [...referencesInSub(item), ...referencesIn(item)];
    return referencesIn(item);
  });
}

function referencesInSub(item: unknown): string[] {
  const text: unknown = Array.isArray(item) ? item[0] : item;
  if (typeof text !== 'string') return [];
  return [...text.matchAll(/\$\{([^!}.]+)[^}]*\}/g)].flatMap((match) => match[1] ?? []);
}
