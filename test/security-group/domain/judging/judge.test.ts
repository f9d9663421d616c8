import { NO_RULES } from '../../../../src/security-group/domain/changes/named-rules';
import { judge } from '../../../../src/security-group/domain/judging/judge';
import type { Judgement } from '../../../../src/security-group/domain/judging/judgement';
import type { Hints } from '../../../../src/security-group/domain/judging/situation';
import { bareViolations } from '../../../../src/security-group/domain/judging/violations';
import {
  EMPTY_LEDGER,
  type Grant,
  type GroupLedger,
  type LedgerEntry,
} from '../../../../src/security-group/domain/ledger/ledger';
import type { Policy } from '../../../../src/security-group/domain/policies/policy';
import type { PrefixList } from '../../../../src/security-group/domain/rules/prefix-list';
import {
  type Direction,
  DIRECTIONS,
  type Rule,
  ruleKey,
} from '../../../../src/security-group/domain/rules/rule';
import {
  allowHttpsOnly,
  asking,
  forbidSsh,
  locked,
  lockedNotify,
  lockedRestoring,
} from '../../samples/changes';
import { groupRecord } from '../../samples/group-records';
import { rule } from '../../samples/rules';

const NOW = new Date('2026-01-01T00:00:10Z');
const SINCE = new Date('2025-12-01T00:00:00Z');

const ssh = rule({ id: 'sgr-ssh' });
const http = rule({ id: 'sgr-http', fromPort: 80, toPort: 80 });
const https = rule({ id: 'sgr-https', fromPort: 443, toPort: 443 });
const viaList = rule({ id: 'sgr-list', prefixListId: 'pl-1' });

const adopted: Grant = { cause: 'adopted', by: 'App/Sentry', since: SINCE };
const operator: Grant = { cause: 'operator', by: 'olga', since: SINCE, reason: 'needed' };
const deployed: Grant = { cause: 'trusted-actor', by: 'deploy', since: SINCE, eventId: 'event-0' };
const confirmed: Grant = { ...deployed, confirmed: true };
/** So late that the event history may not have it yet. */
const justDeployed: Grant = { ...deployed, since: new Date('2025-12-31T22:00:11Z') };

const byAnyone: Hints = { ...NO_RULES, byTrustedActor: false };
const byTrustedActor: Hints = { ...NO_RULES, byTrustedActor: true };

describe('a forbidden rule', () => {
  test('is revoked where the event names it, and nothing else is', () => {
    expect(
      verdicts({
        standing: [ssh, https],
        policies: [forbidSsh],
        hints: { ...byAnyone, present: [ssh] },
      }),
    ).toEqual({ 'sgr-ssh': 'revoke', 'sgr-https': 'keep' });
  });

  test('is revoked also where a trusted actor added it', () => {
    expect(
      verdicts({
        standing: [ssh],
        policies: [forbidSsh, locked],
        hints: { ...byTrustedActor, present: [ssh] },
      }),
    ).toEqual({ 'sgr-ssh': 'revoke' });
  });

  test("is revoked in spite of a trusted actor's grant, and stays with an adopted one or an operator's", () => {
    for (const [grant, verdict] of [
      [confirmed, 'revoke'],
      [adopted, 'keep'],
      [operator, 'keep'],
    ] as const) {
      expect(
        verdicts({
          standing: [ssh],
          policies: [forbidSsh],
          ledger: [entry(ssh, grant)],
          hints: { ...byAnyone, present: [ssh] },
        }),
      ).toEqual({ 'sgr-ssh': verdict });
    }
  });

  test('waits for its event where the event at hand does not name it', () => {
    expect(
      verdicts({
        standing: [ssh, https],
        policies: [forbidSsh],
        hints: { ...byAnyone, present: [https] },
      }),
    ).toEqual({ 'sgr-ssh': 'wait', 'sgr-https': 'keep' });
  });

  test('is revoked wherever it stands, when the event does not name its rules', () => {
    expect(
      verdicts({
        standing: [ssh, https],
        policies: [forbidSsh],
        hints: { ...byAnyone, complete: false },
      }),
    ).toEqual({ 'sgr-ssh': 'revoke', 'sgr-https': 'keep' });
  });

  test('that the event gave its values by Modify is known by its id', () => {
    const [judgement] = judged({
      standing: [ssh],
      policies: [forbidSsh],
      hints: { ...byAnyone, modifiedIds: ['sgr-ssh'] },
    });
    expect(judgement).toMatchObject({ verdict: 'revoke', change: 'modified' });
  });

  test('that the event names and that is gone is judged all the same', () => {
    const [judgement] = judged({
      standing: [],
      policies: [forbidSsh],
      hints: { ...byAnyone, present: [ssh] },
    });
    expect(judgement).toMatchObject({ rule: ssh, present: false, verdict: 'revoke' });
  });

  test('that stands again under another id is not the one that the event names', () => {
    const again = { ...ssh, id: 'sgr-again' };
    expect(
      verdicts({ standing: [again], policies: [locked], hints: { ...byAnyone, present: [ssh] } }),
    ).toEqual({ 'sgr-again': 'wait', 'sgr-ssh': 'revoke' });
  });
});

