import { randomUUID } from 'node:crypto';
import { EnabledRegions } from './enabled-regions';
import { type OperationEnd, runOperation, type StackInstance } from './operation';
import { organizationOf, type OrganizationView } from './organization-view';
import type { InstancesGroup, StackSetProperties } from './stack-set-properties';
import { stackSetTemplateOf } from './stack-set-template';
import { accountsInUnitsOf, accountsOf } from './targets';
import type { Template } from '../deployer/assembly';
import { createStack, deleteStack } from '../deployer/create-stack';
import { DeployableTemplate } from '../deployer/deployable-template';
import { emulatorAccess, type Place, placeKey } from '../emulator/emulator-access';

/** A StackSet of a template. */
export interface StackSetRequest {
  /** As references to it have it. */
  readonly id: string;
  /** Of the stack whose template it stands in. */
  readonly place: Place;
  readonly properties: StackSetProperties;
}

interface StackSet extends StackSetRequest {
  readonly template: Template;
  readonly instances: Map<string, StackInstance>;
  /** The accounts in its units, by group, when it last looked. */
  readonly inUnits: Set<string>[];
}

/**
 * The StackSets of all accounts. Who is in a unit is looked at when a StackSet is made, and when
 * the sandbox is told that accounts have come or gone.
 */
export class StackSets {
  private readonly sets: StackSet[] = [];
  private readonly regions: EnabledRegions;

  constructor(private readonly endpoint: string) {
    this.regions = new EnabledRegions(endpoint);
  }

  /** Rejects where an operation fails; its stacks are then removed, as CloudFormation does. */
  async create(request: StackSetRequest): Promise<void> {
    const set: StackSet = {
      ...request,
      template: stackSetTemplateOf(request.properties),
      instances: new Map(),
      inUnits: [],
    };
    const organization = await this.organizationFor(request);
    this.sets.push(set);
    for (const group of request.properties.StackInstancesGroup) {
      const { hasFailed } = await this.createInstances(set, group, organization);
      if (!hasFailed) continue;
      const reason = failureOf(set);
      await this.remove(set.id);
      throw new Error(reason);
    }
  }

  /** Deletes all its stacks. */
  async remove(id: string): Promise<void> {
    const index = this.sets.findIndex((set) => set.id === id);
    const [set] = index < 0 ? [] : this.sets.splice(index, 1);
    for (const instance of set?.instances.values() ?? []) await this.deleteInstance(instance);
  }

  /**
   * Accounts joined units, left them or moved: where auto-deployment is on, those that came get
   * their stacks, and those that went lose them. Its failures count against no tolerance.
   */
  async accountsChanged(): Promise<void> {
    for (const set of inOrderOfDependence(this.sets)) {
      if (set.properties.AutoDeployment.Enabled) await this.followAccounts(set);
    }
  }

  /** Of the StackSet of that name, in the order in which they were made. */
  instancesOf(name: string): readonly StackInstance[] {
    return this.sets
      .filter(({ properties }) => properties.StackSetName === name)
      .flatMap(({ instances }) => [...instances.values()]);
  }

  /** Throws where the account may not make this StackSet. */
  private async organizationFor({
    place: { accountId },
    properties,
  }: StackSetRequest): Promise<OrganizationView | undefined> {
    const { PermissionModel, CallAs, StackInstancesGroup: groups } = properties;
    const targets = groups.map(({ DeploymentTargets }) => DeploymentTargets);
    if (PermissionModel === 'SELF_MANAGED') {
      if (targets.every(({ OrganizationalUnitIds }) => OrganizationalUnitIds.length === 0)) return;
      throw new Error('StackSets with SELF_MANAGED permission model cannot target units');
    }
    if (targets.some(({ OrganizationalUnitIds }) => OrganizationalUnitIds.length === 0)) {
      throw new Error(
        'StackSets with SERVICE_MANAGED permission model can only have OrganizationalUnit as target',
      );
    }
    const organization = await organizationOf(this.endpoint, accountId);
    const administrators =
      CallAs === 'DELEGATED_ADMIN'
        ? organization?.stackSetAdministrators
        : organization && [organization.managementAccountId];
    if (organization && administrators?.includes(accountId)) return organization;
    throw new Error(
      `Account used is not a ${CallAs === 'DELEGATED_ADMIN' ? 'delegated administrator' : 'management account'}: ${accountId} may make no service-managed StackSets`,
    );
  }

  private async createInstances(
    set: StackSet,
    group: InstancesGroup,
    organization: OrganizationView | undefined,
  ): Promise<OperationEnd> {
    const members = organization
      ? accountsOf(group, organization)
      : group.DeploymentTargets.Accounts.map((accountId) => ({ accountId, isSuspended: false }));
    const inUnits = organization ? accountsInUnitsOf(group, organization) : [];
    set.inUnits.push(new Set(inUnits.map(({ accountId }) => accountId)));
    const end = await runOperation(
      {
        accountIds: members.map(({ accountId }) => accountId),
        regions: group.Regions,
        preferences: set.properties.OperationPreferences,
      },
      async (place) => this.createInstance(set, group, memberIn(members, place)),
    );
    for (const instance of end.instances) set.instances.set(placeKey(instance), instance);
    return end;
  }

