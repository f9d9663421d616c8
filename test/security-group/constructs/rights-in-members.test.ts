import { SentryMode } from '../../../src';
import { rightsFor } from '../../../src/security-group/constructs/rights-in-members';
import type { Policy } from '../../../src/security-group/domain/policies/policy';

const FORBID: Policy['baseline'] = { kind: 'forbid', patterns: [] };
const LOCKED: Policy['baseline'] = { kind: 'locked', restoreRemoved: true };
const LOCKED_BUT_FOR_REMOVALS: Policy['baseline'] = { kind: 'locked', restoreRemoved: false };
const PEOPLE = { workflow: 'Approvals', whenUnanswered: 'revert' as const };

test.each<[string, string, Policy[], SentryMode?]>([
  ['that only observes', 'OBSERVE', [{ baseline: LOCKED, response: 'revert' }], SentryMode.OBSERVE],
  ['that only notifies', 'OBSERVE', [{ baseline: LOCKED, response: 'notifyOnly' }]],
  ['that reverts what was added', 'REVOKE', [{ baseline: FORBID, response: 'revert' }]],
  ['that restores nothing', 'REVOKE', [{ baseline: LOCKED_BUT_FOR_REMOVALS, response: 'revert' }]],
  ['that restores what was removed', 'FULL', [{ baseline: LOCKED, response: 'revert' }]],
  [
    'that asks, and adds what is approved',
    'FULL',
    [{ baseline: FORBID, response: 'revertUntilApproved', asking: PEOPLE }],
  ],
  [
    'of several policies, the most of them',
    'FULL',
    [
      { baseline: FORBID, response: 'revert' },
      { baseline: LOCKED, response: 'revert' },
    ],
  ],
])('a sentry %s needs %s in members', (_, rights, policies, mode = SentryMode.ENFORCE) => {
  expect(rightsFor({ mode, policies })).toBe(rights);
});
