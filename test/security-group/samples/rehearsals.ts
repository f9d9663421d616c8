import { eve } from './changes';
import { rule } from './rules';
import type { HistoryWindow } from '../../../src/security-group/domain/rehearsing/read-history';
import {
  NO_COUNTS,
  type Rehearsal,
  type RehearsedChange,
} from '../../../src/security-group/domain/rehearsing/rehearsal';

const ASKED: HistoryWindow = {
  from: new Date('2026-01-01T00:00:00Z'),
  to: new Date('2026-01-08T00:00:00Z'),
};

/** A change that would have been reverted, from the few values that a test is about. */
export function rehearsedChange(values: Partial<RehearsedChange> = {}): RehearsedChange {
  return {
    eventId: 'event-1',
    eventName: 'AuthorizeSecurityGroupIngress',
    time: new Date('2026-01-02T03:04:05Z'),
    actor: eve,
    group: { id: 'sg-1', name: 'web' },
    rules: [
      {
        rule: rule({ id: 'sgr-1' }),
        change: 'added',
        verdict: 'revert',
        response: 'revert',
        reasons: ['SSH is forbidden'],
      },
    ],
    ...values,
  };
}

/** A rehearsal of a week in which nothing has happened. */
export function rehearsalOf(values: Partial<Rehearsal> = {}): Rehearsal {
  return {
    asked: ASKED,
    covered: ASKED,
    part: 1,
    rehearsedAt: new Date('2026-01-08T09:00:00Z'),
    groups: 1,
    records: { read: 0, failed: 0, elsewhere: 0, bySentry: 0 },
    counts: NO_COUNTS,
    actors: [],
    changes: [],
    notJudged: [],
    doubtfulPeers: [],
    standing: [],
    standingInDoubt: 0,
    ...values,
  };
}

/** One in which a little of everything has happened. */
export function eventfulRehearsal(): Rehearsal {
  const ssh = rule({ id: 'sgr-1' });
  const counts = { revert: 5, restore: 4, ask: 3, notify: 2, allow: 1 };
  return rehearsalOf({
    covered: { from: new Date('2026-01-05T00:00:01Z'), to: ASKED.to },
    rest: { from: ASKED.from, to: new Date('2026-01-05T00:00:00Z') },
    part: 2,
    groups: 3,
    records: { read: 20, failed: 3, elsewhere: 2, bySentry: 1 },
    counts,
    actors: [
      { actor: 'arn:aws:iam::111111111111:user/eve', counts },
      { actor: 'arn:aws:iam::111111111111:role/"Ops"', counts: { ...NO_COUNTS, notify: 1 } },
    ],
    changes: [
      rehearsedChange({
        rules: [
          { rule: ssh, change: 'removed', verdict: 'allow', reasons: [] },
          {
            rule: rule({ description: "<b>the bastion's</b>" }),
            change: 'added',
            verdict: 'ask',
            response: 'revertIfDenied',
            reasons: ['SSH is forbidden', 'it is locked'],
          },
        ],
      }),
      rehearsedChange({
        eventId: 'event-2',
        group: { id: 'sg-2' },
        rules: [{ change: 'deleted', verdict: 'notify', reasons: ['the group was deleted'] }],
      }),
      rehearsedChange({
        eventId: 'event-3',
        rules: [{ change: 'removed', verdict: 'allow', reasons: [] }],
      }),
    ],
    notJudged: [
      { doubt: 'group-gone', eventId: 'event-4' },
      { doubt: 'unreadable-record', eventId: 'event-5' },
      { doubt: 'group-gone', eventId: 'event-6' },
      { doubt: 'second-cut-short' },
    ],
    doubtfulPeers: [
      { peer: 'VPC vpc-1', reason: 'Rate exceeded', mayBeReadLater: true },
      { peer: 'the range "x"', reason: 'it is no range', mayBeReadLater: false },
    ],
    standing: [
      {
        policy: 'no-ssh',
        baseline: 'forbid',
        response: 'revert',
        rules: 2,
        groups: 1,
        examples: [
          { group: { id: 'sg-1', name: 'web' }, rule: ssh },
          { group: { id: 'sg-2' }, rule: rule({ ipRange: '::/0' }) },
        ],
      },
      {
        policy: 'locked',
        baseline: 'locked',
        response: 'notifyOnly',
        rules: 0,
        groups: 0,
        examples: [],
      },
    ],
    standingInDoubt: 2,
  });
}
