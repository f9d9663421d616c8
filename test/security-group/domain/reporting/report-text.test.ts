import {
  type ChangeReport,
  type Dispute,
  severityOf,
} from '../../../../src/security-group/domain/reporting/change-report';
import { durationText } from '../../../../src/security-group/domain/reporting/dispute-text';
import type { Outcome, RuleOutcome } from '../../../../src/security-group/domain/reporting/outcome';
import {
  reportSubject,
  reportText,
} from '../../../../src/security-group/domain/reporting/report-text';
import { changeReport } from '../../samples/change-reports';
import { PAYMENTS_PLACE } from '../../samples/described-places';
import { rule } from '../../samples/rules';

const opened: RuleOutcome = {
  rule: rule({ id: 'sgr-1', description: 'for\nme' }),
  change: 'added',
  violations: [
    {
      baseline: 'forbid',
      response: 'revert',
      reason: 'tcp 22 from 0.0.0.0/0 opens what is forbidden: SSH from the internet',
    },
  ],
  outcome: { kind: 'reverted' },
};
const report: ChangeReport = changeReport({ rules: [opened] });

/** What follows on the last rule. */
function closingOf(values: Partial<ChangeReport>): string {
  const text = reportText({ ...report, ...values }, 'App/Sentry', 10);
  return text.split(/^ {2}Done: .*\n/m).at(-1)!;
}

test('the text tells group, rules, actor, time, source, account, Region, why, how long, what was done', () => {
  expect(reportText(report, 'App/Sentry', 10))
    .toBe(`Security group sg-1 (web) was changed: reverted.

Group:      sg-1 (web) in vpc-1
Account:    111111111111, Region eu-west-1
Changed by: arn:aws:sts::111111111111:assumed-role/Admin/eve, role arn:aws:iam::111111111111:role/Admin
From:       198.51.100.7
When:       2026-01-01T00:00:00.000Z
Call:       AuthorizeSecurityGroupIngress, CloudTrail event event-1
Severity:   high

- tcp 22 from 0.0.0.0/0 (sgr-1)
  described as "for me"
  Why: tcp 22 from 0.0.0.0/0 opens what is forbidden: SSH from the internet.
  Done: reverted. It stood open for about 12 s.

Revoking a rule does not cut connections that were made while it stood: look for them.

Sent by the sentry App/Sentry.`);
});

