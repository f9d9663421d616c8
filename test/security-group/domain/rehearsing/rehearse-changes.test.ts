import type { Actor } from '../../../../src/security-group/domain/changes/actor';
import type { Change, ChangeSubject } from '../../../../src/security-group/domain/changes/change';
import type { Policy } from '../../../../src/security-group/domain/policies/policy';
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
  eve,
  forbidSsh,
  locked,
  lockedRestoring,
  mallory,
  removed,
  sentryItself,
  OWN,
} from '../../samples/changes';
import { rule } from '../../samples/rules';

const ssh = rule({ id: 'sgr-ssh' });
const https = rule({ id: 'sgr-https', fromPort: 443, toPort: 443 });
const ALL = { monitoredGroups: { include: [{ kind: 'all' as const }], exclude: [] } };
const OPEN_LIST = { id: 'pl-1', isAwsManaged: false, version: 3, cidrs: ['0.0.0.0/0'] };
const listed = rule({ id: 'sgr-list', prefixListId: 'pl-1' });

function to(subject: ChangeSubject, change = changeOf({})): Change {
  return { ...change, subject };
}

/** A call that gives rules other values. */
function giving(...values: ReturnType<typeof rule>[]): Change {
  return changeOf(
    { modifiedIds: values.flatMap(({ id }) => id ?? []), modifiedTo: values },
    { eventName: 'ModifySecurityGroupRules' },
  );
}

describe('a rehearsal', () => {
  test('says of which time it is, how many groups there are, and what became of each record', async () => {
    const rehearsal = new RehearsalInMemory([forbidSsh], [], ALL);
    rehearsal.groups.create({ id: 'sg-2' });
    rehearsal.ownRoleArns = [OWN.roleArn];
    const told = await rehearsal.of(
      ...inTurn(
        added(ssh),
        { ...added(ssh), errorCode: 'Client.Denied' },
        by(sentryItself, added(ssh)),
        to({ kind: 'tags', groupIds: ['sg-1'], tagKeys: [] }),
      ),
    );
    expect(told).toMatchObject({
      asked: WEEK,
      covered: WEEK,
      part: 1,
      rehearsedAt: rehearsal.groups.now(),
      groups: 2,
      records: { read: 4, failed: 1, bySentry: 1, elsewhere: 1 },
      counts: { revert: 1, restore: 0, ask: 0, notify: 0, allow: 0 },
      notJudged: [],
    });
    expect(told).not.toHaveProperty('rest');
  });

  test('tells each change whole', async () => {
    const { changes } = await new RehearsalInMemory([forbidSsh], [], ALL).of(added(ssh));
    expect(changes).toEqual([
      {
        eventId: 'event-1',
        eventName: 'AuthorizeSecurityGroupIngress',
        time: WEEK.from,
        actor: eve,
        group: { id: 'sg-1', name: 'web' },
        rules: [
          {
            rule: ssh,
            change: 'added',
            verdict: 'revert',
            response: 'revert',
            reasons: ['tcp 22 from 0.0.0.0/0 opens what is forbidden: SSH'],
          },
        ],
      },
    ]);
  });

  test('tells of what could not be judged by which event', async () => {
    const rehearsal = new RehearsalInMemory([forbidSsh], [], {
      monitoredGroups: { include: [{ kind: 'tag', key: 'a', value: 'b' }], exclude: [] },
    });
    rehearsal.history.records.push({
      eventId: 'event-9',
      eventName: 'AuthorizeSecurityGroupIngress',
      time: WEEK.from,
      length: 10,
    });
    const { notJudged } = await rehearsal.of(
      to({ kind: 'group', group: { id: 'sg-9' } }, added(ssh)),
    );
    expect(notJudged).toEqual([
      { doubt: 'unreadable-record', eventId: 'event-9' },
      { doubt: 'group-gone', eventId: 'event-1' },
    ]);
  });

  test('names a group that is gone by its id', async () => {
    const rehearsal = new RehearsalInMemory([forbidSsh]);
    rehearsal.groups.all.clear();
    const { changes, groups } = await rehearsal.of(added(ssh));
    expect([groups, changes.map(({ group }) => group)]).toEqual([0, [{ id: 'sg-1' }]]);
  });

  test('says that the end of a group would have been reported', async () => {
    const { changes } = await new RehearsalInMemory([forbidSsh]).of(
      to(
        { kind: 'group-deleted', group: { id: 'sg-1' } },
        changeOf({}, { eventName: 'DeleteSecurityGroup' }),
      ),
    );
    expect(changes[0]?.rules).toEqual([
      { change: 'deleted', verdict: 'notify', reasons: ['the monitored group was deleted'] },
    ]);
  });
});

