import type { Resource } from './assembly';
import { type DeployableTemplate, referencesIn } from './deployable-template';
import type { MadeResource } from './made-resources';
import type { Place } from '../emulator/emulator-access';
import { stackSetPropertiesOf } from '../stack-sets/stack-set-properties';
import type { StackSetRequest } from '../stack-sets/stack-sets';

const STACK_SET = 'AWS::CloudFormation::StackSet';

type Resources = Readonly<Record<string, Resource>>;

/** The StackSets of the template, each after those that it refers to or depends on. */
export function deferStackSets(
  resources: Resources,
  template: DeployableTemplate,
  made: ReadonlyMap<string, MadeResource>,
): (outputs: ReadonlyMap<string, string>, place: Place) => StackSetRequest[] {
  const deferred = inOrder(resources).map((logicalId) => ({
    logicalId,
    id: made.get(logicalId)?.physicalId ?? '',
    resolve: template.defer(resources[logicalId]?.Properties),
  }));
  return (outputs, place) =>
    deferred.map(({ logicalId, id, resolve }) => ({
      id,
      place,
      properties: stackSetPropertiesOf(logicalId, resolve(outputs)),
    }));
}

function inOrder(resources: Resources): string[] {
  const ordered: string[] = [];
  const add = (logicalId: string) => {
    const resource = resources[logicalId];
    if (resource?.Type !== STACK_SET || ordered.includes(logicalId)) return;
    [...[resource.DependsOn ?? []].flat(), ...referencesIn(resource.Properties)].forEach(add);
    ordered.push(logicalId);
  };
  Object.keys(resources).forEach(add);
  return ordered;
}
