/** The sentry's response to rules that violate a policy when it adopts their group. */
export enum ExistingViolations {
  /** They are reported in one message, and accepted as they stand. */
  REPORT = 'REPORT',

  /** They are reported in one message, and answered as the policy says. */
  RESPOND = 'RESPOND',
}
