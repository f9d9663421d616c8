const { default: Sequencer } = require('@jest/test-sequencer');

/** Of the slow tests, those that take longest, on two cores each more than half a minute. */
const LONGEST_FIRST = [
  'slow/templates',
  'slow/security-group-faults',
  'slow/slack-approval-paths',
  'slow/slack-approval-races',
  'slow/security-group-changes',
  'slow/slack-approval-hostile',
  'slow/package',
  'slow/iam-key-approval',
  'slow/slack-approval-faults',
  'slow/organization-sentry',
  'slow/security-group-ledger',
  'slow/security-group-sentry',
  'slow/dynamodb-local/bundles',
  'slow/security-group-sentry-500-groups',
  'slow/slack-approval-load',
  'slow/own-asker',
  'slow/upgraded-stacks',
  'slow/dynamodb-local/adapters',
  'slow/security-group-lost-answers',
  'slow/slack-approval-rights',
  'slow/security-group-rights',
  'slow/slack-approval-outages',
  'sandbox/organization/access-between-accounts',
];

/**
 * jest begins with what took longest the last time. On a clean clone it does not know, and would
 * end with a test of minutes that has one core to itself, and the other idle.
 */
module.exports = class SlowTestSequencer extends Sequencer {
  static longestFirst = LONGEST_FIRST;

  sort(tests) {
    return [...super.sort(tests)].sort((a, b) => place(a.path) - place(b.path));
  }
};

function place(file) {
  const index = LONGEST_FIRST.findIndex((name) => file.endsWith(`/test/${name}.test.ts`));
  return index < 0 ? LONGEST_FIRST.length : index;
}