describe('a rule in dispute', () => {
  const dispute: Dispute = {
    rule: opened.rule,
    change: 'added',
    reverts: 12,
    since: new Date('2025-12-31T18:00:12Z'),
    openMilliseconds: 112 * 60_000,
    shareOpen: 112 / 360,
    actors: ['arn:aws:iam::111111111111:role/Tool', 'arn:aws:iam::111111111111:user/eve'],
  };

  test('is told in whole sentences: how often, by whom, for how long, and what to do', () => {
    expect(reportText({ ...report, disputes: [dispute] }, 'App/Sentry', 10))
      .toContain(`- IN DISPUTE: tcp 22 from 0.0.0.0/0
  It was reverted 12 times in the last 6 h, and added again each time.
  It was open for 31 % of that time: 1 h 52 min.
  Changed by: arn:aws:iam::111111111111:role/Tool, arn:aws:iam::111111111111:user/eve, the latest first.
  Two parties want opposite things. Find out who else it is: another sentry with other policies, a tool of yours whose role is not in trustedActors, or someone who should not. The runbook has more under DisputedRuleAlarm.

- tcp 22 from 0.0.0.0/0 (sgr-1)`);
  });

  test.each([
    ['removed', 'and removed again each time', 'It was missing for 31 %'],
    ['modified', 'and modified again each time', 'It had other values for 31 %'],
    [
      'described',
      'and given another description again each time',
      'It had another description for 31 %',
    ],
  ] as const)('that is %s', (change, again, missing) => {
    const text = reportText({ ...report, disputes: [{ ...dispute, change }] }, 'App/Sentry', 10);
    expect(text).toContain(again);
    expect(text).toContain(missing);
  });

  test('that is removed again and again needs other advice', () => {
    const removed = { ...dispute, change: 'removed' as const };
    expect(reportText({ ...report, disputes: [removed] }, 'App/Sentry', 10)).toContain(
      '\n  Two parties want opposite things. Find out who removes it: another sentry, a tool that does not know of the rule, or someone who should not. If it is to go, have a trusted actor remove it. The runbook has more under DisputedRuleAlarm.\n',
    );
  });

  test('that one actor alone goes on with names no latest', () => {
    const [actor] = dispute.actors;
    const alone = { ...dispute, actors: [actor!] };
    expect(reportText({ ...report, disputes: [alone] }, 'App/Sentry', 10)).toContain(
      '\n  Changed by: arn:aws:iam::111111111111:role/Tool.\n',
    );
  });

  test('is of high severity, and stands in the subject and the first line', () => {
    const disputed = {
      ...report,
      rules: [{ ...opened, violations: [], change: 'removed' as const }],
      disputes: [dispute],
    };
    expect(severityOf({ ...disputed, disputes: [] })).toBe('medium');
    expect(severityOf(disputed)).toBe('high');
    expect(reportSubject(disputed)).toBe(
      '[HIGH] sg-1: tcp 22 from 0.0.0.0/0: in dispute, reverted 12 times in 6 h',
    );
    expect(reportText(disputed, 'App/Sentry', 10).split('\n', 1)).toEqual([
      'Security group sg-1 (web) was changed: reverted. A rule of it is in dispute.',
    ]);
  });

  test('is counted where it does not fit in, in a paragraph of its own', () => {
    const text = reportText({ ...report, disputes: [dispute, dispute] }, 'App/Sentry', 1);
    expect(text).toContain(
      'DisputedRuleAlarm.\n\n… and 1 more rules in dispute.\n\n- tcp 22 from 0.0.0.0/0 (sgr-1)\n',
    );
    expect(text.match(/IN DISPUTE/g)).toHaveLength(1);
    expect(reportText({ ...report, disputes: [dispute] }, 'App/Sentry', 1)).not.toContain('…');
  });

  test.each([
    [0.004, 'less than 1 %'],
    [0.01, '1 %'],
    [0, '0 %'],
    [1, '100 %'],
  ])('with a share of %d has stood for %s', (shareOpen, words) => {
    const text = reportText({ ...report, disputes: [{ ...dispute, shareOpen }] }, 'App/Sentry', 10);
    expect(text).toContain(`It was open for ${words} of that time`);
  });

  test.each([
    [12_000, '12 s'],
    [60_000, '1 min'],
    [270_000, '4 min 30 s'],
    [3_599_999, '59 min 59 s'],
    [3_600_000, '1 h'],
    [6_720_000, '1 h 52 min'],
    [172_799_999, '47 h 59 min'],
    [172_800_000, '2 d'],
    [187_200_000, '2 d 4 h'],
  ])('%d ms read as %s', (milliseconds, text) => {
    expect(durationText(milliseconds)).toBe(text);
  });
});

describe('the subject names the worst first', () => {
  test.each<[Outcome, string]>([
    [{ kind: 'reverted' }, '[HIGH] sg-1: tcp 22 from 0.0.0.0/0: reverted'],
    [{ kind: 'kept' }, '[HIGH] sg-1: tcp 22 from 0.0.0.0/0: left in place, as the policy says'],
    [
      { kind: 'would-revert' },
      '[HIGH] sg-1: tcp 22 from 0.0.0.0/0: left in place, would be reverted',
    ],
    [{ kind: 'already-gone' }, '[HIGH] sg-1: tcp 22 from 0.0.0.0/0: already gone'],
    [
      { kind: 'failed', reason: 'denied' },
      '[CRITICAL] sg-1: tcp 22 from 0.0.0.0/0: could NOT be reverted',
    ],
  ])('%j', (outcome, subject) => {
    expect(reportSubject({ ...report, rules: [{ ...opened, outcome }] })).toBe(subject);
  });
});

