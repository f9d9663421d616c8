import { layOut, sensitiveLines } from '../../../../src/approval/adapters/slack/approval-body';
import type {
  AskedChange,
  AskedRule,
} from '../../../../src/security-group/domain/asking/asked-change';
import {
  changeQuestion,
  requesterOf,
} from '../../../../src/security-group/domain/asking/change-question';
import type { Actor } from '../../../../src/security-group/domain/changes/actor';
import { askedAbout } from '../../samples/asked-changes';
import { deployer, eve } from '../../samples/changes';
import { LONGEST_PLACE, PAYMENTS_PLACE } from '../../samples/described-places';
import { rule } from '../../samples/rules';

const LOCKED = {
  baseline: 'locked',
  response: 'revertUntilApproved',
  reason: 'the group is locked',
} as const;
const ssh: AskedRule = { change: 'added', rule: rule({ id: 'sgr-1' }), violations: [LOCKED] };

/** A question, from the few values that a test is about. */
function asked(values: Partial<AskedChange> = {}): AskedChange {
  return askedAbout([ssh], values);
}

test('the question says what was done to which group, by whom, from where, and when', () => {
  const question = changeQuestion(asked());
  expect(question).toMatchObject({
    title: 'Security group web: 1 rule added',
    requester: { name: eve.arn },
  });
  expect(Object.fromEntries(question.facts.map(({ label, value }) => [label, value]))).toEqual({
    Group: 'sg-1 (web) in vpc-1',
    Account: '111111111111, Region eu-west-1',
    Call: 'AuthorizeSecurityGroupIngress, 2026-01-01 00:00:00 UTC, from 198.51.100.7',
  });
});

test('the question names the role of a session, whose name anyone may choose', () => {
  const { facts } = changeQuestion(asked({ call: { ...asked().call, actor: deployer } }));
  expect(facts.at(-1)).toEqual({
    label: 'Role',
    value: 'arn:aws:iam::111111111111:role/Deploy',
  });
});

test('tags that make it sensitive are one label for each key, with all values that it had', () => {
  const sensitiveTags = [
    { key: 'data-class', value: 'restricted' },
    { key: 'pci', value: 'yes' },
    { key: 'data-class', value: 'secret' },
  ];
  expect(changeQuestion(asked({ sensitiveTags })).sensitiveLabels).toEqual([
    { label: 'data-class', value: 'restricted, secret' },
    { label: 'pci', value: 'yes' },
  ]);
  expect(Object.keys(changeQuestion(asked()))).not.toContain('sensitiveLabels');
});

describe('in a hub', () => {
  const inPayments = asked({ place: PAYMENTS_PLACE });

  test('the account is named in the title, and its warning is what makes it sensitive', () => {
    const { title, facts, sensitiveLabels } = changeQuestion(inPayments);
    expect(title).toBe('Security group web in payments: 1 rule added');
    expect(sensitiveLabels).toEqual([
      { label: 'account 111122223333', value: 'holds the payment systems' },
    ]);
    expect(facts).toEqual([
      { label: 'Account', value: '111122223333 (payments), Region eu-west-1' },
      { label: 'Unit path', value: 'o-abc1234567/r-abcd/ou-abcd-11111111/' },
      { label: 'Group', value: 'sg-1 (web) in vpc-1' },
      {
        label: 'Call',
        value: 'AuthorizeSecurityGroupIngress, 2026-01-01 00:00:00 UTC, from 198.51.100.7',
      },
    ]);
  });

  test('an account without a warning makes no question sensitive', () => {
    const place = { ...PAYMENTS_PLACE, account: { name: 'payments' } };
    expect(Object.keys(changeQuestion(asked({ place })))).not.toContain('sensitiveLabels');
  });

  test('links tell to which account one has to be signed in', () => {
    expect(changeQuestion(inPayments).links.map(({ text }) => text)).toEqual([
      'Group in the console, signed in to 111122223333',
      'Event in CloudTrail, signed in to 111122223333',
    ]);
  });

  test('the longest names and warnings leave a question whole, and one message', () => {
    const question = changeQuestion(asked({ place: LONGEST_PLACE }));
    const { isComplete, shown } = layOut(question, '2026-01-02 00:00 UTC', 8_000);
    expect(isComplete).toBe(true);
    const { name, path, warning } = LONGEST_PLACE.account;
    const seen = JSON.stringify([...sensitiveLines(question), ...shown]);
    for (const text of [name, path, warning]) {
      expect(seen).toContain(JSON.stringify(text).slice(1, -1));
    }
  });
});