test('of a group that may hold only some traffic, all other is taken away', () => {
  expect(
    verdicts({
      standing: [http, https],
      policies: [allowHttpsOnly],
      hints: { ...byAnyone, present: [http, https] },
    }),
  ).toEqual({ 'sgr-http': 'revoke', 'sgr-https': 'keep' });
});

describe('a locked group', () => {
  test('loses what anyone adds, and keeps what a trusted actor adds', () => {
    expect(
      verdicts({
        standing: [https],
        policies: [locked],
        hints: { ...byAnyone, present: [https] },
      }),
    ).toEqual({ 'sgr-https': 'revoke' });
    expect(
      verdicts({
        standing: [https],
        policies: [locked],
        hints: { ...byTrustedActor, present: [https] },
      }),
    ).toEqual({ 'sgr-https': 'keep' });
  });

  test('keeps what has any grant that is not over', () => {
    const over = { ...operator, until: NOW };
    const alive = { ...operator, until: new Date(NOW.getTime() + 1) };
    for (const [grant, verdict] of [
      [adopted, 'keep'],
      [operator, 'keep'],
      [deployed, 'keep'],
      [alive, 'keep'],
      [over, 'revoke'],
    ] as const) {
      expect(
        verdicts({
          standing: [https],
          policies: [locked],
          ledger: [entry(https, grant)],
          hints: { ...byAnyone, present: [https] },
        }),
      ).toEqual({ 'sgr-https': verdict });
    }
  });

  test("accepts of a trusted actor's call only the rules that it names", () => {
    expect(
      verdicts({
        standing: [http, https],
        policies: [locked],
        hints: { ...byTrustedActor, present: [https] },
      }),
    ).toEqual({ 'sgr-http': 'wait', 'sgr-https': 'keep' });
  });

  test("accepts nothing by a trusted actor's new description; but the rule waits for its own event", () => {
    const [judgement] = judged({
      standing: [https],
      policies: [locked],
      hints: { ...byTrustedActor, described: [{ rule: https }] },
    });
    expect(judgement).toMatchObject({ verdict: 'wait', violations: [{ baseline: 'locked' }] });
  });

  test("accepts nothing by a trusted actor's call that cannot be read, nor takes anything away for it", () => {
    expect(
      verdicts({
        standing: [ssh, https],
        policies: [locked, forbidSsh],
        hints: { ...byTrustedActor, complete: false },
      }),
    ).toEqual({ 'sgr-ssh': 'revoke', 'sgr-https': 'wait' });
  });

  test("loses every rule without a grant, when anyone's event does not name its rules", () => {
    expect(
      verdicts({
        standing: [http, https],
        policies: [locked],
        ledger: [entry(https, adopted)],
        hints: { ...byAnyone, complete: false },
      }),
    ).toEqual({ 'sgr-http': 'revoke', 'sgr-https': 'keep' });
  });

  test("does not accept values that the trusted actor's event does not name, though the rule has the same id", () => {
    const since = rule({ ...http, id: 'sgr-https', ipRange: '0.0.0.0/0' });
    const all = judged({
      standing: [since],
      policies: [locked],
      hints: { ...byTrustedActor, present: [https] },
    });
    expect(all.filter(({ present }) => present)).toMatchObject([{ rule: since, verdict: 'wait' }]);
  });

  test('has an accepted rule described as it was, unless a trusted actor described it', () => {
    const again = { ...https, description: 'open for all' };
    const ledger = [entry({ ...https, description: 'web' }, adopted)];
    const hints = { ...byAnyone, described: [{ rule: again }] };
    expect(judged({ standing: [again], policies: [locked], ledger, hints })).toMatchObject([
      { verdict: 'restore', change: 'described', restored: { ...https, description: 'web' } },
    ]);
    expect(judged({ standing: [again], policies: [lockedNotify], ledger, hints })).toMatchObject([
      { verdict: 'keep', violations: [{ response: 'notifyOnly' }] },
    ]);
    expect(
      judged({
        standing: [again],
        policies: [locked],
        ledger,
        hints: { ...hints, byTrustedActor: true },
      }),
    ).toMatchObject([{ verdict: 'keep', violations: [] }]);
    expect(judged({ standing: [again], policies: [forbidSsh], ledger, hints })).toMatchObject([
      { verdict: 'keep', violations: [] },
    ]);
  });
});

