import type { Adoption } from '../../../../src/security-group/domain/reconciling/adoption';
import { NO_DOUBTS } from '../../../../src/security-group/domain/reconciling/doubts';
import {
  hasNews,
  lastingOf,
  newsIn,
} from '../../../../src/security-group/domain/reconciling/lasting-news';
import type { ReconcileReport } from '../../../../src/security-group/domain/reconciling/reconcile-report';
import {
  reconcileHeadline,
  reconcileLines,
  reconcileSeverity,
  reconcileSubject,
  reconcileText,
} from '../../../../src/security-group/domain/reconciling/reconcile-text';
import type { Severity } from '../../../../src/shared/domain/notification/severity';
import { PAYMENTS_PLACE } from '../../samples/described-places';
import { groupRecord } from '../../samples/group-records';
import { rule } from '../../samples/rules';

const NOW = new Date('2026-01-01T00:00:00Z');
const UNTIL = new Date('2026-01-08T00:00:00Z');
const MOST = 2;
const ssh = rule({ id: 'sgr-ssh' });
const https = rule({ id: 'sgr-https', fromPort: 443, toPort: 443 });
const web = { id: 'sg-1', name: 'web' };
const nameless = { id: 'sg-2' };
const record = groupRecord(NOW, { name: 'web' });
const NOTHING: ReconcileReport = {
  at: NOW,
  groupCount: 9,
  adoptions: [],
  released: [],
  returned: [],
  due: [],
  isBraked: false,
  unconfirmed: [],
  doubts: NO_DOUBTS,
  disablings: [],
  endedDisablings: [],
  exclusionEnds: [],
};
const order = { until: UNTIL, by: 'olga', reason: 'an incident' };
const disabling = { ...order, policy: 'no-ssh', since: NOW };

function reportOf(values: Partial<ReconcileReport>): ReconcileReport {
  return { ...NOTHING, ...values };
}

function adoption(values: Partial<Adoption>): Adoption {
  return {
    group: web,
    cause: 'first-contact',
    ruleCount: 3,
    newRules: [],
    violating: [],
    changes: [],
    record,
    ...values,
  };
}

function violating(...reasons: string[]): Adoption['violating'][number] {
  return {
    rule: ssh,
    violations: reasons.map((reason) => ({ baseline: 'forbid', response: 'revert', reason })),
  };
}

function exclusionEnd(policy: string, isOver: boolean): ReconcileReport['exclusionEnds'][number] {
  const exclusion = { groupId: 'sg-1', rule: ssh, reason: 'partner', until: UNTIL };
  return { policy, exclusion, isOver };
}

/** What is told of one kind of thing: how grave it is, in a word, and in full. */
type Told = readonly [of: string, ReconcileReport, Severity, headline: string, text: string];

