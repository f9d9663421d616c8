import type { Change } from '../../../../src/security-group/domain/changes/change';
import { withReadRanges } from '../../../../src/security-group/domain/policies/peers-in-doubt';
import type { Policy } from '../../../../src/security-group/domain/policies/policy';
import {
  type HistoryLimits,
  readHistory,
} from '../../../../src/security-group/domain/rehearsing/read-history';
import { rehearsalText } from '../../../../src/security-group/domain/rehearsing/rehearsal-text';
import { REHEARSED_CALLS } from '../../../../src/shared/contracts/watched-calls';
import {
  doubtsIn,
  inTurn,
  RehearsalInMemory,
  verdictsIn,
  WEEK,
} from '../../in-memory/rehearsal-in-memory';
import {
  added,
  allowHttpsOnly,
  asking,
  by,
  changeOf,
  deployer,
  described,
  forbidSsh,
  locked,
  lockedRestoring,
  modified,
  OWN,
  removed,
  sentryItself,
} from '../../samples/changes';
import { rule } from '../../samples/rules';

const ssh = rule({ id: 'sgr-ssh' });
const https = rule({ id: 'sgr-https', fromPort: 443, toPort: 443 });

/** A VPC that was looked up, and that EC2 does not show. */
const forbidVpc: Policy = {
  ...forbidSsh,
  baseline: {
    kind: 'forbid',
    patterns: [
      {
        name: 'the shared network',
        peers: [
          {
            kind: 'vpc',
            vpcId: 'vpc-1',
            ranges: { cidrs: [], doubt: { kind: 'not-there', reason: 'EC2 does not show it' } },
          },
        ],
      },
    ],
  },
};

describe('what the policies would have done', () => {
  test.each([
    ['reverted', [forbidSsh], 'added revert'],
    ['reverted, and asked about', [asking(forbidSsh, 'revertUntilApproved')], 'added revert'],
    ['asked about', [asking(forbidSsh, 'revertIfDenied')], 'added ask'],
    ['only reported', [{ ...forbidSsh, response: 'notifyOnly' as const }], 'added notify'],
    ['allowed', [{ ...forbidSsh, baseline: { ...allowSsh().baseline } }], 'added allow'],
    ['reverted by the stronger of two', [lockedNotify(), forbidSsh], 'added revert'],
  ])('a rule would have been %s', async (_, policies, verdict) => {
    const rehearsal = await new RehearsalInMemory(policies).of(added(ssh));
    expect(verdictsIn(rehearsal)).toEqual([verdict]);
  });

  test('of what is allowed, no reason is told', async () => {
    const { changes } = await new RehearsalInMemory([allowHttpsOnly]).of(added(https));
    expect(changes[0]?.rules).toEqual([
      { rule: https, change: 'added', verdict: 'allow', reasons: [] },
    ]);
  });

  test('a trusted actor may add to a locked group, and open no forbidden port', async () => {
    const rehearsal = await new RehearsalInMemory([locked, forbidSsh]).of(
      ...inTurn(by(deployer, added(https)), by(deployer, added(ssh)), added(https)),
    );
    expect(verdictsIn(rehearsal)).toEqual(['added allow', 'added revert', 'added revert']);
    expect(rehearsal.counts).toMatchObject({ revert: 2, allow: 1 });
  });

  test('a rule that stood before, and was taken from a locked group, would have been restored', async () => {
    const rehearsal = await new RehearsalInMemory([lockedRestoring]).of(
      removed({ id: 'sgr-https', rule: https }),
    );
    expect(verdictsIn(rehearsal)).toEqual(['removed restore']);
  });

  test('one that a trusted actor added before would have been restored, by its id alone', async () => {
    const rehearsal = await new RehearsalInMemory([lockedRestoring]).of(
      ...inTurn(by(deployer, added(https)), removed({ id: 'sgr-https' })),
    );
    expect(verdictsIn(rehearsal)).toEqual(['added allow', 'removed restore']);
  });

  test('nothing would have been restored of a rule that would have been reverted before', async () => {
    const rehearsal = await new RehearsalInMemory([lockedRestoring]).of(
      ...inTurn(added(https), removed({ id: 'sgr-https' })),
    );
    expect(verdictsIn(rehearsal)).toEqual(['added revert', 'removed allow']);
  });

  test('a new description would have been undone where the group is locked', async () => {
    const describing = described({ rule: { ...https, description: 'mine' } });
    const lockedGroup = new RehearsalInMemory([locked], [https]);
    expect(verdictsIn(await lockedGroup.of(describing))).toEqual(['described restore']);
    const open = new RehearsalInMemory([forbidSsh], [https]);
    expect(verdictsIn(await open.of(describing))).toEqual(['described allow']);
  });

  test('a disabled policy is rehearsed as if it were in force', async () => {
    const disabling = {
      policy: 'forbid',
      since: WEEK.from,
      until: WEEK.to,
      reason: 'work',
      by: 'alice',
    };
    const rehearsal = await new RehearsalInMemory([{ ...forbidSsh, disabling }]).of(added(ssh));
    expect(verdictsIn(rehearsal)).toEqual(['added revert']);
  });
});

