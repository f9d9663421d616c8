import type { ReasonRule } from '../domain/approval-configuration';

/** Whether those who deny a request in Slack are asked why. */
export enum DenialReason {
  /** They are not asked: they confirm that they deny, and that is all. */
  NONE = 'NONE',

  /** They are asked, and may leave it out. */
  OPTIONAL = 'OPTIONAL',

  /**
   * They have to write something. Only where Slack opens no modal for it, the denial counts
   * without: it is the safe answer, and must not be lost.
   */
  REQUIRED = 'REQUIRED',
}

const RULES: Readonly<Record<DenialReason, ReasonRule | undefined>> = {
  [DenialReason.NONE]: undefined,
  [DenialReason.OPTIONAL]: 'optional',
  [DenialReason.REQUIRED]: 'required',
};

export function reasonRule(denialReason: DenialReason = DenialReason.NONE): ReasonRule | undefined {
  return RULES[denialReason];
}