describe('what was done is told for each kind of change', () => {
  const restored = rule({ fromPort: 443, toPort: 443 });
  test.each<[string, Partial<RuleOutcome>, string]>([
    [
      'a failure',
      { outcome: { kind: 'failed', reason: 'denied' } },
      'Done: FAILED, the rule still stands after 12 s: denied. It is tried again.',
    ],
    [
      'what a member does not let the hub do',
      { outcome: { kind: 'failed', reason: 'its Rights are OBSERVE', byMember: 'role' } },
      'Done: FAILED, the rule still stands after 12 s: its Rights are OBSERVE. It cannot be done until someone changes that.',
    ],
    [
      'a modified rule',
      { change: 'modified', restored },
      'Done: reverted to tcp 443 from 0.0.0.0/0. The other values stood for about 12 s.',
    ],
    [
      'a modified rule that could not be restored',
      { change: 'modified' },
      'Done: reverted. It stood open for about 12 s.',
    ],
    [
      'a rule given a new description',
      { change: 'described', restored: { ...restored, description: 'web' } },
      'Done: described again as "web".',
    ],
    [
      'a removed rule',
      { change: 'removed', outcome: { kind: 'kept' } },
      'Done: nothing but this message. The rule is not put back',
    ],
    [
      'a removed rule that is back',
      { change: 'removed', restored },
      'Done: put back, as the ledger holds it.',
    ],
    [
      'a removed rule that cannot come back',
      { change: 'removed', outcome: { kind: 'not-restorable', reason: 'the group is full' } },
      'Done: NOT put back: the group is full.',
    ],
    ['OBSERVE', { outcome: { kind: 'would-revert' } }, 'Done: nothing: the sentry only observes.'],
    [
      'a pause',
      { outcome: { kind: 'would-revert', until: new Date('2026-01-02T00:00:00Z') } },
      'Done: nothing: the sentry is paused until 2026-01-02T00:00:00.000Z',
    ],
    [
      'a pause of one unit',
      {
        outcome: {
          kind: 'would-revert',
          until: new Date('2026-01-02T00:00:00Z'),
          pausedIn: 'unit ou-abcd-11111111',
        },
      },
      'Done: nothing: the sentry is paused in unit ou-abcd-11111111 until 2026-01-02T00:00:00.000Z',
    ],
  ])('%s', (_, values, text) => {
    expect(
      reportText({ ...report, rules: [{ ...opened, ...values }] }, 'App/Sentry', 10),
    ).toContain(text);
  });
});

test('where outcomes differ, they are counted, and the worst rule is named', () => {
  const mixed: ChangeReport = {
    ...report,
    rules: [
      opened,
      { ...opened, rule: rule({ fromPort: 443, toPort: 443 }), outcome: { kind: 'kept' } },
    ],
  };
  expect(reportSubject(mixed)).toBe(
    '[HIGH] sg-1: tcp 443 from 0.0.0.0/0 and 1 more: 1 left in place, as the policy says, 1 reverted',
  );
});

test('a difference that nothing explains is told as such', () => {
  const text = reportText({ ...report, explainedBy: 'nothing' }, 'App/Sentry', 10);
  expect(text).toContain(
    "Changed by: not known: neither an event nor CloudTrail's event history explains it",
  );
  expect(text).not.toContain('CloudTrail event event-1');
});

test('what was found in the event history is told as such', () => {
  expect(reportText({ ...report, explainedBy: 'event-history' }, 'App/Sentry', 10)).toContain(
    'CloudTrail event event-1, found in the event history',
  );
});

test('repeats that were not told are counted, before what else is to be known', () => {
  expect(closingOf({ repeats: 41 })).toBe(`
The same was reverted 41 times more since it was last reported.

Revoking a rule does not cut connections that were made while it stood: look for them.

Sent by the sentry App/Sentry.`);
});

