import { CfnStackSet, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { ISentryHub } from './hub-reference';
import { checkedReference, rolesParameters, ruleParameters } from './hub-values';
import { checkedUnits } from './member-accounts';
import { MemberRights } from './member-rights';
import { warnInHubAccount, warnOfUnwatchedRegions } from './member-warnings';
import { isKnownLater, refuseListKnownLater } from '../../shared/constructs/known-later';
import { refuseMissing } from '../../shared/constructs/required-props';
import { rolesTemplate } from '../contracts/member-templates/roles-template';
import { ruleTemplate } from '../contracts/member-templates/rule-template';
import type { MemberTemplate } from '../contracts/member-templates/template';
import { REGION } from '../contracts/place-names';

/** Units of an organization whose accounts become members. */
export interface MemberTarget {
  /**
   * Ids of organizational units or roots, each with all that is below it, accounts that join later
   * included. Throws if the list is empty or an id is malformed, and if a unit is in two targets.
   */
  readonly units: string[];

  /**
   * What the hub may do in these accounts at most.
   *
   * @default MemberRights.REVOKE
   */
  readonly rights?: MemberRights;
}

/** Properties of the StackSets that make members. */
export interface MemberStackSetsProps {
  /**
   * The hub that watches the members. Throws for attributes that no hub can have, and where
   * account or Region are those of a stack that does not know them at synth.
   */
  readonly hub: ISentryHub;

  /** The accounts. Throws if the list is empty. */
  readonly targets: MemberTarget[];

  /**
   * The Regions to forward events from, such as eu-west-1. In a Region that an account has not
   * enabled nothing is made. Throws if the list is empty, if a name is malformed, and if one is
   * there twice. The roles of an account are made in the first.
   */
  readonly regions: string[];

  /**
   * Whether the stack is in an account that is the organization's delegated administrator for
   * StackSets, and not in the management account. Such an administrator can do anything in every
   * member: use an account for deployments alone, and not the hub's.
   *
   * @default - the stack is in the management account
   */
  readonly delegatedAdministrator?: boolean;
}

interface StackSetOfMembers {
  readonly name: string;
  readonly description: string;
  readonly template: MemberTemplate;
  readonly parameters: Readonly<Record<string, string>>;
  readonly units: string[];
  readonly regions: string[];
  /** In an account that joins, it is deployed after this one. */
  readonly after?: CfnStackSet;
}

/**
 * Makes members of all accounts of an organization's units, by two StackSets: roles once in an
 * account, and a rule in each Region. Accounts that join a unit later become members by themselves,
 * and those that leave lose what was made.
 *
 * CloudFormation never deploys to the management account like this: write a `SentryMember` there.
 * It belongs in a stack of its own, in the management account or a delegated administrator. It
 * warns where that is the hub's own account, and where the hub does not watch one of the Regions.
 */
export class MemberStackSets extends Construct {
  constructor(scope: Construct, id: string, props: MemberStackSetsProps) {
    super(scope, id);
    refuseMissing(this.node.path, props, {
      hub: 'the SentryHub',
      targets: "[{ units: ['ou-abcd-12345678'] }]",
      regions: "['eu-west-1']",
    });
    const hub = checkedReference(this.node.path, props.hub);
    this.check(props);
    warnInHubAccount(this, hub);
    warnOfUnwatchedRegions(this, hub, props.regions);
    const [first] = props.regions;
    const rules = ruleParameters(hub);
    for (const [rights, units] of unitsByRights(props.targets)) {
      const name = rights.toLowerCase();
      const roles = this.stackSet(`Roles${rights}`, props, {
        name: `${hub.hubName}-roles-${name}`,
        description: `Roles by which the hub ${hub.hubName} watches accounts (${rights})`,
        template: rolesTemplate(),
        parameters: rolesParameters(hub, rights, Stack.of(this).partition),
        units,
        regions: [first!],
      });
      const rule = this.stackSet(`Rules${rights}`, props, {
        name: `${hub.hubName}-rules-${name}`,
        description: `Rules that forward events to the hub ${hub.hubName}`,
        template: ruleTemplate(),
        parameters: rules,
        units,
        regions: props.regions,
        after: roles,
      });
      rule.addDependency(roles);
    }
  }

  private stackSet(
    id: string,
    { delegatedAdministrator }: MemberStackSetsProps,
    set: StackSetOfMembers,
  ): CfnStackSet {
    return new CfnStackSet(this, id, {
      stackSetName: set.name,
      description: set.description,
      permissionModel: 'SERVICE_MANAGED',
      callAs: delegatedAdministrator ? 'DELEGATED_ADMIN' : 'SELF',
      capabilities: ['CAPABILITY_NAMED_IAM'],
      autoDeployment: {
        enabled: true,
        retainStacksOnAccountRemoval: false,
        ...(set.after && { dependsOn: [stackSetArn(set.after)] }),
      },
      managedExecution: { Active: true },
      // Accounts have nothing to do with each other: one that is suspended must not stop the rest.
      operationPreferences: {
        failureTolerancePercentage: 100,
        concurrencyMode: 'SOFT_FAILURE_TOLERANCE',
        maxConcurrentPercentage: 25,
        regionConcurrencyType: 'PARALLEL',
      },
      parameters: Object.entries(set.parameters).map(([parameterKey, parameterValue]) => ({
        parameterKey,
        parameterValue,
      })),
      stackInstancesGroup: [
        { deploymentTargets: { organizationalUnitIds: set.units }, regions: set.regions },
      ],
      templateBody: JSON.stringify(set.template),
    });
  }

  private check({ targets, regions }: MemberStackSetsProps): void {
    if (targets.length === 0) {
      throw new Error(
        `${this.node.path}: "targets" is empty: name the units whose accounts become members, as in [{ units: ["ou-abcd-12345678"] }].`,
      );
    }
    if (regions.length === 0) {
      throw new Error(
        `${this.node.path}: "regions" is empty: name at least one Region, such as "eu-west-1".`,
      );
    }
    this.checkRegions(regions);
    const units = targets.flatMap((target) => checkedUnits(`${this.node.path}: "targets"`, target));
    const twice = units.find((unit, index) => units.indexOf(unit) !== index);
    if (twice !== undefined && !isKnownLater(twice)) {
      throw new Error(
        `${this.node.path}: the unit ${twice} is in "targets" twice: an account has one set of rights.`,
      );
    }
  }

  private checkRegions(regions: string[]): void {
    refuseListKnownLater(
      `${this.node.path}: "regions" is`,
      regions,
      'write the Regions out, such as ["eu-west-1"]',
    );
    const known = regions.filter((name) => !isKnownLater(name));
    const malformed = known.find((name) => !REGION.test(name));
    if (malformed !== undefined) {
      throw new Error(
        `${this.node.path}: "${malformed}" is no name of a Region: write one such as "eu-west-1".`,
      );
    }
    const twice = known.find((name, index) => known.indexOf(name) !== index);
    if (twice !== undefined) {
      throw new Error(`${this.node.path}: ${twice} is in "regions" twice: name it once.`);
    }
  }
}

/** CloudFormation sets the parameters of a StackSet for all accounts that join it later. */
function unitsByRights(targets: MemberTarget[]): Map<MemberRights, string[]> {
  const byRights = new Map<MemberRights, string[]>();
  for (const { units, rights = MemberRights.REVOKE } of targets) {
    byRights.set(rights, [...(byRights.get(rights) ?? []), ...units]);
  }
  return byRights;
}

function stackSetArn(set: CfnStackSet): string {
  return Stack.of(set).formatArn({
    service: 'cloudformation',
    resource: 'stackset',
    resourceName: set.attrStackSetId,
  });
}