describe('the new description of an accepted rule in a locked group', () => {
  const again = { ...https, description: 'open for all' };
  const ledger = [entry({ ...https, description: 'web' }, adopted)];
  const hints = { ...byAnyone, described: [{ rule: again }] };
  const asked = asking(locked, 'revertIfDenied');
  const disabling = {
    policy: 'no-additions',
    since: new Date(NOW.getTime() - 1),
    until: new Date(NOW.getTime() + 1),
    reason: 'migration',
    by: 'olga',
  };
  const disabled = (policy: Policy): Policy => ({ ...policy, disabling });
  const answered = (policy: Policy) =>
    judged({ standing: [again], policies: [policy], ledger, hints })[0]!;

  test('stands until people deny it, where the policy asks them', () => {
    const judgement = answered(asked);
    expect(judgement).toMatchObject({
      verdict: 'ask',
      violations: [
        {
          baseline: 'locked',
          response: 'revertIfDenied',
          reason:
            'the group is locked: no rule may be given a new description but by a trusted actor',
          asking: asked.asking,
        },
      ],
    });
    expect(judgement).not.toHaveProperty('restored');
  });

  test('is only told where the policy tells only, or is disabled; and no one is asked', () => {
    for (const policy of [
      lockedNotify,
      disabled(asked),
      { ...lockedNotify, asking: asked.asking },
    ]) {
      const judgement = answered(policy);
      expect(judgement).toMatchObject({
        verdict: 'keep',
        violations: [{ response: 'notifyOnly' }],
      });
      expect(judgement.violations[0]).not.toHaveProperty('asking');
      expect(judgement).not.toHaveProperty('restored');
    }
    expect(answered(disabled(asked)).violations[0]!.reason).toMatch(
      / \(the policy no-additions is disabled until 2026-01-01T00:00:10\.001Z\)$/,
    );
  });

  test('is no news where it is the one that it had', () => {
    expect(
      judged({
        standing: [https],
        policies: [locked],
        ledger: [entry(https, adopted)],
        hints: { ...byAnyone, described: [{ rule: https }] },
      }),
    ).toEqual([{ rule: https, change: 'added', present: true, verdict: 'keep', violations: [] }]);
  });

  test('is no news where nothing speaks for the rule any more: it is judged as one that was added', () => {
    const over = [entry({ ...https, description: 'web' }, { ...operator, until: NOW })];
    expect(judged({ standing: [again], policies: [forbidSsh], ledger: over, hints })).toEqual([
      { rule: again, change: 'added', present: true, verdict: 'keep', violations: [] },
    ]);
  });
});

describe('a group that is not adopted yet', () => {
  test('keeps all that the event does not name, and loses what it names', () => {
    expect(
      verdicts({
        standing: [ssh, https],
        policies: [forbidSsh, locked],
        hints: { ...byAnyone, present: [https] },
        isAdopted: false,
      }),
    ).toEqual({ 'sgr-ssh': 'keep', 'sgr-https': 'revoke' });
  });

  test('loses what is forbidden when the event does not name its rules; nothing else, for no one knows what is new', () => {
    expect(
      verdicts({
        standing: [ssh, https],
        policies: [forbidSsh, locked],
        hints: { ...byAnyone, complete: false },
        isAdopted: false,
      }),
    ).toEqual({ 'sgr-ssh': 'revoke', 'sgr-https': 'keep' });
  });

  test('keeps what a trusted actor adds', () => {
    expect(
      verdicts({
        standing: [https],
        policies: [locked],
        hints: { ...byTrustedActor, present: [https] },
        isAdopted: false,
      }),
    ).toEqual({ 'sgr-https': 'keep' });
  });

  test('misses nothing', () => {
    const hints = { ...byAnyone, absent: [{ rule: https }] };
    expect(judged({ standing: [], policies: [lockedRestoring], hints, isAdopted: false })).toEqual(
      [],
    );
  });
});