test('those who would have been affected are told, the hardest hit first, by their roles', async () => {
  const role = (name: string, sessionName = 'a'): Actor => ({
    type: 'AssumedRole',
    arn: `arn:aws:sts::111111111111:assumed-role/${name}/${sessionName}`,
    roleArn: `arn:aws:iam::111111111111:role/${name}`,
    sessionName,
  });
  const port = (number: number) => rule({ id: `sgr-${number}`, fromPort: number, toPort: number });
  const forbid = (from: number, response: Policy['response']): Policy => ({
    baseline: {
      kind: 'forbid',
      patterns: [
        {
          name: `${from}`,
          traffic: [{ kind: 'protocol', protocol: 'tcp', fromPort: from, toPort: from + 9 }],
        },
      ],
    },
    response,
    ...(response === 'revertIfDenied' && {
      asking: { workflow: 'approvals', whenUnanswered: 'revert' as const },
    }),
  });
  const policies = [forbid(10, 'revert'), forbid(20, 'revertIfDenied'), forbid(30, 'notifyOnly')];
  const { actors, counts } = await new RehearsalInMemory(policies).of(
    ...inTurn(
      by(role('Allowed'), added(port(443))),
      by(role('Told'), added(port(30))),
      by(role('ToldTwice'), added(port(31), port(32))),
      by(role('Asked'), added(port(20), port(444))),
      by(role('Reverted'), added(port(10))),
      by(role('RevertedTwice', 'a'), added(port(11))),
      by(role('RevertedTwice', 'b'), added(port(12))),
    ),
  );
  const none = { revert: 0, restore: 0, ask: 0, notify: 0, allow: 0 };
  const arn = (name: string) => `arn:aws:iam::111111111111:role/${name}`;
  expect(actors).toEqual([
    { actor: arn('RevertedTwice'), counts: { ...none, revert: 2 } },
    { actor: arn('Reverted'), counts: { ...none, revert: 1 } },
    { actor: arn('Asked'), counts: { ...none, ask: 1, allow: 1 } },
    { actor: arn('ToldTwice'), counts: { ...none, notify: 2 } },
    { actor: arn('Told'), counts: { ...none, notify: 1 } },
  ]);
  expect(counts).toEqual({ revert: 3, restore: 0, ask: 1, notify: 3, allow: 2 });
});

test('who would have had more restored comes before who would have had less reverted', async () => {
  const http = rule({ id: 'sgr-http', fromPort: 80, toPort: 80 });
  const { actors } = await new RehearsalInMemory([lockedRestoring], [https, http]).of(
    ...inTurn(
      by(mallory, added(ssh)),
      removed({ id: 'sgr-https', rule: https }, { id: 'sgr-http', rule: http }),
    ),
  );
  expect(actors.map(({ actor, counts }) => [actor, counts.revert, counts.restore])).toEqual([
    [eve.arn, 0, 2],
    [mallory.arn, 1, 0],
  ]);
});

describe('what stands today is known', () => {
  test('of a group that a call names by its name alone', async () => {
    const lockedGroup = new RehearsalInMemory([lockedRestoring], [https], ALL);
    const named = to({ kind: 'group', group: { name: 'web' } }, described({ id: 'sgr-https' }));
    expect(verdictsIn(await lockedGroup.of(named))).toEqual(['described restore']);
  });

  test('but for the values of rules that calls of the time wrote', async () => {
    for (const writing of [added(https), giving(https)]) {
      const lockedGroup = new RehearsalInMemory([lockedRestoring], [https]);
      const [first, second] = inTurn(described({ id: 'sgr-https' }), writing);
      expect(doubtsIn(await lockedGroup.of(first!, second!))).toContain('values-unknown');
    }
  });
});