describe('the end of the text', () => {
  const AGAIN = 'The same was reverted 2 times more since it was last reported.';
  const CONNECTIONS =
    'Revoking a rule does not cut connections that were made while it stood: look for them.';
  const LOOK =
    'Look at the group now: until a later message says otherwise, it is not as it should be.';
  const failed: RuleOutcome = { ...opened, outcome: { kind: 'failed', reason: 'denied' } };
  const closing = (...lines: string[]) =>
    `\n${[...lines, 'Sent by the sentry App/Sentry.'].join('\n\n')}`;

  test('asks to look at a group that is not as it should be, and says nothing of connections', () => {
    expect(closingOf({ rules: [opened, failed] })).toBe(closing(LOOK));
    expect(closingOf({ rules: [failed], repeats: 2 })).toBe(closing(AGAIN, LOOK));
  });

  test.each<[string, RuleOutcome[]]>([
    ['added', [opened]],
    ['modified', [{ ...opened, change: 'modified', restored: rule() }]],
    ['added, among others', [{ ...opened, outcome: { kind: 'kept' } }, opened]],
  ])('warns of connections where a rule that let them in is gone: %s', (_, rules) => {
    expect(closingOf({ rules })).toBe(closing(CONNECTIONS));
  });

  test.each<[string, Partial<RuleOutcome>]>([
    ['a rule that stays', { outcome: { kind: 'kept' } }],
    ['a rule that someone else has closed', { outcome: { kind: 'already-gone' } }],
    ['a rule that is put back', { change: 'removed', restored: rule() }],
    ['a description', { change: 'described', restored: rule() }],
  ])('does not for %s', (_, values) => {
    const rules = [{ ...opened, ...values }];
    expect(closingOf({ rules })).toBe(closing());
    expect(closingOf({ rules, repeats: 2 })).toBe(closing(AGAIN));
  });
});

test('rules beyond the limit are counted, and not shown', () => {
  const many = { ...report, rules: [opened, opened, opened] };
  const text = reportText(many, 'App/Sentry', 1);
  expect(text).toContain(
    "s.\n\n… and 2 more rules, which do not fit into this message. The log of the sentry's function has all of them, by their ids.\n\nRevoking ",
  );
  expect(text.match(/^- /gm)).toHaveLength(1);
  expect(reportText(many, 'App/Sentry', 3)).not.toContain('more rules');
  expect(reportSubject(many)).toContain('tcp 22 from 0.0.0.0/0 and 2 more');
});

test('notices are told, and weigh', () => {
  const noticed: ChangeReport = {
    ...report,
    rules: [],
    notices: [{ severity: 'high', text: 'The monitored group was deleted.' }],
  };
  expect(reportText(noticed, 'App/Sentry', 1)).toMatch(
    /^Security group sg-1 \(web\) was changed\.\n[^]+\n\nThe monitored group was deleted\.\n\nSent by the sentry App\/Sentry\.$/,
  );
  expect(reportSubject(noticed)).toBe('[HIGH] sg-1: The monitored group was deleted.');
  const notices = [...noticed.notices, { severity: 'low' as const, text: 'It had 3 rules.' }];
  expect(reportSubject({ ...noticed, notices })).toBe(
    '[HIGH] sg-1: The monitored group was deleted. It had 3 rules.',
  );
});

test('a difference is told with the event by which it was found, which wrote other values', () => {
  const pointedToBy = { ...report.call, eventId: 'event-9', eventName: 'ModifySecurityGroupRules' };
  const text = reportText({ ...report, pointedToBy }, 'App/Sentry', 10);
  expect(text).toContain(
    'Changed by: not known yet: the event of the call that wrote this has not come',
  );
  expect(text).toContain(
    'Found:      with CloudTrail event event-9, ModifySecurityGroupRules of 2026-01-01T00:00:00.000Z, which is about the same rule and wrote other values',
  );
});

test('a difference that nothing explains says how it was found, and since when it may be there', () => {
  expect(reportText({ ...report, explainedBy: 'nothing' }, 'App/Sentry', 10)).toContain(
    'Found:      when the groups were compared with the ledger, since 2026-01-01T00:00:00.000Z',
  );
});

