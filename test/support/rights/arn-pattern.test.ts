import { canMean, covers } from './arn-pattern';

const GROUP = 'arn:${Partition}:ec2:${Region}:${Account}:security-group/${SecurityGroupId}';
const RULE = 'arn:${Partition}:ec2:${Region}:${Account}:security-group-rule/${SecurityGroupRuleId}';
const TABLE = 'arn:${Partition}:dynamodb:${Region}:${Account}:table/${TableName}';
const INDEX = `${TABLE}/index/\${IndexName}`;
const USER = 'arn:${Partition}:iam::${Account}:user/${UserNameWithPath}';

test.each([
  ['any group', 'arn:aws:ec2:eu-west-1:1:security-group/*', GROUP, true],
  ['one group', 'arn:aws:ec2:eu-west-1:1:security-group/sg-1', GROUP, true],
  ['no rule, where groups are meant', 'arn:aws:ec2:eu-west-1:1:security-group/*', RULE, false],
  ['a rule, where both are meant', 'arn:aws:ec2:eu-west-1:1:security-group*', RULE, true],
  ['a rule of any account', 'arn:aws:ec2:eu-west-1:*:security-group-rule/*', RULE, true],
  ['everything', '*', RULE, true],
  ['a table', 'arn:aws:dynamodb:eu-west-1:1:table/ledger', TABLE, true],
  [
    'no table, where an index is meant',
    'arn:aws:dynamodb:eu-west-1:1:table/l/index/i',
    TABLE,
    false,
  ],
  ['an index', 'arn:aws:dynamodb:eu-west-1:1:table/l/index/*', INDEX, true],
  ['no index, where its table is meant', 'arn:aws:dynamodb:eu-west-1:1:table/ledger', INDEX, false],
  ['a user with a path', 'arn:aws:iam::1:user/team/ann', USER, true],
])('a pattern of a policy means %s', (_, pattern, format, expected) => {
  expect(canMean(pattern, format)).toBe(expected);
});

test('a pattern covers what its wildcards leave open, and nothing else', () => {
  expect(covers('arn:aws:iam::1:user/*', 'arn:aws:iam::1:user/team/ann')).toBe(true);
  expect(covers('secret-??????', 'secret-a1b2c3')).toBe(true);
  expect(covers('secret-??????', 'secret-a1b2')).toBe(false);
  expect(covers('a.b', 'a+b')).toBe(false);
});