test('a group without a name is named by its id, and what is not known is left out', () => {
  const { title, facts } = changeQuestion(asked({ group: { id: 'sg-1' } }));
  expect(title).toBe('Security group sg-1: 1 rule added');
  expect(facts).toContainEqual({ label: 'Group', value: 'sg-1' });
});

test('the title counts what was done', () => {
  const rules = (['removed', 'added', 'added', 'modified', 'described'] as const).map((change) => ({
    ...ssh,
    change,
  }));
  expect(changeQuestion(asked({ rules })).title).toBe(
    'Security group web: 2 rules added, 1 rule modified, 1 rule given a new description, 1 rule removed',
  );
});

describe('each rule is shown', () => {
  const [before, after] = [
    rule({ id: 'sgr-1', ipRange: '10.0.0.0/8', description: 'office' }),
    rule({ id: 'sgr-1', description: 'office' }),
  ];

  test.each<[string, AskedRule, object]>([
    [
      'added: as it would be',
      ssh,
      { after: 'tcp 22 from 0.0.0.0/0', remarks: ['the group is locked'] },
    ],
    [
      'removed: as it was',
      { ...ssh, change: 'removed', rule: before },
      { before: 'tcp 22 from 10.0.0.0/8 "office"', remarks: ['the group is locked'] },
    ],
    [
      'modified: before and after',
      { ...ssh, change: 'modified', rule: after, before },
      {
        before: 'tcp 22 from 10.0.0.0/8 "office"',
        after: 'tcp 22 from 0.0.0.0/0 "office"',
        remarks: ['the group is locked'],
      },
    ],
    [
      'given a new description: before and after',
      { ...ssh, change: 'described', rule: { ...before, description: 'mine' }, before },
      {
        before: 'tcp 22 from 10.0.0.0/8 "office"',
        after: 'tcp 22 from 10.0.0.0/8 "mine"',
        remarks: ['the group is locked'],
      },
    ],
    [
      'modified, from what no one knows',
      { ...ssh, change: 'modified' },
      {
        after: 'tcp 22 from 0.0.0.0/0',
        remarks: [
          'its earlier values are not known, or could not be put back',
          'the group is locked',
        ],
      },
    ],
  ])('%s', (_, one, expected) => {
    expect(changeQuestion(asked({ rules: [one] })).changes).toEqual([expected]);
  });

  test('with every reason once', () => {
    const violations = [LOCKED, LOCKED, { ...LOCKED, reason: 'SSH is forbidden' }];
    expect(changeQuestion(asked({ rules: [{ ...ssh, violations }] })).changes[0]!.remarks).toEqual([
      'the group is locked',
      'SSH is forbidden',
    ]);
  });

  test('with the tags that it is given again, and how many are not', () => {
    const one: AskedRule = { ...ssh, tags: [{ key: 'team', value: 'a "b"' }], otherTags: 2 };
    expect(changeQuestion(asked({ rules: [one] })).changes[0]!.remarks).toEqual([
      'its tag "team" is "a \\"b\\""',
      'it had 2 more tags: too much to show, and so no part of the request',
      'the group is locked',
    ]);
    expect(
      changeQuestion(asked({ rules: [{ ...ssh, otherTags: 1 }] })).changes[0]!.remarks,
    ).toEqual([
      'it had 1 more tag: too much to show, and so no part of the request',
      'the group is locked',
    ]);
  });

  test('with the names of the groups that it refers to, now and before', () => {
    const one: AskedRule = {
      ...ssh,
      change: 'modified',
      rule: rule({ groupId: 'sg-2' }),
      before: rule({ groupId: 'sg-3' }),
    };
    const { changes } = changeQuestion(
      asked({ rules: [one], groupNames: { 'sg-2': 'database', 'sg-3': 'cache' } }),
    );
    expect(changes[0]!.remarks).toEqual([
      'the group sg-2 is database',
      'the group sg-3 is cache',
      'the group is locked',
    ]);
    const unknown = changeQuestion(asked({ rules: [one], groupNames: { 'sg-3': 'cache' } }));
    expect(unknown.changes[0]!.remarks).toEqual(['the group sg-3 is cache', 'the group is locked']);
  });
});