describe('a modified rule', () => {
  const narrow = rule({ id: 'sgr-1', ipRange: '10.0.0.0/8', description: 'office' });
  const wide = rule({ id: 'sgr-1' });
  const hints = { ...byAnyone, modifiedIds: ['sgr-1'] };

  test('is given its earlier values again', () => {
    for (const grant of [adopted, operator, confirmed]) {
      expect(
        judged({ standing: [wide], policies: [forbidSsh], ledger: [entry(narrow, grant)], hints }),
      ).toMatchObject([{ rule: wide, change: 'modified', verdict: 'restore', restored: narrow }]);
    }
  });

  test('is revoked where its earlier values rest on an event that no one has confirmed', () => {
    expect(
      judged({ standing: [wide], policies: [locked], ledger: [entry(narrow, deployed)], hints })[0],
    ).toMatchObject({ rule: wide, verdict: 'revoke' });
  });

  test('keeps its earlier values in mind where they may be confirmed, and removed rules are put back', () => {
    const gone = (policy: typeof locked, grant: Grant) =>
      judged({ standing: [wide], policies: [policy], ledger: [entry(narrow, grant)], hints })[1];
    expect(gone(lockedRestoring, justDeployed)).toMatchObject({
      rule: narrow,
      verdict: 'keep',
      notRestorable: { mayChange: true },
    });
    expect(gone(lockedRestoring, deployed)).toMatchObject({
      rule: narrow,
      verdict: 'keep',
      notRestorable: { mayChange: false },
    });
    expect(gone(locked, justDeployed)!.notRestorable).toBeUndefined();
  });

  test('is revoked where its earlier values violate a baseline themselves, though they were adopted', () => {
    const earlier = rule({ id: 'sgr-1', ipRange: '0.0.0.0/1' });
    expect(
      judged({
        standing: [wide],
        policies: [forbidSsh],
        ledger: [entry(earlier, adopted)],
        hints,
      })[0],
    ).toMatchObject({ rule: wide, verdict: 'revoke' });
  });

  test('is given violating values again where an operator accepted them', () => {
    const earlier = rule({ id: 'sgr-1', ipRange: '0.0.0.0/1' });
    expect(
      judged({
        standing: [wide],
        policies: [forbidSsh],
        ledger: [entry(earlier, operator)],
        hints,
      }),
    ).toMatchObject([{ verdict: 'restore', restored: earlier }]);
  });

  test('is accepted from a trusted actor only with the values that its record tells', () => {
    const told = (values: typeof wide) =>
      judged({
        standing: [wide],
        policies: [locked],
        hints: { ...byTrustedActor, modifiedIds: ['sgr-1'], modifiedTo: [values] },
      })[0];
    expect(told({ ...wide, direction: 'ingress' })).toMatchObject({
      verdict: 'keep',
      violations: [],
    });
    // Someone gave it others since: that call has an event of its own.
    expect(told(narrow)).toMatchObject({ verdict: 'wait', violations: [{ baseline: 'locked' }] });
  });

  test('that had several values before is given those that may be put back', () => {
    const half = rule({ id: 'sgr-1', ipRange: '0.0.0.0/1' });
    expect(
      judged({
        standing: [wide],
        policies: [forbidSsh],
        ledger: [entry(half, adopted), entry(narrow, adopted)],
        hints,
      })[0],
    ).toMatchObject({ verdict: 'restore', restored: narrow });
  });

  test('is known by the values that it had, though the record does not call it modified', () => {
    const changes = (granted: Rule) =>
      judged({
        standing: [wide],
        policies: [forbidSsh],
        ledger: [entry(granted, confirmed)],
        hints: { ...byAnyone, present: [wide] },
      }).map(({ change }) => change);
    expect(changes(narrow)).toEqual(['modified']);
    expect(changes(wide)).toEqual(['added']);
  });

  test('is told once, with what it is now', () => {
    const all = judged({
      standing: [wide],
      policies: [locked],
      ledger: [entry(narrow, deployed)],
      hints,
    });
    expect(all.filter(({ violations }) => violations.length > 0)).toHaveLength(1);
  });

  test('stays where the policy says to tell only', () => {
    expect(
      judged({
        standing: [wide],
        policies: [lockedNotify],
        ledger: [entry(narrow, adopted)],
        hints,
      })[0],
    ).toMatchObject({ verdict: 'keep', violations: [{ response: 'notifyOnly' }] });
  });

  test('is revoked where its earlier values stand in the group as another rule: no group holds them twice', () => {
    const again = { ...narrow, id: 'sgr-2' };
    expect(
      verdicts({
        standing: [wide, again],
        policies: [forbidSsh],
        ledger: [entry(narrow, adopted)],
        hints,
      }),
    ).toEqual({ 'sgr-1': 'revoke', 'sgr-2': 'keep' });
  });

  test('is revoked where nothing speaks for its earlier values any more', () => {
    const over = { ...operator, until: NOW };
    expect(
      verdicts({ standing: [wide], policies: [forbidSsh], ledger: [entry(narrow, over)], hints }),
    ).toEqual({ 'sgr-1': 'revoke' });
  });

  test('is not given values of the other direction, which no rule changes to', () => {
    const out = rule({ ...narrow, direction: 'egress', ipRange: '10.0.0.0/8' });
    expect(
      judged({ standing: [wide], policies: [forbidSsh], ledger: [entry(out, adopted)], hints })[0],
    ).toMatchObject({ rule: wide, verdict: 'revoke' });
  });

  test('is not given the values of another rule', () => {
    const other = { ...narrow, id: 'sgr-2' };
    expect(
      judged({
        standing: [wide],
        policies: [forbidSsh],
        ledger: [entry(other, adopted)],
        hints,
      })[0],
    ).toMatchObject({ rule: wide, verdict: 'revoke' });
  });
});

