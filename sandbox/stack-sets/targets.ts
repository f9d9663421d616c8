import type { OrganizationMember, OrganizationView } from './organization-view';
import type { InstancesGroup } from './stack-set-properties';

/** The accounts of a group, in the order of the organization. */
export function accountsOf(
  { DeploymentTargets: { OrganizationalUnitIds, Accounts, AccountFilterType } }: InstancesGroup,
  organization: OrganizationView,
): OrganizationMember[] {
  const isListed = ({ accountId }: OrganizationMember) => Accounts.includes(accountId);
  const isInUnits = (member: OrganizationMember) => isBelow(member, OrganizationalUnitIds);
  const isMeant = (member: OrganizationMember) => {
    if (AccountFilterType === 'INTERSECTION') return isInUnits(member) && isListed(member);
    if (AccountFilterType === 'DIFFERENCE') return isInUnits(member) && !isListed(member);
    if (AccountFilterType === 'UNION') return isInUnits(member) || isListed(member);
    return isInUnits(member);
  };
  return withoutManagement(organization).filter(isMeant);
}

/** For accounts that come and go: account filters are not asked then. */
export function accountsInUnitsOf(
  { DeploymentTargets: { OrganizationalUnitIds } }: InstancesGroup,
  organization: OrganizationView,
): OrganizationMember[] {
  return withoutManagement(organization).filter((member) => isBelow(member, OrganizationalUnitIds));
}

/** Service-managed StackSets never deploy into the management account. */
function withoutManagement({ members, managementAccountId }: OrganizationView) {
  return members.filter(({ accountId }) => accountId !== managementAccountId);
}

function isBelow({ unitIds }: OrganizationMember, wanted: readonly string[]): boolean {
  return unitIds.some((unitId) => wanted.includes(unitId));
}