describe('the lists that rules name are looked into', () => {
  test.each<[string, Change]>([
    ['where a call adds such a rule', added(listed)],
    ['where a call modifies a rule to it', giving({ ...listed, id: 'sgr-https' })],
  ])('%s', async (_, change) => {
    const rehearsal = new RehearsalInMemory([forbidSsh], [https]);
    rehearsal.groups.lists.set('pl-1', OPEN_LIST);
    const { counts, notJudged } = await rehearsal.of(change);
    expect(notJudged.filter(({ doubt }) => doubt === 'list-in-doubt')).toEqual([]);
    expect(counts.revert + counts.restore).toBe(1);
  });
});

describe('entries that come into a list', () => {
  const entering = (values: object, actor = eve): Change =>
    by(
      actor,
      to(
        { kind: 'prefix-list', prefixListId: 'pl-1', ...values },
        changeOf({}, { eventName: 'ModifyManagedPrefixList' }),
      ),
    );
  const OPENING = { written: { added: ['0.0.0.0/0'] } };

  function naming(...policies: Policy[]): RehearsalInMemory {
    const rehearsal = new RehearsalInMemory(policies, [listed, https], ALL);
    rehearsal.groups.lists.set('pl-1', { ...OPEN_LIST, cidrs: ['10.0.0.0/8'] });
    const ofOther = rule({ id: 'sgr-other', prefixListId: 'pl-2' });
    rehearsal.groups.create({ id: 'sg-2', name: 'db' }, ofOther, { ...listed, id: 'sgr-2' }, ssh);
    rehearsal.groups.create({ id: 'sg-3' }, https);
    return rehearsal;
  }

  test('are judged in each group that names it, for the rules that do, and without a doubt', async () => {
    const { changes, notJudged } = await naming(forbidSsh).of(entering(OPENING));
    expect(notJudged).toEqual([]);
    expect(
      changes.map(({ group, rules }) => [group.id, rules.map(({ rule: one }) => one?.id)]),
    ).toEqual([
      ['sg-1', ['sgr-list']],
      ['sg-2', ['sgr-2']],
    ]);
    expect(changes[0]?.rules).toMatchObject([{ verdict: 'revert', response: 'revert' }]);
  });

  test.each([
    ['that are within', { written: { added: ['10.1.0.0/16'] } }, eve],
    ['by a trusted actor into a locked group', OPENING, deployer],
  ])('%s are allowed', async (_, values, actor) => {
    const rehearsal = naming(actor === eve ? forbidSsh : locked);
    const verdicts = verdictsIn(await rehearsal.of(entering(values, actor)));
    expect(new Set(verdicts.map((verdict) => verdict.split(' ')[1]))).toEqual(new Set(['allow']));
  });

  test('of which the record does not tell are not judged', async () => {
    const told = await naming(forbidSsh).of(entering({}));
    expect([verdictsIn(told), doubtsIn(told)]).toEqual([
      [],
      ['list-entries-unknown', 'list-entries-unknown'],
    ]);
  });

  test('into a list that EC2 does not show any more are judged all the same', async () => {
    const rehearsal = naming(forbidSsh);
    rehearsal.groups.lists.clear();
    expect(verdictsIn(await rehearsal.of(entering(OPENING)))).toEqual([
      'added revert',
      'added revert',
    ]);
  });

  test('into a list that no monitored group names are not judged', async () => {
    const { records, changes } = await new RehearsalInMemory([forbidSsh], [https]).of(
      entering(OPENING),
    );
    expect([records.elsewhere, changes]).toEqual([1, []]);
  });
});