describe('values that a Modify wrote, and that are gone', () => {
  const { baseline } = forbidSsh;
  const forbidSshOf = (direction: Direction): Policy => ({
    baseline: {
      kind: 'forbid',
      patterns:
        baseline.kind === 'forbid' ? baseline.patterns.map((one) => ({ ...one, direction })) : [],
    },
    response: 'revert',
  });
  /** As records of Modify have it: the direction means nothing. */
  const written = rule({ id: 'sgr-1' });
  const harmless = { id: 'sgr-1', ipRange: '10.0.0.0/8' };
  const hints = { ...byAnyone, modifiedIds: ['sgr-1'], modifiedTo: [written] };
  const gone = (given: Omit<Case, 'hints'>) =>
    judged({ ...given, hints }).filter(({ change, present }) => change === 'modified' && !present);

  test.each(DIRECTIONS)('are judged in the direction of the rule as it stands: %s', (direction) => {
    const standing = [
      rule({
        id: 'sgr-2',
        direction: direction === 'ingress' ? 'egress' : 'ingress',
        fromPort: 443,
        toPort: 443,
      }),
      rule({ ...harmless, direction }),
    ];
    const [forbidden] = gone({ standing, policies: [forbidSshOf(direction)] });
    expect(forbidden).toMatchObject({
      rule: { ...written, direction },
      violations: [{ baseline: 'forbid' }],
    });
    // By now the rule has other values, which must not be taken away for these.
    expect(forbidden!.verdict).toBe('keep');
    const others = DIRECTIONS.filter((one) => one !== direction).map(forbidSshOf);
    expect(gone({ standing, policies: others })).toMatchObject([
      { rule: { ...written, direction }, violations: [] },
    ]);
  });

  test.each(DIRECTIONS)(
    'are judged in the direction that is remembered, where the rule is gone: %s',
    (direction) => {
      const ledger = [entry(rule({ ...harmless, direction }), adopted)];
      expect(gone({ standing: [], ledger, policies: [forbidSshOf(direction)] })).toMatchObject([
        {
          rule: { ...written, direction },
          verdict: 'revoke',
          violations: [{ baseline: 'forbid' }],
        },
      ]);
      const others = DIRECTIONS.filter((one) => one !== direction).map(forbidSshOf);
      expect(gone({ standing: [], ledger, policies: others })).toMatchObject([
        { rule: { ...written, direction }, verdict: 'keep', violations: [] },
      ]);
    },
  );

  test.each(DIRECTIONS)(
    'are judged in the worse direction where no one remembers the rule: %s',
    (direction) => {
      const ledger = [
        entry(rule({ id: 'sgr-2', direction: 'egress', fromPort: 443, toPort: 443 }), adopted),
      ];
      expect(gone({ standing: [], ledger, policies: [forbidSshOf(direction)] })).toMatchObject([
        {
          rule: { ...written, direction },
          verdict: 'revoke',
          violations: [{ baseline: 'forbid' }],
        },
      ]);
    },
  );

  test('are kept where they violate nothing in either direction', () => {
    const modifiedTo = [{ ...https, id: 'sgr-1' }];
    expect(
      judged({ standing: [], policies: [forbidSsh], hints: { ...hints, modifiedTo } }),
    ).toMatchObject([{ change: 'modified', verdict: 'keep', violations: [] }]);
  });

  test('are not judged where a rule has them after all', () => {
    expect(gone({ standing: [written], policies: [forbidSsh] })).toEqual([]);
  });
});

