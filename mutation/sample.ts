/**
 * What a release looks at: the files where a wrong answer opens a port, takes away a key or lets
 * the wrong person decide. Each with what it decides.
 */
export const SAMPLE: Readonly<Record<string, string>> = {
  'src/access-key/domain/key-rules.ts': 'which rule a key breaks',
  'src/approval/domain/approvals-needed.ts': 'how many must approve',
  'src/approval/domain/judge-click.ts': 'whose click counts, and as what',
  'src/organization/domain/admit-record.ts': 'which record of a member is believed',
  'src/security-group/domain/judging/judge.ts': 'what is done about a rule',
  'src/security-group/domain/ledger/grants.ts': 'which grant covers a rule, and until when',
};
