import type { Resource, Template } from './assembly';
import type { MadeResource } from './made-resources';
import { idInReferences, isLeftOut, withoutGaps } from './met-gaps';

/** Outputs that the sandbox adds, to have CloudFormation resolve what it needs to know. */
const OUTPUT_PREFIX = 'SandboxResolved';

/**
 * The template as the emulator gets it, and the way to resolve expressions of the parts that it
 * does not get.
 */
export class DeployableTemplate {
  private readonly deferred: unknown[] = [];
  private readonly kept: Record<string, Resource>;
  private readonly outputs: unknown;

  constructor(
    private readonly original: Template,
    private readonly made: ReadonlyMap<string, MadeResource> = new Map(),
  ) {
    this.outputs = this.resolvedHere(original.Outputs ?? {});
    const entries = Object.entries(withoutGaps(original.Resources)).map(
      ([logicalId, { Properties, ...resource }]): [string, Resource] => [
        logicalId,
        { ...resource, Properties: recordOf(this.resolvedHere(Properties)) },
      ],
    );
    const names = new Set(entries.map(([logicalId]) => logicalId));
    this.kept = Object.fromEntries(
      entries.map(([logicalId, resource]) => [logicalId, dependingOnlyOn(names, resource)]),
    );
    for (const [logicalId, resource] of entries) {
      this.refuseLostReferences(logicalId, resource.Properties);
    }
    for (const [name, output] of Object.entries(recordOf(this.outputs) ?? {})) {
      this.refuseLostReferences(`output ${name}`, output);
    }
  }

  /**
   * Has the stack resolve the intrinsic functions in a value; what the returned function makes of
   * the outputs is the value.
   */
  defer(value: unknown): (outputs: ReadonlyMap<string, string>) => unknown {
    return this.deferResolved(this.resolvedHere(value));
  }

  body(): string {
    const own = this.deferred.map((value, index) => [
      `${OUTPUT_PREFIX}${index + 1}`,
      { Value: value },
    ]);
    return JSON.stringify({
      ...this.original,
      Resources: this.kept,
      Outputs: { ...recordOf(this.outputs), ...Object.fromEntries(own) },
    });
  }

  private deferResolved(value: unknown): (outputs: ReadonlyMap<string, string>) => unknown {
    if (Array.isArray(value)) {
      const items = value.map((item) => this.deferResolved(item));
      return (outputs) => items.map((item) => item(outputs));
    }
    if (typeof value !== 'object' || value === null) return () => value;
    if (isIntrinsic(value)) {
      const name = `${OUTPUT_PREFIX}${this.deferred.push(value)}`;
      return (outputs) => outputs.get(name);
    }
    const entries = Object.entries(value).map(([key, item]) => ({
      key,
      item: this.deferResolved(item),
    }));
    return (outputs) => Object.fromEntries(entries.map(({ key, item }) => [key, item(outputs)]));
  }

  /** With what references to resources that the emulator does not get stand for. */
  private resolvedHere(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((item) => this.resolvedHere(item));
    if (typeof value !== 'object' || value === null) return value;
    const resolved = isIntrinsic(value) ? this.valueOf(value) : undefined;
    return (
      resolved ??
      Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.resolvedHere(item)]))
    );
  }

  /** Undefined where only the emulator knows. */
  private valueOf(intrinsic: object): unknown {
    if ('Ref' in intrinsic && typeof intrinsic.Ref === 'string') return this.idOf(intrinsic.Ref);
    if ('Fn::GetAtt' in intrinsic) {
      return this.attributeOf([intrinsic['Fn::GetAtt']].flat().join('.'));
    }
    if ('Fn::Sub' in intrinsic && typeof intrinsic['Fn::Sub'] === 'string') {
      return { 'Fn::Sub': this.substituted(intrinsic['Fn::Sub']) };
    }
    return undefined;
  }

  private idOf(logicalId: string): string | undefined {
    const resource = this.original.Resources[logicalId];
    const standIn = resource && isLeftOut(resource) ? idInReferences(resource) : undefined;
    return this.made.get(logicalId)?.physicalId ?? standIn;
  }

  /** Of a name such as `Api.ApiEndpoint`. */
  private attributeOf(name: string): string | undefined {
    const [logicalId = '', ...attribute] = name.split('.');
    return this.made.get(logicalId)?.attributes[attribute.join('.')];
  }

  private substituted(text: string): string {
    return text.replace(
      /\$\{([^!}]+)\}/g,
      (whole, name: string) =>
        (name.includes('.') ? this.attributeOf(name) : this.idOf(name)) ?? whole,
    );
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

/** The logical ids, and names of parameters, that a value refers to. */
export function referencesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    if (key === 'Ref' && typeof item === 'string') return [item];
    if (key === 'Fn::GetAtt') {
      return [Array.isArray(item) ? item[0] : item].flatMap((name) =>
        typeof name === 'string' ? name.split('.').slice(0, 1) : [],
      );
    }
    if (key === 'Fn::Sub') return [...referencesInSub(item), ...referencesIn(item)];
    return referencesIn(item);
  });
}

function referencesInSub(item: unknown): string[] {
  const text: unknown = Array.isArray(item) ? item[0] : item;
  if (typeof text !== 'string') return [];
  return [...text.matchAll(/\$\{([^!}.]+)[^}]*\}/g)].flatMap((match) => match[1] ?? []);
}