describe('a removed rule', () => {
  const hints = { ...byAnyone, absent: [{ id: 'sgr-https' }] };

  test('is told, and stays away: anyone who closes a port must not find it open again', () => {
    expect(
      judged({ standing: [], policies: [locked], ledger: [entry(https, adopted)], hints }),
    ).toMatchObject([
      {
        rule: https,
        change: 'removed',
        present: false,
        verdict: 'keep',
        violations: [{ baseline: 'locked', response: 'notifyOnly' }],
      },
    ]);
  });

  test('is put back, with description and tags, where removed rules shall be', () => {
    const remembered = { ...https, description: 'web', tags: [{ key: 'team', value: 'a' }] };
    for (const grant of [adopted, operator, confirmed]) {
      expect(
        judged({
          standing: [],
          policies: [lockedRestoring],
          ledger: [entry(remembered, grant)],
          hints,
        }),
      ).toMatchObject([{ verdict: 'restore', restored: remembered }]);
    }
  });

  test('is known also by its values', () => {
    const byValues = { ...byAnyone, absent: [{ rule: { ...https, id: undefined } }] };
    expect(
      judged({
        standing: [],
        policies: [lockedRestoring],
        ledger: [entry(https, adopted)],
        hints: byValues,
      }),
    ).toMatchObject([{ verdict: 'restore' }]);
  });

  test('is not put back on an event that no one has confirmed, yet', () => {
    expect(
      judged({
        standing: [],
        policies: [lockedRestoring],
        ledger: [entry(https, justDeployed)],
        hints,
      }),
    ).toMatchObject([
      {
        verdict: 'keep',
        notRestorable: {
          mayChange: true,
          reason: expect.stringContaining('does not confirm (yet)'),
        },
      },
    ]);
  });

  test('is not put back on an event that the history does not confirm within a day, and never will be', () => {
    expect(
      judged({
        standing: [],
        policies: [lockedRestoring],
        ledger: [entry(https, { ...justDeployed, receivedAt: new Date('2025-12-31T00:00:10Z') })],
        hints,
      }),
    ).toMatchObject([
      {
        verdict: 'keep',
        notRestorable: {
          mayChange: false,
          reason: expect.stringContaining('does not confirm that'),
        },
      },
    ]);
  });

  test('is not put back where it violates a baseline itself', () => {
    const removed = { ...byAnyone, absent: [{ id: 'sgr-ssh' }] };
    expect(
      judged({
        standing: [],
        policies: [lockedRestoring, forbidSsh],
        ledger: [entry(ssh, adopted)],
        hints: removed,
      }),
    ).toMatchObject([
      {
        verdict: 'keep',
        notRestorable: {
          mayChange: false,
          reason: expect.stringContaining('violates a baseline itself'),
        },
      },
    ]);
    expect(
      judged({
        standing: [],
        policies: [lockedRestoring, forbidSsh],
        ledger: [entry(ssh, operator)],
        hints: removed,
      }),
    ).toMatchObject([{ verdict: 'restore' }]);
  });

  test("is no one's business where nothing speaks for it, no group is locked, or a trusted actor removed it", () => {
    const over = { ...adopted, until: NOW };
    expect(
      judged({ standing: [], policies: [lockedRestoring], ledger: [entry(https, over)], hints }),
    ).toEqual([]);
    expect(judged({ standing: [], policies: [lockedRestoring], ledger: [], hints })).toEqual([]);
    expect(
      judged({ standing: [], policies: [forbidSsh], ledger: [entry(https, adopted)], hints }),
    ).toMatchObject([{ verdict: 'keep', violations: [] }]);
    expect(
      judged({
        standing: [],
        policies: [lockedRestoring],
        ledger: [entry(https, adopted)],
        hints: { ...hints, byTrustedActor: true },
      }),
    ).toMatchObject([{ verdict: 'keep', violations: [] }]);
  });

  test('waits for its event where the event at hand does not name it, and is judged where the event names nothing', () => {
    expect(
      judged({ standing: [], policies: [lockedRestoring], ledger: [entry(https, adopted)] }),
    ).toMatchObject([{ verdict: 'wait' }]);
    expect(
      judged({
        standing: [],
        policies: [lockedRestoring],
        ledger: [entry(https, adopted)],
        hints: { ...byAnyone, complete: false },
      }),
    ).toMatchObject([{ verdict: 'restore' }]);
  });

  test('waits where no one can tell yet whether a trusted actor removed it', () => {
    expect(
      judged({
        standing: [],
        policies: [lockedRestoring],
        ledger: [entry(https, adopted)],
        hints: { ...hints, notAsked: 'Throttled' },
      }),
    ).toEqual([
      { rule: https, present: false, change: 'removed', verdict: 'wait', violations: [] },
    ]);
  });

  test('is not missed where it stands there and cannot be read', () => {
    expect(
      judged({
        standing: [],
        unreadable: ['sgr-https'],
        policies: [lockedRestoring],
        ledger: [entry(https, adopted)],
        hints,
      }),
    ).toEqual([]);
  });
});

