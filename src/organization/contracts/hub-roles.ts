import type { MemberResource } from './member-names';

/** A role of a member that functions of the hub work with. */
export type MemberRole = Extract<
  MemberResource,
  'readRole' | 'revokeRole' | 'addRole' | 'keysRole'
>;

/** The functions of a hub that work in members, and the roles that each may take on there. */
export const HUB_FUNCTIONS = {
  coverage: ['readRole'],
  respond: ['readRole', 'revokeRole', 'addRole'],
  reconcile: ['readRole'],
  operate: ['readRole'],
  decide: ['readRole', 'revokeRole', 'addRole'],
  'check-keys': ['readRole', 'keysRole'],
  'decide-keys': ['readRole', 'keysRole'],
} as const satisfies Record<string, readonly MemberRole[]>;

export type HubFunction = keyof typeof HUB_FUNCTIONS;

/**
 * Members know the roles of a hub by their names, so these are the same for good: a hub that is
 * deleted and made again goes on.
 */
export function hubRoleName(hubName: string, hubFunction: HubFunction): string {
  return `${hubName}-hub-${hubFunction}`;
}

/** The hub functions that may take on a role of members. */
export function callersOf(memberRole: MemberRole): HubFunction[] {
  return Object.entries(HUB_FUNCTIONS)
    .filter(([, roles]: [string, readonly MemberRole[]]) => roles.includes(memberRole))
    .map(([hubFunction]) => hubFunction)
    .filter(isHubFunction);
}

function isHubFunction(name: string): name is HubFunction {
  return name in HUB_FUNCTIONS;
}
