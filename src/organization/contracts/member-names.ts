/**
 * Names in members are made of the hub's, so that two hubs of one organization have no name in
 * common. IAM takes 64 characters a role, EventBridge 64 a rule, SQS 80 a queue.
 */
export const MEMBER_NAME_PARTS = {
  readRole: 'read',
  revokeRole: 'revoke',
  addRole: 'add',
  keysRole: 'keys',
  forwardRole: 'forward',
  changeRule: 'changes',
  tamperRule: 'tampering',
  undeliveredQueue: 'undelivered',
} as const;

export type MemberResource = keyof typeof MEMBER_NAME_PARTS;

/** The longest part has eleven characters, and the hub's own roles up to 30 more than its name. */
export const LONGEST_HUB_NAME = 32;

export const HUB_NAME = /^[a-z][a-z0-9-]*[a-z0-9]$/;

export function memberName(hubName: string, resource: MemberResource): string {
  return `${hubName}-${MEMBER_NAME_PARTS[resource]}`;
}
