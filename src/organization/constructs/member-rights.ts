/**
 * What a member lets its hub do at most. It is a ceiling: the hub cannot raise it, and says where
 * its policies need more.
 */
export enum MemberRights {
  /** Look at groups, rules, access keys and events, and report. */
  OBSERVE = 'OBSERVE',

  /** Also revoke rules of security groups. */
  REVOKE = 'REVOKE',

  /** Also restore rules, add those that people approved, and deactivate and delete access keys. */
  FULL = 'FULL',
}
