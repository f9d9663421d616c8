import {
  doubtCounts,
  doubtfulPeerLines,
  listedChanges,
  MOST_ACTORS,
  REHEARSAL_LIMITS,
  rehearsalText,
} from '../../../../src/security-group/domain/rehearsing/rehearsal-text';
import { eventfulRehearsal, rehearsalOf, rehearsedChange } from '../../samples/rehearsals';
import { rule } from '../../samples/rules';

function textOf(rehearsal = rehearsalOf(), mostChanges = 10): string {
  return rehearsalText(rehearsal, 'App/Rehearsal', mostChanges);
}

test('the message tells all of a rehearsal', () => {
  expect(textOf(eventfulRehearsal()))
    .toBe(`Part 2 of a rehearsal: what the policies would have done to the changes from 2026-01-05 00:00:01 to 2026-01-08 00:00:00 UTC. Nothing was changed.
What came before, back to 2026-01-01 00:00:00, is in the next part: invoke the function with the token that it has returned.

Rules, by what would have been done about them:
- reverted: 5
- restored: 4
- asked about: 3
- only reported: 2
- allowed: 1
Could not be judged: 4
Records that were read: 20. Of these, 3 of calls that failed, 2 of groups that are not monitored, 1 of the sentry itself.

Who would have been affected:
- arn:aws:iam::111111111111:user/eve: 5 reverted, 4 restored, 3 asked about, 2 reported
- arn:aws:iam::111111111111:role/"Ops": 0 reverted, 0 restored, 0 asked about, 1 reported

The changes that would not just have been allowed:
- 2026-01-02 03:04:05 AuthorizeSecurityGroupIngress in sg-1 (web), by arn:aws:iam::111111111111:user/eve
    added tcp 22 from 0.0.0.0/0: would have been asked about, as SSH is forbidden; it is locked
- 2026-01-02 03:04:05 AuthorizeSecurityGroupIngress in sg-2, by arn:aws:iam::111111111111:user/eve
    deleted the group: would have been only reported, as the group was deleted

Not judged:
- 2 × The group is gone, so that no one knows by its tags or its VPC whether it was monitored.
- 1 × The record cannot be read.
- 1 × One second held more calls than can be read in one part: some of them are missing.

What these peers of policies mean is not known in full. The sentry would revert nothing for it, and what hangs on them could not be judged:
- VPC vpc-1: Rate exceeded.
- the range "x": it is no range.

What stands today, and would be reported at adoption (monitored groups: 3):
- no-ssh: rules that violate it today: 2, in groups: 1
- locked: accepts what stands when a group is adopted
Rules that may violate more: 2. The entries of a prefix list that they name, or a peer that a policy names, are not all known.

Limits:
${REHEARSAL_LIMITS.map((limit) => `- ${limit}`).join('\n')}

Sent by the rehearsal App/Rehearsal.`);
});

test('of a week in which nothing has happened, there is little to tell', () => {
  expect(textOf())
    .toBe(`A rehearsal: what the policies would have done to the changes from 2026-01-01 00:00:00 to 2026-01-08 00:00:00 UTC. Nothing was changed.

Rules, by what would have been done about them:
- reverted: 0
- restored: 0
- asked about: 0
- only reported: 0
- allowed: 0
Could not be judged: 0
Records that were read: 0. Of these, 0 of calls that failed, 0 of groups that are not monitored, 0 of the sentry itself.

What stands today, and would be reported at adoption (monitored groups: 1):

Limits:
${REHEARSAL_LIMITS.map((limit) => `- ${limit}`).join('\n')}

Sent by the rehearsal App/Rehearsal.`);
});

test('the first part of several is told as one, and so is the last', () => {
  const { asked } = rehearsalOf();
  expect(textOf(rehearsalOf({ rest: asked }))).toMatch(
    /^Part 1 of a rehearsal: .+\nWhat came before/,
  );
  expect(textOf(rehearsalOf({ part: 2 }))).toMatch(/^Part 2 of a rehearsal: .+\n\nRules/);
});

