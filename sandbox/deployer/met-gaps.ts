import type { Resource } from './assembly';
import { EMULATOR_GAPS, type EmulatorGap, type TypeOf, WORKING_TYPES } from './emulator-gaps';

/** One gap met in a stack. */
export interface MetGap {
  readonly logicalId: string;
  readonly type: string;
  readonly aspect?: string;
  readonly inSandbox: string;
}

/** The gaps that a stack meets. */
export function gapsIn(resources: Record<string, Resource>): MetGap[] {
  return Object.entries(resources).flatMap(([logicalId, resource]) =>
    gapsOf(resource, resources).map(({ aspect, inSandbox }) => ({
      logicalId,
      type: resource.Type,
      aspect,
      inSandbox,
    })),
  );
}

/** The resources as the emulator can take them. */
export function withoutGaps(resources: Record<string, Resource>): Record<string, Resource> {
  const kept = Object.entries(resources).filter(([, resource]) => !isLeftOut(resource));
  return Object.fromEntries(
    kept.map(([logicalId, resource]) => {
      const properties = gapsOf(resource, resources).reduce(
        (left, gap) => gap.without?.(left, typesIn(resources)) ?? left,
        resource.Properties ?? {},
      );
      return [logicalId, { ...resource, Type: deployedTypeOf(resource), Properties: properties }];
    }),
  );
}

/** Whether the resource must not be handed to the emulator at all. */
export function isLeftOut(resource: Resource): boolean {
  return wholeGapOf(resource) !== undefined;
}

/** Whether the deployer makes the resource before the stack. */
export function isMadeByDeployer(resource: Resource): boolean {
  return wholeGapOf(resource)?.madeByDeployer === true;
}

/** What a reference to a resource that is left out becomes, if it may be made at all. */
export function idInReferences(resource: Resource): string | undefined {
  return wholeGapOf(resource)?.idInReferences;
}

export function refuseUnknownTypes(resources: Record<string, Resource>): void {
  const unknown = Object.entries(resources).filter(
    ([, resource]) => !WORKING_TYPES.has(deployedTypeOf(resource)) && !isLeftOut(resource),
  );
  if (unknown.length === 0) return;
  const names = unknown.map(([logicalId, { Type }]) => `${Type} (${logicalId})`).join(', ');
  throw new Error(
    `The sandbox does not know whether the emulator creates ${names}. ` +
      'Try it, and add the type to the working types or to the gaps in sandbox/deployer/emulator-gaps.ts.',
  );
}

function gapsOf(resource: Resource, resources: Record<string, Resource>): EmulatorGap[] {
  return EMULATOR_GAPS.filter(
    (gap) =>
      gap.type === tableType(resource) &&
      (gap.occursIn?.(resource.Properties ?? {}, typesIn(resources)) ?? true),
  );
}

function wholeGapOf(resource: Resource): EmulatorGap | undefined {
  return EMULATOR_GAPS.find(
    (gap) => gap.aspect === undefined && gap.type === tableType(resource) && isMetBy(resource, gap),
  );
}

function isMetBy({ Properties = {} }: Resource, { occursIn }: EmulatorGap): boolean {
  return occursIn?.(Properties, () => undefined) ?? true;
}

function deployedTypeOf({ Type }: Resource): string {
  return (
    EMULATOR_GAPS.find((gap) => gap.type === Type && gap.deployedAs !== undefined)?.deployedAs ??
    Type
  );
}

function tableType({ Type }: Resource): string {
  return Type.startsWith('Custom::') ? 'Custom::*' : Type;
}

function typesIn(resources: Record<string, Resource>): TypeOf {
  return (logicalId) => resources[logicalId]?.Type;
}
