import * as path from 'node:path';
import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { CfnInclude } from 'aws-cdk-lib/cloudformation-include';
import { Construct } from 'constructs';
import type { ISentryHub } from './hub-reference';
import { checkedReference, rolesValues, ruleParameters } from './hub-values';
import { acknowledgeRoles, acknowledgeRule } from './member-findings';
import { MemberRights } from './member-rights';
import { warnOfUnwatchedAccount } from './member-warnings';
import { isInstanceOf } from '../../shared/constructs/instance-of';
import { refuseMissing } from '../../shared/constructs/required-props';
import { keepName } from '../../shared/constructs/role-name';

/** The same files that Terraform, and tools that deploy templates to many accounts, can take. */
const TEMPLATES = path.join(__dirname, '..', '..', '..', 'member-templates');

const NAME_REMEDY =
  'leave it out there, and give the hub a "name" that begins as your roles have to; the hub takes on no role under a path';

/** Properties of a member. */
export interface SentryMemberProps {
  /**
   * The hub that watches this account. Throws for attributes that no hub can have, and where
   * account or Region are those of a stack that does not know them at synth.
   */
  readonly hub: ISentryHub;

  /**
   * What the hub may do in this account at most.
   *
   * @default MemberRights.REVOKE
   */
  readonly rights?: MemberRights;
}

/** Properties of a further Region of a member. */
export interface SentryMemberRegionProps {
  /**
   * The hub that watches this account. Throws for attributes that no hub can have, and where
   * account or Region are those of a stack that does not know them at synth.
   */
  readonly hub: ISentryHub;
}

/**
 * Lets a hub in another account watch this one, and forwards the events of this Region to it. One
 * for each account: the roles are the account's. Write `SentryMemberRegion` in its other Regions.
 *
 * For the organization's management account, which StackSets leave out, and for accounts whose apps
 * bring their own. It warns where the hub does not watch the account.
 */
export class SentryMember extends Construct {
  constructor(scope: Construct, id: string, props: SentryMemberProps) {
    super(scope, id);
    refuseMissing(this.node.path, props, { hub: 'the SentryHub' });
    const hub = checkedReference(this.node.path, props.hub);
    warnOfUnwatchedAccount(this, hub);
    const roles = new CfnInclude(this, 'Roles', {
      templateFile: path.join(TEMPLATES, 'roles.template.json'),
      preserveLogicalIds: false,
      // It puts them where the template refers to them, and splits nothing at commas.
      parameters: rolesValues(hub, props.rights ?? MemberRights.REVOKE, Stack.of(this).partition),
    });
    const made = roles.node.findAll().filter((construct) => isInstanceOf(construct, iam.CfnRole));
    made.forEach((role) => keepName(role, role.roleName, NAME_REMEDY));
    acknowledgeRoles(roles, made);
    // CloudFormation wants no dependency on a role that the rights leave out.
    new SentryMemberRegion(this, 'Region', { hub }).node.addDependency(
      roles.getResource('ForwardRole'),
    );
  }
}

/** Forwards the events of a further Region of a member to its hub. */
export class SentryMemberRegion extends Construct {
  constructor(scope: Construct, id: string, props: SentryMemberRegionProps) {
    super(scope, id);
    refuseMissing(this.node.path, props, { hub: 'the SentryHub' });
    const rule = new CfnInclude(this, 'Rule', {
      templateFile: path.join(TEMPLATES, 'rule.template.json'),
      preserveLogicalIds: false,
      parameters: ruleParameters(checkedReference(this.node.path, props.hub)),
    });
    acknowledgeRule(rule);
  }
}