describe('what is left out, and counted', () => {
  test('calls that failed, calls of the sentry itself, and groups that are not monitored', async () => {
    const rehearsal = new RehearsalInMemory([forbidSsh]);
    rehearsal.ownRoleArns = [OWN.roleArn];
    const elsewhere = { ...added(ssh), subject: { kind: 'group', group: { id: 'sg-2' } } } as const;
    const { records, changes } = await rehearsal.of(
      ...inTurn(
        { ...added(ssh), errorCode: 'Client.Denied' },
        by(sentryItself, added(ssh)),
        elsewhere,
      ),
    );
    expect(records).toEqual({ read: 3, failed: 1, bySentry: 1, elsewhere: 1 });
    expect(changes).toEqual([]);
  });

  test('a record that comes twice counts once', async () => {
    const { counts } = await new RehearsalInMemory([forbidSsh]).of(added(ssh), added(ssh));
    expect(counts.revert).toBe(1);
  });

  test('records are judged in the order of their times, whatever their order in the history', async () => {
    const [first, second] = inTurn(by(deployer, added(https)), removed({ id: 'sgr-https' }));
    const rehearsal = await new RehearsalInMemory([lockedRestoring]).of(second!, first!);
    expect(verdictsIn(rehearsal)).toEqual(['added allow', 'removed restore']);
  });

  test('of one call and one second, the one that the history has first was the last', async () => {
    const to = (port: number): Change => {
      const change = modified('sgr-https');
      const values = rule({ id: 'sgr-https', fromPort: port, toPort: port });
      return {
        ...change,
        eventId: `to-${port}`,
        rules: { ...change.rules, modifiedTo: [values] },
      };
    };
    const rehearsal = new RehearsalInMemory([forbidSsh], [https]);
    const { changes } = await rehearsal.of(to(8443), to(22));
    expect(changes.map(({ eventId }) => eventId)).toEqual(['to-22', 'to-8443']);
  });
});