describe('a prefix list', () => {
  const list = (version: number, ...cidrs: string[]): PrefixList => ({
    id: 'pl-1',
    isAwsManaged: false,
    version,
    cidrs,
  });
  const granted = { ...entry(viaList, adopted), prefixListVersion: 1 };
  const changed = {
    ...byAnyone,
    described: [{ rule: viaList }],
    changedPrefixList: { id: 'pl-1' },
  };

  test('that lets the internet in by now takes the rules that name it along, accepted or not', () => {
    expect(
      verdicts({
        standing: [viaList],
        policies: [forbidSsh],
        ledger: [granted],
        lists: [list(2, '0.0.0.0/0')],
        hints: changed,
      }),
    ).toEqual({ 'sgr-list': 'revoke' });
    expect(
      verdicts({
        standing: [viaList],
        policies: [forbidSsh],
        ledger: [granted],
        lists: [list(2, '10.0.0.0/8')],
        hints: changed,
      }),
    ).toEqual({ 'sgr-list': 'keep' });
  });

  test('counts for what it was when an operator accepted the rule', () => {
    const accepted = { ...entry(viaList, operator), prefixListVersion: 2 };
    expect(
      verdicts({
        standing: [viaList],
        policies: [forbidSsh],
        ledger: [accepted],
        lists: [list(2, '0.0.0.0/0')],
        hints: changed,
      }),
    ).toEqual({ 'sgr-list': 'keep' });
  });

  describe('that the rule names which was accepted', () => {
    const forbidList: Policy = {
      baseline: {
        kind: 'forbid',
        patterns: [{ name: 'pl-1', peers: [{ kind: 'prefixList', prefixListId: 'pl-1' }] }],
      },
      response: 'revert',
    };
    const verdictOf = (accepted: LedgerEntry, ...lists: PrefixList[]) =>
      verdicts({
        standing: [viaList],
        policies: [forbidList],
        ledger: [accepted],
        lists,
        hints: changed,
      })['sgr-list'];

    test('is held against it where it is another by now, and not where no one can tell', () => {
      const doubt = { kind: 'not-described', reason: 'RequestLimitExceeded' } as const;
      expect(verdictOf(granted, list(1))).toBe('keep');
      expect(verdictOf(granted, list(2))).toBe('revoke');
      expect(verdictOf(granted, { ...list(2), doubt })).toBe('keep');
      expect(verdictOf(granted, { ...list(2), doubt: { ...doubt, kind: 'not-read' } })).toBe(
        'revoke',
      );
      expect(verdictOf(granted)).toBe('keep');
    });

    test('is held against it once it is changed, where it was being changed then', () => {
      const meanwhile = entry(viaList, adopted);
      expect(verdictOf(meanwhile, { ...list(2), isChanging: true })).toBe('keep');
      expect(verdictOf(granted, { ...list(2), isChanging: true })).toBe('revoke');
      expect(verdictOf(meanwhile, list(2))).toBe('revoke');
    });
  });

  test('is answered also where a trusted actor opened it, for what is forbidden', () => {
    expect(
      verdicts({
        standing: [viaList],
        policies: [forbidSsh],
        ledger: [granted],
        lists: [list(2, '0.0.0.0/0')],
        hints: { ...changed, byTrustedActor: true },
      }),
    ).toEqual({ 'sgr-list': 'revoke' });
  });

  test("that anyone changed is told in a locked group, and nothing is taken away; a trusted actor's change is not", () => {
    expect(
      judged({
        standing: [viaList],
        policies: [locked],
        ledger: [granted],
        lists: [list(2, '10.0.0.0/8')],
        hints: changed,
      }),
    ).toMatchObject([
      {
        verdict: 'keep',
        violations: [
          {
            baseline: 'locked',
            response: 'notifyOnly',
            reason: expect.stringContaining('prefix list'),
          },
        ],
      },
    ]);
    expect(
      judged({
        standing: [viaList],
        policies: [locked],
        ledger: [granted],
        lists: [list(2, '10.0.0.0/8')],
        hints: { ...changed, byTrustedActor: true },
      }),
    ).toMatchObject([{ verdict: 'keep', violations: [] }]);
  });

  test('that anyone changed is no news of the rules that name another', () => {
    const viaOther = rule({ id: 'sgr-other', prefixListId: 'pl-2' });
    expect(
      judged({
        standing: [viaOther],
        policies: [locked],
        ledger: [{ ...entry(viaOther, adopted), prefixListVersion: 1 }],
        lists: [list(2, '10.0.0.0/8'), { ...list(1, '10.0.0.0/8'), id: 'pl-2' }],
        hints: changed,
      }),
    ).toMatchObject([{ verdict: 'keep', violations: [] }]);
  });
});