test.each<[Partial<AskedChange>, object]>([
  [
    {},
    {
      meanwhile: 'The change was reverted.',
      ifApproved: 'It is made again, exactly as shown here.',
      ifDenied: 'It stays reverted.',
      ifUnanswered: 'It stays reverted.',
    },
  ],
  [
    { response: 'revertIfDenied' },
    {
      meanwhile: 'The change STANDS.',
      ifApproved: 'It stays.',
      ifDenied: 'It is reverted.',
      ifUnanswered: 'It is reverted.',
    },
  ],
  [{ response: 'revertIfDenied', whenUnanswered: 'accept' }, { ifUnanswered: 'It stays.' }],
])('it says what comes of each answer: %j', (values, expected) => {
  expect(changeQuestion(asked(values))).toMatchObject(expected);
});

test('only what can be ended by itself may be approved for a time', () => {
  const mayBeTimed = (...changes: AskedRule['change'][]) =>
    changeQuestion(asked({ rules: changes.map((change) => ({ ...ssh, change })) })).mayBeTimed;
  expect(mayBeTimed('added', 'modified')).toBe(true);
  expect(mayBeTimed('added', 'removed')).toBe(false);
  expect(mayBeTimed('described')).toBe(false);
});

test('links lead to the group, and to the event where there is one', () => {
  const urls = (values: Partial<AskedChange>) =>
    changeQuestion(asked(values)).links.map(({ url }) => url);
  expect(urls({})).toEqual([
    'https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1#SecurityGroup:groupId=sg-1',
    'https://eu-west-1.console.aws.amazon.com/cloudtrailv2/home?region=eu-west-1#/events/event%2F1',
  ]);
  expect(urls({ call: { ...asked().call, eventId: 'none' } })).toHaveLength(1);
});

test.each([
  ['cn-north-1', 'https://cn-north-1.console.amazonaws.cn/'],
  ['us-gov-west-1', 'https://us-gov-west-1.console.amazonaws-us-gov.com/'],
])("links in %s lead to the console of the Region's partition", (region, start) => {
  const { links } = changeQuestion(asked({ call: { ...asked().call, region } }));
  expect(links.filter(({ url }) => !url.startsWith(start))).toEqual([]);
});

describe('the requester', () => {
  const person: Actor = {
    type: 'AssumedRole',
    arn: 'arn:aws:sts::111111111111:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/ann@example.com',
    roleArn:
      'arn:aws:iam::111111111111:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Admin_0123456789abcdef',
    sessionName: 'ann@example.com',
  };

  test('of an Identity Center session is the person', () => {
    expect(requesterOf(person)).toEqual({ name: 'ann@example.com', email: 'ann@example.com' });
  });

  test.each<[string, Partial<Actor>]>([
    [
      'any other role, whatever its session is called',
      { roleArn: 'arn:aws:iam::111111111111:role/Admin' },
    ],
    [
      "a role whose name only looks like Identity Center's",
      { roleArn: 'arn:aws:iam::111111111111:role/AWSReservedSSO_Admin_0123456789abcdef' },
    ],
    [
      "a role with Identity Center's path further behind",
      { roleArn: 'arn:aws:iam::111111111111:role/x/aws-reserved/sso.amazonaws.com/Admin' },
    ],
    ['a person without an e-mail address', { sessionName: 'ann' }],
    ['no role', { roleArn: undefined }],
  ])('is unverified for %s', (_, values) => {
    expect(requesterOf({ ...person, ...values })).toEqual({ name: person.arn });
  });

  test('is named by what the record has', () => {
    expect(requesterOf(deployer)).toEqual({ name: deployer.arn });
    expect(requesterOf({ type: 'IAMUser', userName: 'eve' })).toEqual({ name: 'eve' });
    expect(requesterOf({ type: 'unknown' })).toEqual({ name: 'an identity of type unknown' });
  });
});