const TOLD: readonly Told[] = [
  [
    'too many differences',
    reportOf({ isBraked: true, due: ['sg-1', 'sg-2', 'sg-3'] }),
    'critical',
    '3 groups differ from the ledger: nothing was done',
    `Of 9 monitored groups, 3 have differences that no event explains, and 0 cannot be judged in full. So many at once are more likely a fault than so many intruders, so nothing was done.
Look at them, accept what is right with the operator's function, and raise "reconcileBrake" if the rest shall be reverted:
- sg-1
- sg-2
`,
  ],
  [
    'a pause',
    reportOf({ pause: order }),
    'high',
    'the sentry is paused until 2026-01-08T00:00:00.000Z',
    'Paused by olga, because: an incident. Violations are reported, and answered after the pause.\n',
  ],
  [
    'a pause of some accounts',
    reportOf({ pause: { ...order, accounts: ['111122223333'] } }),
    'high',
    'the sentry is paused in account 111122223333 until 2026-01-08T00:00:00.000Z',
    'Paused by olga, because: an incident. Violations are reported, and answered after the pause.\n',
  ],
  [
    'a pause that is too long',
    reportOf({ refusedPause: order }),
    'high',
    'a pause of more than seven days is not obeyed',
    `The parameter asks for a pause until 2026-01-08T00:00:00.000Z, by olga, because: an incident. That is longer than an operator may order, so someone wrote it past the operator's function: the sentry goes on acting. Find out who it was from CloudTrail (PutParameter), and have the operator's function resume.
`,
  ],
  [
    'a disabled policy',
    reportOf({ disablings: [disabling] }),
    'high',
    'the policy no-ssh is disabled until 2026-01-08T00:00:00.000Z',
    `The policy no-ssh is disabled until 2026-01-08T00:00:00.000Z by olga, because: an incident. What violates it is reported, and left until then.
`,
  ],
  [
    'a policy that is in force again',
    reportOf({ endedDisablings: [disabling] }),
    'medium',
    'the policy no-ssh is in force again',
    `The policy no-ssh, which olga had disabled since 2026-01-01T00:00:00.000Z, is in force again since 2026-01-08T00:00:00.000Z. What still violates it is answered by the next runs of reconcile.
`,
  ],
  [
    'exclusions that are over',
    reportOf({ exclusionEnds: [exclusionEnd('a', true)] }),
    'medium',
    '1 excluded rules are excluded no more',
    `The exclusions of these rules are over. What still stands violates its policy, and is answered by the next runs of reconcile:
- sg-1: tcp 22 from 0.0.0.0/0, which the policy a excludes until the end of 2026-01-07 (UTC), because: partner
`,
  ],
  [
    'exclusions that end',
    reportOf({ exclusionEnds: ['a', 'b', 'c'].map((policy) => exclusionEnd(policy, false)) }),
    'medium',
    '3 excluded rules are excluded for a week at most',
    `The exclusions of these rules end soon. Then the rules violate their policies: take them out of the groups before, or write a later day in "excluding":
- sg-1: tcp 22 from 0.0.0.0/0, which the policy a excludes until the end of 2026-01-07 (UTC), because: partner
- sg-1: tcp 22 from 0.0.0.0/0, which the policy b excludes until the end of 2026-01-07 (UTC), because: partner
… and 1 more rules.
`,
  ],
  [
    'events that no one confirms',
    reportOf({
      unconfirmed: [
        {
          group: web,
          entry: { rule: ssh, grants: [], revision: 1 },
          unconfirmed: [
            { cause: 'trusted-actor', by: 'deploy', since: NOW, eventId: 'event-1' },
            { cause: 'trusted-actor', by: 'other', since: NOW, eventId: 'event-2' },
          ],
        },
      ],
    }),
    'high',
    "1 rules rest on events that CloudTrail's event history does not have",
    `For a day, CloudTrail's event history has had nothing of the calls on which these rules rest: it is out, or someone made the events up. A later run ends their grants; then they are answered like rules that no event explains. If they are right, accept them with the operator's function:
- sg-1 (web): tcp 22 from 0.0.0.0/0 (sgr-ssh), by event event-1 of deploy, event-2 of other
`,
  ],
  [
    'groups that are adopted',
    reportOf({
      adoptions: [adoption({}), adoption({ group: nameless, ruleCount: 1, newRules: [https] })],
    }),
    'low',
    '2 security groups adopted, 0 of their rules violate a policy',
    `The rules that stand in these groups are recorded as accepted; from now on what is added is judged:
- sg-1 (web): 3 rules (seen for the first time)
- sg-2: 1 rules (seen for the first time). Of these, 1 are newer than the last look at the groups, and are answered as the policies say
`,
  ],
  [
    'groups that are adopted again, or for which no policy is',
    reportOf({
      adoptions: [
        adoption({ cause: 'came-back' }),
        adoption({ group: nameless, isUncovered: true }),
      ],
    }),
    'medium',
    '2 security groups adopted, 0 of their rules violate a policy; no policy is for 1 of the security groups',
    `The rules that stand in these groups are recorded as accepted; from now on what is added is judged:
- sg-1 (web): 3 rules (watched again)
- sg-2: 3 rules (seen for the first time)

No policy is for these groups, so nothing in them is judged. Name them in "appliesTo" of a policy, or leave them out of "monitoredGroups":
- sg-2
`,
  ],
  [
    'adopted rules that violate',
    reportOf({
      adoptions: [
        adoption({
          cause: 'other-policies',
          violating: [violating('it opens SSH', 'it is locked')],
          changes: [
            {
              kind: 'put',
              entry: {
                rule: ssh,
                grants: [{ cause: 'adopted', by: 'App/Sentry', since: NOW }],
                revision: 0,
              },
            },
          ],
        }),
        adoption({
          group: nameless,
          cause: 'enforced-now',
          violating: [violating('it opens SSH')],
          changes: [{ kind: 'put', entry: { rule: ssh, grants: [], revision: 0 } }],
        }),
      ],
    }),
    'high',
    '2 security groups adopted, 2 of their rules violate a policy',
    `The rules that stand in these groups are recorded as accepted; from now on what is added is judged:
- sg-1 (web): 3 rules (the policies have changed)
- sg-2: 3 rules (from OBSERVE to ENFORCE)

Of these rules, some violate a policy:
- sg-1 (web): tcp 22 from 0.0.0.0/0 (sgr-ssh): it opens SSH; it is locked. It is accepted as it stands.
- sg-2: tcp 22 from 0.0.0.0/0 (sgr-ssh): it opens SSH. It is answered as the policy says.
`,
  ],
  [
    'groups that are gone',
    reportOf({
      released: (['deleted', 'not-chosen', 'deleted'] as const).map((reason) => ({
        group: record,
        reason,
      })),
    }),
    'high',
    '3 security groups are not watched any more',
    `- sg-1 (web) is not watched any more: it does not exist, or belongs to another account.
- sg-1 (web) is not watched any more: a deployment chose other groups.
… and 1 more groups are not watched any more. The log of the function has all of them.
`,
  ],
  [
    'groups that are not chosen any more',
    reportOf({ released: [{ group: record, reason: 'not-chosen' }] }),
    'medium',
    '1 security group is not watched any more',
    '- sg-1 (web) is not watched any more: a deployment chose other groups.\n',
  ],
  [
    'groups that are there again',
    reportOf({ returned: [record, record, record] }),
    'medium',
    '3 security groups are there again',
    `- sg-1 (web) is there again: what the sentry knew of its rules counts as before.
- sg-1 (web) is there again: what the sentry knew of its rules counts as before.
… and 1 more groups are there again. The log of the function has all of them.
`,
  ],
  [
    'groups that cannot be adopted yet',
    reportOf({ notAdoptedYet: { groups: [web, nameless, web], reason: 'Throttled' } }),
    'medium',
    '3 security groups cannot be adopted yet',
    `CloudTrail's event history cannot be asked what is new in these groups: Throttled. They are adopted once it can. Until then, only what events name in them is judged:
- sg-1 (web)
- sg-2
… and 1 more lines.
`,
  ],
  [
    'groups that were not judged',
    reportOf({ doubts: { ...NO_DOUBTS, groups: [{ group: web, reason: 'Throttled' }] } }),
    'high',
    '1 security group was not judged',
    `These groups were not judged in this run. The next run tries again; if it says the same, see the log of the function:
- sg-1 (web): Throttled
`,
  ],
  [
    'prefix lists in doubt',
    reportOf({
      doubts: {
        ...NO_DOUBTS,
        lists: [
          {
            id: 'pl-1',
            reason: 'it is gone',
            isShown: false,
            rules: [
              { group: web, rule: ssh },
              { group: nameless, rule: https },
              { group: web, rule: https },
            ],
          },
        ],
      },
    }),
    'high',
    'the entries of 1 prefix list cannot be judged',
    `No policy can answer for what these prefix lists let through. Have the owner share them again, or have the rules name a list of this account, or the ranges themselves; revoke the rules that no one needs:
- pl-1: it is gone. It is named by:
  - sg-1 (web): tcp 22 from 0.0.0.0/0 (sgr-ssh)
… and 2 more lines.
`,
  ],
  [
    'rules that cannot be read',
    reportOf({
      doubts: {
        ...NO_DOUBTS,
        rules: [
          { group: web, ruleIds: ['sgr-1', 'sgr-2', 'sgr-3'] },
          { group: nameless, ruleIds: ['sgr-4'] },
        ],
      },
    }),
    'high',
    '4 rules cannot be read',
    `These rules cannot be read, and were not judged. Look at them, and report it to the maintainers:
- sg-1 (web): sgr-1, sgr-2
- sg-2: sgr-4
`,
  ],
  [
    'choices of groups that could not be looked up',
    reportOf({
      doubts: { ...NO_DOUBTS, selections: [{ selection: 'tag team=web', reason: 'Throttled' }] },
    }),
    'high',
    'new groups may be missed',
    `These could not be looked up, so that groups which are new among them are not adopted yet:
- tag team=web: Throttled
`,
  ],
  [
    'peers of policies in doubt',
    reportOf({
      doubts: {
        ...NO_DOUBTS,
        peers: [
          { peer: 'VPC vpc-1', reason: 'it is gone', rules: [] },
          { peer: 'the range "office"', reason: 'it is none', rules: [{ group: web, rule: ssh }] },
        ],
      },
    }),
    'high',
    '2 peers of policies are in doubt',
    `What these peers of policies mean is not known in full. Nothing is reverted for it, and all else is judged. Mend what the policy names, and deploy it; a VPC that cannot be read is read again in the next run:
- VPC vpc-1: it is gone. No rule that stands hangs on it.
- the range "office": it is none. On it hangs:
… and 1 more lines.
`,
  ],
];