test('an actor without a role is told by name, and with the service that called for it', () => {
  const actor = { type: 'IAMUser', userName: 'eve' };
  const lineOf = (values: Partial<typeof actor & { invokedBy: string }>) =>
    reportText({ ...report, call: { ...report.call, actor: { ...actor, ...values } } }, 'S', 10)
      .split('\n')
      .find((line) => line.startsWith('Changed by:'));
  expect(lineOf({})).toBe('Changed by: eve');
  expect(lineOf({ invokedBy: 'cloudformation.amazonaws.com' })).toBe(
    'Changed by: eve, through cloudformation.amazonaws.com',
  );
});

test('a rule without a description has no line of it', () => {
  const text = reportText({ ...report, rules: [{ ...opened, rule: rule() }] }, 'App/Sentry', 10);
  expect(text).toContain('\n- tcp 22 from 0.0.0.0/0\n  Why: ');
});

test('in a hub the text and the subject name the account', () => {
  const hub = { ...report, place: PAYMENTS_PLACE };
  const text = reportText(hub, 'App/Sentry', 10);
  expect(text).toContain(
    'Security group sg-1 (web) in 111122223333 (payments) was changed: reverted.\n',
  );
  expect(text).toContain('\nAccount:    111122223333 (payments), Region eu-west-1\n');
  expect(reportSubject(hub)).toBe('[HIGH] sg-1 in payments: tcp 22 from 0.0.0.0/0: reverted');
});

test('an event that names no address says so', () => {
  const { sourceAddress: _, ...call } = report.call;
  expect(reportText({ ...report, call }, 'App/Sentry', 10)).toContain(
    'an address that the event does not name',
  );
});

test('rules that were removed, and are not put back, are told as removed', () => {
  const removed: RuleOutcome = { ...opened, change: 'removed', outcome: { kind: 'kept' } };
  expect(reportSubject({ ...report, rules: [removed] })).toBe(
    '[HIGH] sg-1: tcp 22 from 0.0.0.0/0: removed',
  );
  expect(
    reportSubject({ ...report, rules: [removed, { ...opened, outcome: { kind: 'kept' } }] }),
  ).toBe('[HIGH] sg-1: tcp 22 from 0.0.0.0/0 and 1 more: left in place, as the policy says');
});

test.each<[RuleOutcome['change'], string]>([
  ['added', '- tcp 22 from 0.0.0.0/0 (sgr-1)'],
  ['modified', '- tcp 22 from 0.0.0.0/0 (sgr-1), modified'],
  ['described', '- tcp 22 from 0.0.0.0/0 (sgr-1), given a new description'],
  ['removed', '- tcp 22 from 0.0.0.0/0 (sgr-1), removed'],
])('the line of a rule says that it was %s', (change, line) => {
  const lines = reportText({ ...report, rules: [{ ...opened, change }] }, 'App/Sentry', 10);
  expect(lines.split('\n')).toContain(line);
});

test('a removed rule whose put-back failed is still missing, and a description can be none', () => {
  const textWith = (values: Partial<RuleOutcome>) =>
    reportText({ ...report, rules: [{ ...opened, ...values }] }, 'App/Sentry', 10);
  expect(textWith({ change: 'removed', outcome: { kind: 'failed', reason: 'denied' } })).toContain(
    'Done: FAILED, the rule is still missing after 12 s: denied. It is tried again.',
  );
  expect(textWith({ change: 'described', restored: rule() })).toContain(
    'Done: described again as nothing.',
  );
  expect(textWith({ outcome: { kind: 'kept' } })).toContain(
    'Done: nothing but this message, as the policy says. The rule stands.',
  );
  expect(textWith({ outcome: { kind: 'already-gone' } })).toContain(
    'Done: nothing. It was already gone: someone was quicker, or has given the rule other values since.',
  );
});

test('a group without a network is named without one', () => {
  const lines = reportText({ ...report, group: { id: 'sg-1' } }, 'App/Sentry', 10).split('\n');
  expect(lines).toContain('Group:      sg-1');
});