  private async createInstance(
    { template, properties }: StackSet,
    { ParameterOverrides }: InstancesGroup,
    { isSuspended, ...place }: PlacedMember,
  ): Promise<StackInstance> {
    if (isSuspended) return { ...place, status: 'SKIPPED_SUSPENDED_ACCOUNT' };
    if (!(await this.regions.has(place))) {
      const reason = `Account ${place.accountId} has not enabled ${place.region}`;
      return { ...place, status: 'FAILED', reason };
    }
    const stackName = `StackSet-${properties.StackSetName}-${randomUUID()}`;
    try {
      const stack = await createStack(emulatorAccess(this.endpoint, place), {
        name: stackName,
        body: new DeployableTemplate(template).body(),
        parameters: Object.fromEntries(
          [...properties.Parameters, ...ParameterOverrides].map(
            ({ ParameterKey, ParameterValue }) => [ParameterKey, ParameterValue],
          ),
        ),
      });
      return { ...place, status: 'SUCCEEDED', stackName, stack };
    } catch (error) {
      // Rolled back, what stood of it is gone; the emulator leaves it there.
      await deleteStack(emulatorAccess(this.endpoint, place), stackName);
      return { ...place, status: 'FAILED', reason: error instanceof Error ? error.message : '' };
    }
  }

  private async followAccounts(set: StackSet): Promise<void> {
    const organization = await organizationOf(this.endpoint, set.place.accountId);
    const wanted = new Map<string, InstancesGroup>();
    const joined: { member: PlacedMember; group: InstancesGroup }[] = [];
    for (const [index, group] of set.properties.StackInstancesGroup.entries()) {
      const members = organization ? accountsInUnitsOf(group, organization) : [];
      const before = set.inUnits[index] ?? new Set();
      set.inUnits[index] = new Set(members.map(({ accountId }) => accountId));
      for (const { accountId, isSuspended } of members) {
        for (const region of group.Regions) {
          wanted.set(placeKey({ accountId, region }), group);
          if (before.has(accountId)) continue;
          joined.push({ group, member: { accountId, region, isSuspended } });
        }
      }
    }
    await this.removeUnwanted(set, new Set(wanted.keys()));
    for (const { member, group } of joined) {
      if (set.instances.has(placeKey(member))) continue;
      set.instances.set(placeKey(member), await this.createInstance(set, group, member));
    }
  }

  private async removeUnwanted(set: StackSet, wanted: ReadonlySet<string>): Promise<void> {
    const isRetained = set.properties.AutoDeployment.RetainStacksOnAccountRemoval;
    for (const [key, instance] of set.instances) {
      if (wanted.has(key) || isListedByItself(set, instance)) continue;
      set.instances.delete(key);
      if (!isRetained) await this.deleteInstance(instance);
    }
  }

  private async deleteInstance({ stackName, ...place }: StackInstance): Promise<void> {
    if (stackName === undefined) return;
    await deleteStack(emulatorAccess(this.endpoint, place), stackName);
  }
}

interface PlacedMember extends Place {
  readonly isSuspended: boolean;
}

function memberIn(
  members: readonly { readonly accountId: string; readonly isSuspended: boolean }[],
  place: Place,
): PlacedMember {
  const isSuspended = members.some(
    (member) => member.accountId === place.accountId && member.isSuspended,
  );
  return { ...place, isSuspended };
}

/** An account that was never meant by its unit does not go with it. */
function isListedByItself({ properties }: StackSet, { accountId }: Place): boolean {
  return properties.StackInstancesGroup.some(
    ({ DeploymentTargets: { AccountFilterType, Accounts } }) =>
      AccountFilterType === 'UNION' && Accounts.includes(accountId),
  );
}

/** In the words of CloudFormation, and with the first reason. */
function failureOf({ properties, instances }: StackSet): string {
  const failed = [...instances.values()].filter(({ status }) => status === 'FAILED');
  const reasons = failed.map(
    ({ accountId, region, reason }) => `${accountId} ${region}: ${reason}`,
  );
  return `Resource handler returned message: "Operation on ${properties.StackSetName} failed with FAILED": ${reasons.join('; ')}`;
}

/** What a StackSet depends on comes before it. */
function inOrderOfDependence(sets: readonly StackSet[]): StackSet[] {
  const ordered: StackSet[] = [];
  const add = (set: StackSet) => {
    if (ordered.includes(set)) return;
    for (const id of set.properties.AutoDeployment.DependsOn) {
      const before = sets.find((each) => id === each.id || id.endsWith(`/${each.id}`));
      if (before && before !== set) add(before);
    }
    ordered.push(set);
  };
  sets.forEach(add);
  return ordered;
}
