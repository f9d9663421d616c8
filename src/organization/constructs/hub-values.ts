import { Aws, Fn } from 'aws-cdk-lib';
import type { ISentryHub } from './hub-reference';
import { isKnownLater } from '../../shared/constructs/known-later';
import { callersOf, hubRoleName, type MemberRole } from '../contracts/hub-roles';
import { HUB_NAME, LONGEST_HUB_NAME } from '../contracts/member-names';
import { ACCOUNT_ID, REGION } from '../contracts/place-names';
import type { MemberRights } from '../domain/gaps/place-state';

export const DEFAULT_HUB_NAME = 'cdk-sentries';

const ORGANIZATION_ID = /^o-[a-z0-9]{10,32}$/;

/** The parameter of the roles' template for the callers of each role of a member. */
const CALLER_PARAMETERS: Readonly<Record<string, MemberRole>> = {
  ReaderRoles: 'readRole',
  RevokerRoles: 'revokeRole',
  AdderRoles: 'addRole',
  KeyRoles: 'keysRole',
};

/** Parameters of the template that every Region of a member gets. */
export function ruleParameters({ hubAccountId, hubRegion, hubName }: ISentryHub) {
  return { HubAccountId: hubAccountId, HubRegion: hubRegion, HubName: hubName };
}

/** Values of the template that every account gets once: lists where it asks for lists. */
export function rolesValues(
  hub: ISentryHub,
  rights: MemberRights,
  partition: string,
): Record<string, string | string[]> {
  const callers = Object.entries(CALLER_PARAMETERS).map(([parameter, memberRole]) => [
    parameter,
    callersOf(memberRole).map(
      (hubFunction) =>
        `arn:${partition}:iam::${hub.hubAccountId}:role/${hubRoleName(hub.hubName, hubFunction)}`,
    ),
  ]);
  return {
    ...ruleParameters(hub),
    OrganizationId: hub.organizationId ?? '',
    ...Object.fromEntries(callers),
    Rights: rights,
  };
}

/** The same as CloudFormation takes them: it splits lists at their commas. */
export function rolesParameters(
  hub: ISentryHub,
  rights: MemberRights,
  partition: string,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(rolesValues(hub, rights, partition)).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : Fn.join(',', value),
    ]),
  );
}

export function checkedHubName(where: string, name: string): string {
  if (isKnownLater(name)) {
    throw new Error(
      `${where}: the name of a hub must be known at synth, since roles in all members bear it: write it out, such as "${DEFAULT_HUB_NAME}".`,
    );
  }
  if (HUB_NAME.test(name) && name.length <= LONGEST_HUB_NAME) return name;
  throw new Error(
    `${where}: "${name}" cannot be the name of a hub: write 2 to ${LONGEST_HUB_NAME} lower-case letters, digits and hyphens, beginning with a letter, such as "${DEFAULT_HUB_NAME}".`,
  );
}

export function checkedOrganizationId(where: string, id: string): string {
  if (isKnownLater(id) || ORGANIZATION_ID.test(id)) return id;
  throw new Error(
    `${where}: "${id}" is no id of an organization: write one such as "o-abc1234567", which "aws organizations describe-organization" shows.`,
  );
}

/** The attributes of a hub in another app, as members need them. */
export function checkedReference(where: string, hub: ISentryHub): ISentryHub {
  checkedHubName(where, hub.hubName);
  if (hub.hubAccountId === Aws.ACCOUNT_ID || hub.hubRegion === Aws.REGION) {
    throw new Error(
      `${where}: account and Region of the hub are not known at synth, and members would take their own for them: give the hub's stack "env" with "account" and "region".`,
    );
  }
  if (!isKnownLater(hub.hubAccountId) && !ACCOUNT_ID.test(hub.hubAccountId)) {
    throw new Error(
      `${where}: the hub's account is "${hub.hubAccountId}", which is no account id: write twelve digits, in quotes, in "hubAccountId" or in "env" of the hub's stack.`,
    );
  }
  if (!isKnownLater(hub.hubRegion) && !REGION.test(hub.hubRegion)) {
    throw new Error(
      `${where}: the hub's Region is "${hub.hubRegion}", which is no name of a Region: write one such as "eu-west-1", in "hubRegion" or in "env" of the hub's stack.`,
    );
  }
  if (hub.organizationId !== undefined) checkedOrganizationId(where, hub.organizationId);
  return hub;
}