test.each([
  [1, 0, '1 security group adopted, 0 of its rules violate a policy'],
  [1, 1, '1 security group adopted, 1 of its rules violates a policy'],
  [2, 1, '2 security groups adopted, 1 of their rules violates a policy'],
])(
  'of %i adopted groups with %i rules that violate a policy, it is said as such',
  (groups, rules, headline) => {
    const adoptions = Array.from({ length: groups }, (_, index) =>
      adoption(index < rules ? { violating: [violating('it opens SSH')] } : {}),
    );
    expect(reconcileHeadline(reportOf({ adoptions }))).toBe(headline);
  },
);

describe('a run of reconcile tells of', () => {
  test.each(TOLD)('%s', (_, report, severity, headline, text) => {
    expect(reconcileHeadline(report)).toBe(headline);
    expect(reconcileLines(report, MOST).join('\n')).toBe(text);
    expect(reconcileSeverity(report)).toBe(severity);
    expect(hasNews(report)).toBe(true);
  });

  test('the groups that cannot be judged in full, where there are more of them than of others', () => {
    const unread = ['sg-1', 'sg-2'].map((id) => ({ group: { id }, reason: 'Throttled' }));
    const doubts = { ...NO_DOUBTS, groups: unread };
    const braked = (...due: string[]) => reportOf({ isBraked: true, due, doubts });
    expect(reconcileHeadline(braked('sg-3'))).toMatch(/^2 groups cannot be judged in full: /);
    expect(reconcileHeadline(braked('sg-3', 'sg-4'))).toMatch(/^2 groups differ from the ledger: /);
    expect(reconcileLines(braked(), MOST).slice(0, 3)).toEqual([
      'Of 9 monitored groups, 0 have differences that no event explains, and 2 cannot be judged in full. So many at once are more likely a fault than so many intruders, so nothing was done.',
      'Mend what is listed below. The next run tries again.',
      '',
    ]);
  });

  test('the rules on which a list or a peer hangs, as many as there is room for', () => {
    const rules = [ssh, https, ssh].map((one) => ({ group: web, rule: one }));
    const hanging = (most: number) =>
      reconcileLines(
        reportOf({
          doubts: {
            ...NO_DOUBTS,
            lists: [{ id: 'pl-1', reason: 'it is gone', isShown: false, rules: rules.slice(1) }],
            peers: [{ peer: 'VPC vpc-1', reason: 'it is gone', rules }],
          },
        }),
        most,
      ).filter((line) => line.startsWith('  '));
    const [first, second] = [
      '  - sg-1 (web): tcp 22 from 0.0.0.0/0 (sgr-ssh)',
      '  - sg-1 (web): tcp 443 from 0.0.0.0/0 (sgr-https)',
    ];
    expect(hanging(4)).toEqual([second, first, first, second, first]);
    expect(hanging(1)).toEqual([]);
    expect(hanging(2)).toEqual([second, first]);
  });

  test('how many lines are left out of the rules on which a list or a peer hangs', () => {
    const rules = Array.from({ length: 40 }, () => ({ group: web, rule: ssh }));
    const omitted = (doubts: Partial<ReconcileReport['doubts']>) =>
      reconcileLines(reportOf({ doubts: { ...NO_DOUBTS, ...doubts } }), MOST).at(-2);
    const list = { id: 'pl-1', reason: 'it is gone', isShown: false, rules };
    expect(omitted({ lists: [list] })).toBe('… and 39 more lines.');
    expect(omitted({ peers: [{ peer: 'VPC vpc-1', reason: 'it is gone', rules }] })).toBe(
      '… and 39 more lines.',
    );
  });

  test('how many rules and groups are left out of what is adopted, or not confirmed', () => {
    const some = [ssh, https, ssh];
    const adoptions = some.map(() => adoption({ violating: [violating('it opens SSH')] }));
    const unconfirmed = some.map((one) => ({
      group: web,
      entry: { rule: one, grants: [], revision: 1 },
      unconfirmed: [],
    }));
    const omitted = (report: ReconcileReport) =>
      reconcileLines(report, MOST).filter((line) => line.startsWith('…'));
    expect(omitted(reportOf({ adoptions }))).toEqual([
      '… and 1 more groups.',
      '… and 1 more rules.',
    ]);
    expect(omitted(reportOf({ unconfirmed }))).toEqual(['… and 1 more rules.']);
  });

  test('adoptions as grave as the gravest of them', () => {
    const severity = (...adoptions: Adoption[]) => reconcileSeverity(reportOf({ adoptions }));
    const asFirst = adoption({});
    expect(severity(asFirst, adoption({ violating: [violating('it opens SSH')] }))).toBe('high');
    expect(severity(asFirst, adoption({ cause: 'came-back' }))).toBe('medium');
    expect(severity(adoption({ cause: 'came-back' }))).toBe('medium');
    expect(severity(asFirst, adoption({ isUncovered: true }))).toBe('medium');
    expect(severity(asFirst)).toBe('low');
  });

  test('the fate of each rule that violates by what the ledger has of that very rule', () => {
    const granted = [{ cause: 'adopted', by: 'App/Sentry', since: NOW }] as const;
    const told = (ofSsh: Adoption['changes'][number]['entry']['grants']) =>
      reconcileLines(
        reportOf({
          adoptions: [
            adoption({
              violating: [violating('it opens SSH')],
              changes: [
                { kind: 'put', entry: { rule: ssh, grants: ofSsh, revision: 0 } },
                {
                  kind: 'put',
                  entry: { rule: https, grants: ofSsh.length > 0 ? [] : granted, revision: 0 },
                },
              ],
            }),
          ],
        }),
        MOST,
      ).join('\n');
    expect(told(granted)).toContain('it opens SSH. It is accepted as it stands.');
    expect(told([])).toContain('it opens SSH. It is answered as the policy says.');
  });

  test('groups that went beside groups that are there again, and orders beside ended ones', () => {
    const both = reportOf({
      released: [{ group: record, reason: 'not-chosen' }],
      returned: [record],
      disablings: [disabling],
      endedDisablings: [disabling],
    });
    expect(reconcileHeadline(both).split('; ')).toEqual([
      'the policy no-ssh is disabled until 2026-01-08T00:00:00.000Z',
      'the policy no-ssh is in force again',
      '1 security group is not watched any more',
      '1 security group is there again',
    ]);
    expect(reconcileSeverity(reportOf({ disablings: [disabling] }))).toBe('high');
  });

  test('all of it in one text, with the account, and the sentry that sends it', () => {
    const report = reportOf({ pause: order });
    expect(reconcileText(report, 'App/Sentry', MOST)).toBe(
      `the sentry is paused until 2026-01-08T00:00:00.000Z.

Paused by olga, because: an incident. Violations are reported, and answered after the pause.

Sent by the sentry App/Sentry.`,
    );
    expect(reconcileText({ ...report, place: PAYMENTS_PLACE }, 'App/Sentry', MOST)).toBe(
      `111122223333 (payments): the sentry is paused until 2026-01-08T00:00:00.000Z.

WARNING:    holds the payment systems
Account:    111122223333 (payments), Region eu-west-1
Unit path:  o-abc1234567/r-abcd/ou-abcd-11111111/

Paused by olga, because: an incident. Violations are reported, and answered after the pause.

Sent by the sentry App/Sentry.`,
    );
  });

  test('several things in a fixed order, as grave as the gravest, with the account before them', () => {
    const report = reportOf({ returned: [record], pause: order, place: PAYMENTS_PLACE });
    expect(reconcileSubject(report)).toMatch(
      /^\[HIGH\] [^:]+: the sentry is paused until 2026-01-08T00:00:00\.000Z; 1 security group is there/,
    );
    expect(reconcileSubject({ ...report, place: undefined })).toMatch(/^\[HIGH\] the sentry is/);
  });

  test('nothing, where nothing is to be told', () => {
    expect(reconcileHeadline(NOTHING)).toBe('');
    expect(reconcileLines(NOTHING, MOST)).toEqual([]);
    expect(hasNews(NOTHING)).toBe(false);
  });
});