describe('the rules that come with a group', () => {
  const allowNothing: Policy = {
    baseline: { kind: 'allowOnly', patterns: [{ name: 'none', traffic: [] }] },
    response: 'notifyOnly',
  };

  test.each<[string, string, ChangeSubject, readonly string[]]>([
    [
      'that is made',
      'web',
      { kind: 'group-created', group: { id: 'sg-1' } },
      ['all traffic to 0.0.0.0/0'],
    ],
    [
      'that comes with a VPC',
      'default',
      { kind: 'vpc-created', vpcId: 'vpc-1' },
      ['all traffic to 0.0.0.0/0', 'all traffic from group sg-1'],
    ],
  ])('%s, are judged', async (_, name, subject, texts) => {
    const rehearsal = new RehearsalInMemory([allowNothing], [], ALL);
    rehearsal.groups.create({ id: 'sg-1', name, vpcId: 'vpc-1' });
    const { changes } = await rehearsal.of(
      to(
        subject,
        changeOf(
          {},
          { eventName: subject.kind === 'vpc-created' ? 'CreateVpc' : 'CreateSecurityGroup' },
        ),
      ),
    );
    const rules = changes[0]?.rules ?? [];
    expect(rules.map(({ reasons }) => reasons[0]?.split(' opens')[0])).toEqual(texts);
    expect(rules.map((one) => one.rule?.direction)).toEqual(
      ['egress', 'ingress'].slice(0, texts.length),
    );
    expect(rules.every(({ change, verdict }) => change === 'added' && verdict === 'notify')).toBe(
      true,
    );
  });
});

describe('a rule that was modified', () => {
  const toSsh = { ...ssh, id: 'sgr-https' };

  test('is told once, with what it is now, in the direction that it has', async () => {
    const egress = rule({ id: 'sgr-out', direction: 'egress', fromPort: 443, toPort: 443 });
    const rehearsal = new RehearsalInMemory(
      [{ ...forbidSsh, baseline: withDirection('egress') }],
      [egress],
    );
    const { changes } = await rehearsal.of(
      ...inTurn(by(deployer, added(egress)), giving({ ...ssh, id: 'sgr-out' })),
    );
    expect(changes[1]?.rules).toMatchObject([
      { rule: { direction: 'egress', fromPort: 22 }, change: 'modified', verdict: 'restore' },
    ]);
  });

  test('has the values that the last call left it, for the next', async () => {
    const rehearsal = await new RehearsalInMemory([forbidSsh]).of(
      ...inTurn(added(https), giving({ ...https, toPort: 444 }), giving(toSsh)),
    );
    expect(verdictsIn(rehearsal)).toEqual(['added allow', 'modified allow', 'modified restore']);
    expect(doubtsIn(rehearsal)).toEqual([]);
  });

  test('would not have been there where it would have been reverted before', async () => {
    const rehearsal = await new RehearsalInMemory([locked]).of(
      ...inTurn(added(https), giving(toSsh)),
    );
    expect(verdictsIn(rehearsal)).toEqual(['added revert', 'modified revert']);
  });

  test('to values that cannot be read is in doubt', async () => {
    const vague = changeOf({ modifiedIds: ['sgr-https', 'sgr-1'], modifiedTo: [https] });
    expect(doubtsIn(await new RehearsalInMemory([forbidSsh], [https]).of(vague))).toEqual([
      'values-unknown',
    ]);
  });

  test('in one call with another is in doubt where one of them would be reverted', async () => {
    const both = giving(https, { ...ssh, id: 'sgr-1' });
    const rehearsal = await new RehearsalInMemory([forbidSsh]).of(both);
    expect(verdictsIn(rehearsal)).toEqual(['modified allow', 'modified revert']);
    expect(doubtsIn(rehearsal)).toEqual(['values-unknown']);
  });

  test('in one call with another is in no doubt where both are known', async () => {
    const before = [rule({ id: 'sgr-1', toPort: 23 }), rule({ id: 'sgr-2', toPort: 24 })];
    const rehearsal = new RehearsalInMemory([forbidSsh]);
    const both = giving({ ...https, id: 'sgr-1' }, { ...https, id: 'sgr-2', toPort: 444 });
    const told = await rehearsal.of(...inTurn(added(...before), both));
    expect(doubtsIn(told)).toEqual([]);
  });

  test('in a direction that no one knows is judged in the worse, and asked about', async () => {
    const out: Policy = { ...forbidSsh, baseline: withDirection('egress') };
    const unknown = giving({ ...ssh, id: 'sgr-unknown' });
    expect(verdictsIn(await new RehearsalInMemory([out]).of(unknown))).toEqual(['modified revert']);
    const asked = new RehearsalInMemory([asking(forbidSsh, 'revertIfDenied')]);
    expect(verdictsIn(await asked.of(unknown))).toEqual(['modified ask']);
  });

  test('whose values of before no one knows is in no doubt where it is allowed', async () => {
    const rehearsal = await new RehearsalInMemory([forbidSsh]).of(giving(https));
    expect([verdictsIn(rehearsal), doubtsIn(rehearsal)]).toEqual([['modified allow'], []]);
  });

  test('in a direction that no one knows has none for later calls either', async () => {
    const rehearsal = await new RehearsalInMemory([lockedRestoring]).of(
      ...inTurn(
        by(deployer, giving({ ...https, id: 'sgr-unknown' })),
        removed({ id: 'sgr-unknown' }),
      ),
    );
    expect(verdictsIn(rehearsal)).toEqual(['modified allow']);
    expect(doubtsIn(rehearsal)).toEqual(['values-unknown']);
  });

  test('is no longer meant by the values that it had before', async () => {
    const { id: _id, ...values } = https;
    const { changes } = await new RehearsalInMemory([lockedRestoring]).of(
      ...inTurn(
        by(deployer, added(https)),
        by(deployer, giving({ ...https, toPort: 444 })),
        removed({ rule: values }),
      ),
    );
    expect(changes[2]?.rules.map(({ rule: one }) => one)).toEqual([values]);
  });

  test('that stands again with its earlier values would be restored again', async () => {
    const rehearsal = await new RehearsalInMemory([forbidSsh]).of(
      ...inTurn(added(https), giving(toSsh), giving(toSsh)),
    );
    expect(verdictsIn(rehearsal)).toEqual(['added allow', 'modified restore', 'modified restore']);
  });
});