test('the strongest response wins, whatever the order of the policies', () => {
  for (const policies of [
    [lockedNotify, forbidSsh],
    [forbidSsh, lockedNotify],
  ]) {
    expect(
      verdicts({
        standing: [ssh, https],
        policies,
        hints: { ...byAnyone, present: [ssh, https] },
      }),
    ).toEqual({ 'sgr-ssh': 'revoke', 'sgr-https': 'keep' });
  }
});

test('every violation says why, in words', () => {
  const [judgement] = judged({
    standing: [ssh],
    policies: [forbidSsh, locked],
    hints: { ...byAnyone, present: [ssh] },
  });
  expect(judgement!.violations.map(({ reason }) => reason)).toEqual([
    'tcp 22 from 0.0.0.0/0 opens what is forbidden: SSH',
    'the group is locked: no rule may be added to it but by a trusted actor',
  ]);
});

test('of a rule alone, `forbid` and `allowOnly` speak, and `locked` does not', () => {
  expect(
    bareViolations(ssh, {
      groupId: 'sg-1',
      policies: [forbidSsh, locked, allowHttpsOnly],
      prefixLists: new Map(),
      now: NOW,
    }).map(({ baseline }) => baseline),
  ).toEqual(['forbid', 'allowOnly']);
});

interface Case {
  readonly standing: readonly Rule[];
  readonly unreadable?: readonly string[];
  readonly policies: readonly Policy[];
  readonly ledger?: readonly LedgerEntry[];
  readonly lists?: readonly PrefixList[];
  readonly hints?: Hints;
  readonly isAdopted?: boolean;
}

function judged({
  standing,
  unreadable = [],
  policies,
  ledger = [],
  lists = [],
  hints = byAnyone,
  isAdopted = true,
}: Case): Judgement[] {
  return judge({
    groupId: 'sg-1',
    group: { rules: standing, unreadableRuleIds: unreadable },
    ledger: ledgerOf(ledger, isAdopted),
    policies,
    hints,
    now: NOW,
    prefixLists: new Map(lists.map((list) => [list.id, list])),
  });
}

function verdicts(given: Case) {
  return Object.fromEntries(judged(given).map(({ rule: one, verdict }) => [one.id, verdict]));
}

function entry(granted: Rule, ...grants: Grant[]): LedgerEntry {
  return { rule: granted, grants, revision: 1 };
}

function ledgerOf(entries: readonly LedgerEntry[], isAdopted: boolean): GroupLedger {
  const record = groupRecord(SINCE);
  return {
    ...EMPTY_LEDGER,
    ...(isAdopted && { record }),
    entries: new Map(entries.map((one) => [ruleKey(one.rule), one])),
  };
}