describe('what could not be judged', () => {
  const tagged = {
    monitoredGroups: { include: [{ kind: 'tag', key: 'a', value: 'b' }], exclude: [] },
  } as const;

  test('a group that is gone, where tags decide', async () => {
    const rehearsal = new RehearsalInMemory([forbidSsh], [], tagged);
    const gone = { ...added(ssh), subject: { kind: 'group', group: { id: 'sg-9' } } } as const;
    expect(doubtsIn(await rehearsal.of(gone))).toEqual(['group-gone']);
  });

  test('but not a group that is there, and has other tags', async () => {
    const rehearsal = await new RehearsalInMemory([forbidSsh], [], tagged).of(added(ssh));
    expect(doubtsIn(rehearsal)).toEqual([]);
    expect(rehearsal.records.elsewhere).toBe(1);
  });

  test('a record that cannot be read, or does not name its rules', async () => {
    const rehearsal = new RehearsalInMemory([forbidSsh]);
    rehearsal.history.records.push({
      eventId: 'event-9',
      eventName: 'AuthorizeSecurityGroupIngress',
      time: WEEK.from,
      length: 10,
    });
    const vague = { ...added(), rules: { ...added().rules, complete: false } };
    expect(doubtsIn(await rehearsal.of(vague)).sort()).toEqual([
      'rules-not-named',
      'unreadable-record',
    ]);
  });

  test('a rule of a locked group that only its id names; where nothing is locked, it is allowed', async () => {
    const removal = removed({ id: 'sgr-unknown' });
    const held = await new RehearsalInMemory([lockedRestoring]).of(removal);
    expect(doubtsIn(held)).toEqual(['values-unknown']);
    const open = await new RehearsalInMemory([forbidSsh]).of(removal);
    expect(doubtsIn(open)).toEqual([]);
    expect(verdictsIn(open)).toEqual(['removed allow']);
  });

  test('what a modified rule was before: it would have been reverted, no one knows to what', async () => {
    const change = modified('sgr-1');
    const to = { ...ssh, id: 'sgr-1' };
    const rehearsal = await new RehearsalInMemory([forbidSsh]).of({
      ...change,
      rules: { ...change.rules, modifiedTo: [to] },
    });
    expect(verdictsIn(rehearsal)).toEqual(['modified revert']);
    expect(doubtsIn(rehearsal)).toEqual(['values-unknown']);
  });

  test('a rule that names a prefix list which EC2 does not show', async () => {
    const rehearsal = await new RehearsalInMemory([forbidSsh]).of(
      added(rule({ id: 'sgr-1', prefixListId: 'pl-gone' })),
    );
    expect(doubtsIn(rehearsal)).toEqual(['list-in-doubt']);
  });

  test('a rule on whose peer a policy has a VPC that EC2 does not show', async () => {
    const rehearsal = await new RehearsalInMemory([forbidVpc], [https]).of(
      added(rule({ id: 'sgr-1', ipRange: '10.1.0.0/16' })),
    );
    expect(verdictsIn(rehearsal)).toEqual(['added allow']);
    expect(doubtsIn(rehearsal)).toEqual(['peer-in-doubt']);
    expect(rehearsal.standingInDoubt).toBe(1);
  });

  test('entries of a prefix list that may be in a VPC which EC2 does not show', async () => {
    const naming = rule({ id: 'sgr-list', prefixListId: 'pl-1' });
    const rehearsal = new RehearsalInMemory([forbidVpc], [naming]);
    rehearsal.groups.lists.set('pl-1', listOf('10.1.0.0/16'));
    expect(doubtsIn(await rehearsal.of(entering('10.1.0.0/16')))).toEqual(['peer-in-doubt']);
  });
});

describe('a peer of a policy that is in doubt', () => {
  /** Of a range that a deployment was to write, and that came to be none. */
  const allowLateRange: Policy = withReadRanges({
    ...allowHttpsOnly,
    baseline: {
      kind: 'allowOnly',
      patterns: [{ name: 'the office', peers: [{ kind: 'ipRange', cidr: '198.51.100.0/99' }] }],
    },
  });
  const REASON = 'the range "198.51.100.0/99": it is no range of addresses in CIDR notation.';

  test('is told with why, beside what could not be judged for it: a change, and what stands', async () => {
    const rehearsal = await new RehearsalInMemory([allowLateRange], [https]).of(
      added(rule({ id: 'sgr-1', ipRange: '198.51.100.7/32' })),
    );
    expect(verdictsIn(rehearsal)).toEqual(['added allow']);
    expect(doubtsIn(rehearsal)).toEqual(['peer-in-doubt']);
    const text = rehearsalText(rehearsal, 'Rehearsal', 10);
    expect(text).toContain('Could not be judged: 1');
    expect(text).toContain(`could not be judged:\n- ${REASON}`);
    expect(text).toContain('Rules that may violate more: 1.');
  });

  test('is told where nothing hangs on it, for its policy does not do what was meant', async () => {
    const rehearsal = await new RehearsalInMemory([allowLateRange, forbidVpc]).of();
    expect(doubtsIn(rehearsal)).toEqual([]);
    const text = rehearsalText(rehearsal, 'Rehearsal', 10);
    expect(text).toContain(`- ${REASON}\n- VPC vpc-1: EC2 does not show it.`);
    expect(text).not.toContain('may violate more');
  });
});

test('a policy that is for other groups says nothing of a change, nor of what stands', async () => {
  const others = { include: [{ kind: 'tag', key: 'tier', value: 'db' } as const], exclude: [] };
  const rehearsal = await new RehearsalInMemory([{ ...forbidSsh, appliesTo: others }], [ssh]).of(
    added(rule({ id: 'sgr-2' })),
  );
  expect(verdictsIn(rehearsal)).toEqual(['added allow']);
  expect(rehearsal.standing).toMatchObject([{ rules: 0 }]);
});