describe('a rule that was removed or described', () => {
  test('is forgotten: a second call that removes it finds nothing', async () => {
    const rehearsal = await new RehearsalInMemory([lockedRestoring]).of(
      ...inTurn(
        by(deployer, added(https)),
        by(deployer, removed({ id: 'sgr-https' })),
        removed({ id: 'sgr-https' }),
      ),
    );
    expect(verdictsIn(rehearsal)).toEqual(['added allow', 'removed allow']);
    expect(doubtsIn(rehearsal)).toEqual(['values-unknown']);
  });

  test('has the description that a trusted actor gave it, for the next', async () => {
    const describing = described({ id: 'sgr-https', rule: { ...https, description: 'ours' } });
    const { changes, notJudged } = await new RehearsalInMemory([lockedRestoring], [https]).of(
      ...inTurn(by(deployer, describing), removed({ id: 'sgr-https' })),
    );
    expect(changes[1]?.rules).toMatchObject([
      { rule: { id: 'sgr-https', description: 'ours' }, verdict: 'restore' },
    ]);
    expect(notJudged).toEqual([]);
  });

  test('and could not be put back is told with why, by what its list holds', async () => {
    const rehearsal = new RehearsalInMemory([lockedRestoring, forbidSsh]);
    rehearsal.groups.lists.set('pl-1', OPEN_LIST);
    const { changes } = await rehearsal.of(removed({ id: 'sgr-list', rule: listed }));
    expect(changes[0]?.rules).toMatchObject([
      {
        verdict: 'notify',
        reasons: [
          expect.stringContaining('the group is locked'),
          expect.stringMatching(/^it could not be put back: it violates a baseline itself: .+SSH$/),
        ],
      },
    ]);
  });

  test('is in doubt where one of several policies is for a locked group', async () => {
    const rehearsal = new RehearsalInMemory([forbidSsh, locked]);
    expect(doubtsIn(await rehearsal.of(removed({ id: 'sgr-unknown' })))).toEqual([
      'values-unknown',
    ]);
  });

  test('by a trusted actor is allowed, whatever its values were', async () => {
    const rehearsal = await new RehearsalInMemory([lockedRestoring]).of(
      by(deployer, removed({ id: 'sgr-unknown' })),
    );
    expect([verdictsIn(rehearsal), doubtsIn(rehearsal)]).toEqual([['removed allow'], []]);
  });

  test('has its description of before back, or people are asked', async () => {
    const describing = described({ id: 'sgr-https', rule: { ...https, description: 'mine' } });
    const { changes } = await new RehearsalInMemory([locked], [https]).of(describing);
    expect(changes[0]?.rules).toMatchObject([
      { rule: { id: 'sgr-https', description: 'mine' }, change: 'described', verdict: 'restore' },
    ]);
    const asked = await new RehearsalInMemory([asking(locked, 'revertIfDenied')], [https]).of(
      describing,
    );
    expect(verdictsIn(asked)).toEqual(['described ask']);
  });

  test('is allowed what its list let through before, as adoption would have accepted it', async () => {
    const rehearsal = new RehearsalInMemory([forbidSsh], [listed]);
    rehearsal.groups.lists.set('pl-1', OPEN_LIST);
    const told = await rehearsal.of(
      described({ id: 'sgr-list', rule: { ...listed, description: 'mine' } }),
    );
    expect(verdictsIn(told)).toEqual(['described allow']);
    expect(told.changes[0]?.rules[0]?.reasons).toEqual([]);
  });

  test.each<[string, Policy, boolean]>([
    ['a record that names it alone', asking(forbidSsh, 'revertIfDenied'), true],
    ['one that may lack others', forbidSsh, false],
  ])('is only reported where its exclusion was over, by %s', async (_, policy, complete) => {
    const { direction, protocol, fromPort, toPort, peer } = ssh;
    const exclusion = {
      groupId: 'sg-1',
      rule: { direction, protocol, fromPort, toPort, peer },
      reason: 'a migration',
      until: WEEK.from,
    };
    const describing = changeOf({ described: [{ id: 'sgr-ssh', rule: ssh }], complete });
    const rehearsal = new RehearsalInMemory([{ ...policy, excluding: [exclusion] }], [ssh]);
    const { counts } = await rehearsal.of(describing);
    expect(counts).toEqual({ revert: 0, restore: 0, ask: 0, notify: 1, allow: 0 });
  });

  test('that would not have stood is told as allowed, with its values', async () => {
    const { changes } = await new RehearsalInMemory([locked]).of(
      ...inTurn(added(https), described({ id: 'sgr-https' })),
    );
    expect(changes[1]?.rules).toEqual([
      { rule: https, change: 'described', verdict: 'allow', reasons: [] },
    ]);
  });

  test('that no one knows is told without values', async () => {
    const { changes } = await new RehearsalInMemory([forbidSsh]).of(removed({ id: 'sgr-unknown' }));
    expect(changes[0]?.rules).toStrictEqual([{ change: 'removed', verdict: 'allow', reasons: [] }]);
  });

  test('is only reported where the group does not put it back', async () => {
    const { changes } = await new RehearsalInMemory([locked], [https]).of(
      removed({ id: 'sgr-https' }),
    );
    expect(changes[0]?.rules).toMatchObject([
      {
        change: 'removed',
        verdict: 'notify',
        reasons: [expect.stringContaining('the group is locked')],
      },
    ]);
  });
});

test('a record that names no rule in a form that can be read leaves nothing to tell but that', async () => {
  const vague = changeOf({ complete: false }, { actor: mallory });
  const { changes, notJudged } = await new RehearsalInMemory([allowHttpsOnly]).of(vague);
  expect([changes, notJudged]).toEqual([[], [{ doubt: 'rules-not-named', eventId: 'event-1' }]]);
});

function withDirection(direction: 'egress'): Policy['baseline'] {
  return {
    kind: 'forbid',
    patterns: [
      {
        name: 'SSH out',
        direction,
        traffic: [{ kind: 'protocol', protocol: 'tcp', fromPort: 22, toPort: 22 }],
      },
    ],
  };
}