test('actors after the first hundred are counted', () => {
  const { counts } = rehearsalOf();
  const actors = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ actor: `actor ${index}`, counts }));
  expect(textOf(rehearsalOf({ actors: actors(MOST_ACTORS) }))).not.toContain('- and');
  const text = textOf(rehearsalOf({ actors: actors(MOST_ACTORS + 2) }));
  expect(text).toContain(
    '- actor 99: 0 reverted, 0 restored, 0 asked about, 0 reported\n- and 2 more\n\n',
  );
});

describe('of many changes', () => {
  const allowed = { rule: rule(), change: 'added', verdict: 'allow', reasons: [] } as const;
  const reverted = rehearsedChange().rules[0]!;
  const restored = { ...reverted, verdict: 'restore' } as const;

  test('those with the gravest verdicts are told, the latest of them, in the order of their times', () => {
    const changes = [[reverted], [allowed], [allowed, reverted], [restored], [reverted]].map(
      (rules, index) => rehearsedChange({ eventId: `event-${index}`, rules }),
    );
    const listed = (most: number) => {
      const { changes: told, omitted } = listedChanges(rehearsalOf({ changes }), most);
      return [told.map(({ eventId }) => eventId), omitted];
    };
    expect(listed(2)).toEqual([['event-2', 'event-4'], 3]);
    expect(listed(4)).toEqual([['event-0', 'event-2', 'event-3', 'event-4'], 1]);
    expect(listed(5)).toEqual([['event-0', 'event-1', 'event-2', 'event-3', 'event-4'], 0]);
  });

  test('what is left out is counted, and what was allowed is not told one by one', () => {
    const changes = [rehearsedChange({ rules: [allowed] }), rehearsedChange({ rules: [allowed] })];
    const text = textOf(rehearsalOf({ changes }), 1);
    expect(text).toContain('1 changes are left out here.\n\n');
    expect(text).not.toContain('The changes that');
  });

  test('twenty rules of each are told, the gravest first, and the others counted', () => {
    const rules = [...Array.from({ length: 20 }, () => restored), reverted];
    const [told] = listedChanges(rehearsalOf({ changes: [rehearsedChange({ rules })] }), 1).changes;
    expect(told?.rules.map(({ verdict }) => verdict)).toEqual([
      'revert',
      ...Array.from({ length: 19 }, () => 'restore'),
    ]);
    expect(told?.rulesOmitted).toBe(1);
    const [few] = listedChanges(rehearsalOf({ changes: [rehearsedChange()] }), 1).changes;
    expect(few?.rulesOmitted).toBe(0);
    expect(textOf(rehearsalOf({ changes: [rehearsedChange({ rules })] }))).toContain(
      '\n    and 1 more rules\n',
    );
  });

  test('a rule without a reason is told without one', () => {
    const rules = [{ ...reverted, reasons: [] }];
    expect(textOf(rehearsalOf({ changes: [rehearsedChange({ rules })] }))).toContain(
      'would have been reverted\n',
    );
  });
});

test('of each doubt, all events are counted, and the first ten named', () => {
  const gone = Array.from({ length: 11 }, (_, index) => ({
    doubt: 'group-gone' as const,
    eventId: `event-${index}`,
  }));
  const ids = gone.slice(0, 10).map(({ eventId }) => eventId);
  expect(doubtCounts([{ doubt: 'second-cut-short' }, ...gone])).toEqual([
    { doubt: 'second-cut-short', count: 1, eventIds: [] },
    { doubt: 'group-gone', count: 11, eventIds: ids },
  ]);
});

test('a hundred peers in doubt are told, and the others counted', () => {
  const peers = (count: number) =>
    Array.from({ length: count }, (_, index) => ({
      peer: `VPC vpc-${index}`,
      reason: 'x',
      mayBeReadLater: true,
    }));
  expect(doubtfulPeerLines(peers(100))).toHaveLength(100);
  expect(doubtfulPeerLines(peers(102)).slice(99)).toEqual(['VPC vpc-99: x.', 'and 2 more']);
});