test('all parts of a selection are rehearsed, with what stands there', async () => {
  const monitoredGroups = {
    include: [],
    exclude: [],
    others: [{ include: [{ kind: 'vpc' as const, vpcId: 'vpc-1' }], exclude: [] }],
  };
  const rehearsal = await new RehearsalInMemory([forbidSsh], [ssh], { monitoredGroups }).of(
    added(rule({ id: 'sgr-2' })),
  );
  expect(verdictsIn(rehearsal)).toEqual(['added revert']);
  expect(rehearsal.standing).toMatchObject([{ rules: 1 }]);
});

test('without a policy for this account, nothing is called allowed: it is an error in words', async () => {
  await expect(new RehearsalInMemory([]).of(added(ssh))).rejects.toThrow(
    'None of the policies is for this account',
  );
});

test('what stands today is held against each policy, and what a locked one accepts is no violation', async () => {
  const { standing, groups } = await new RehearsalInMemory(
    [forbidSsh, locked, allowHttpsOnly],
    [ssh, https],
  ).of();
  expect(groups).toBe(1);
  expect(
    standing.map(({ baseline, rules, groups: violated }) => [baseline, rules, violated]),
  ).toEqual([
    ['forbid', 1, 1],
    ['locked', 0, 0],
    ['allowOnly', 1, 1],
  ]);
});

describe('a long history', () => {
  /** In five streams, which reach back unevenly. */
  function longHistory(count: number): Change[] {
    return Array.from({ length: count }, (_, index) => ({
      ...added(rule({ id: `sgr-${index}` })),
      eventId: `event-${index}`,
      eventName: REHEARSED_CALLS[index % 3 === 0 ? 0 : index % 5]!,
      time: new Date(WEEK.to.getTime() - index * 7_000),
    }));
  }

  test('is told in parts that lack nothing, and have nothing twice', async () => {
    const rehearsal = new RehearsalInMemory([forbidSsh]);
    rehearsal.history.add(...longHistory(400));
    rehearsal.history.mostPages = 16;
    const ids: string[] = [];
    let window: typeof WEEK | undefined = WEEK;
    for (let part = 1; window; part += 1) {
      rehearsal.history.pages = 0;
      const told: Awaited<ReturnType<typeof rehearsal.next>> = await rehearsal.next(window, part);
      ids.push(...told.changes.map(({ eventId }) => eventId));
      window = told.rest;
    }
    expect(ids).toHaveLength(400);
    expect(new Set(ids).size).toBe(400);
  });

  test('is read no further than fits into memory, by records or by their length', async () => {
    const { history } = new RehearsalInMemory([forbidSsh]);
    history.add(...longHistory(1_200));
    const within = async (limits: HistoryLimits) =>
      readHistory(REHEARSED_CALLS, WEEK, history, limits);
    const few = await within({ records: 1_000, length: Infinity });
    const short = await within({ records: Infinity, length: 500_000 });
    expect(few.records.length).toBeLessThanOrEqual(1_000);
    expect(few.records.length).toBeGreaterThan(800);
    expect(few.rest?.from).toEqual(WEEK.from);
    expect(short.records.length).toBeLessThanOrEqual(500);
  });

  test('goes on where one second alone holds more than can be read, and says so', async () => {
    const rehearsal = new RehearsalInMemory([forbidSsh]);
    rehearsal.history.add(...longHistory(300).map((change) => ({ ...change, time: WEEK.to })));
    rehearsal.history.mostPages = REHEARSED_CALLS.length;
    const told = await rehearsal.next(WEEK, 1);
    expect(doubtsIn(told)).toContain('second-cut-short');
    expect(told.rest).toEqual({ from: WEEK.from, to: new Date(WEEK.to.getTime() - 1_000) });
  });
});

function listOf(...cidrs: string[]) {
  return { id: 'pl-1', isAwsManaged: false, version: 3, cidrs };
}

/** Someone puts these entries into the prefix list `pl-1`. */
function entering(...cidrs: string[]): Change {
  return changeOf(
    {},
    {
      eventName: 'ModifyManagedPrefixList',
      subject: {
        kind: 'prefix-list',
        prefixListId: 'pl-1',
        written: { added: cidrs, version: 2 },
      },
    },
  );
}

function allowSsh() {
  return {
    ...allowHttpsOnly,
    baseline: { kind: 'allowOnly' as const, patterns: [{ name: 'all' }] },
  };
}

function lockedNotify() {
  return { ...locked, response: 'notifyOnly' as const };
}