describe('what lasts', () => {
  const lasting = reportOf({
    isBraked: true,
    pause: order,
    refusedPause: order,
    disablings: [disabling],
    notAdoptedYet: { groups: [web, nameless], reason: 'Throttled' },
    doubts: {
      lists: [{ id: 'pl-1', reason: 'it is gone', isShown: false, rules: [] }],
      rules: [{ group: web, ruleIds: ['sgr-1', 'sgr-2'] }],
      groups: [{ group: { id: 'sg-3' }, reason: 'Throttled' }],
      selections: [{ selection: 'x'.repeat(300), reason: 'Throttled' }],
      peers: [{ peer: 'VPC vpc-1', reason: 'it is gone', rules: [] }],
    },
  });

  test('is no news once it was told, each thing by itself', () => {
    const told = lastingOf(lasting);
    expect(told).toHaveLength(12);
    expect(hasNews(newsIn(lasting))).toBe(true);
    expect(newsIn(lasting)).toEqual(lasting);
    expect(hasNews(newsIn(lasting, told))).toBe(false);
    for (const name of told) {
      const others = told.filter((one) => one !== name);
      expect(lastingOf(newsIn(lasting, others))).toEqual([name]);
    }
  });

  test('is nothing where nothing lasts', () => {
    expect(lastingOf(NOTHING)).toEqual([]);
    expect(newsIn(NOTHING, ['braked'])).toEqual(NOTHING);
  });

  test('of one policy is told beside that of another', () => {
    const other = { ...disabling, policy: 'no-rdp' };
    const told = lastingOf(reportOf({ disablings: [disabling] }));
    expect(newsIn(reportOf({ disablings: [disabling, other] }), told).disablings).toEqual([other]);
  });

  test('is news again where it lasts longer than it was said to', () => {
    const later = { until: new Date(UNTIL.getTime() + 1) };
    const longer = reportOf({
      pause: { ...order, ...later },
      refusedPause: { ...order, ...later },
      disablings: [{ ...disabling, ...later }],
    });
    expect(newsIn(longer, lastingOf(lasting))).toMatchObject({
      pause: later,
      refusedPause: later,
      disablings: [later],
    });
  });

  test('is remembered as far as an item of the ledger has room', () => {
    const ruleIds = Array.from({ length: 1_500 }, (_, index) => `sgr-${index}`);
    const doubts = { ...NO_DOUBTS, rules: [{ group: web, ruleIds }] };
    expect(lastingOf(reportOf({ doubts }))).toEqual(ruleIds.slice(0, 1_000));
    expect(lastingOf(lasting).every((name) => name.length <= 200)).toBe(true);
  });

  test('and was ordered for many places is told by none of the members', () => {
    const orders = [{ pause: order }, { refusedPause: order }, { disablings: [disabling] }];
    for (const values of orders) {
      expect(hasNews(reportOf({ ...values, place: PAYMENTS_PLACE }))).toBe(false);
      expect(hasNews(reportOf({ ...values, place: { ...PAYMENTS_PLACE, isMember: false } }))).toBe(
        true,
      );
    }
  });
});
