import { type AskedRight, functionArn, rightsAskedBy } from './asked-rights';
import { allows, letThrough, statementsIn } from './policy-statement';

const GROUP = 'arn:aws:ec2:us-east-1:123456789012:security-group/sg-1';
const RULES = 'arn:aws:ec2:us-east-1:123456789012:security-group-rule';
const LIST = 'arn:aws:ec2:us-east-1:123456789012:prefix-list/pl-1';
const TAGGING = {
  'TagSpecification.1.ResourceType': 'security-group-rule',
  'TagSpecification.1.Tag.1.Key': 'team',
};

async function askedInEc2(action: string, parameters: Record<string, string>) {
  const rights = await rightsAskedBy({ service: 'ec2', action, parameters });
  return rights.map((right) => `${right.action} on ${right.resource}`);
}

async function askedByEvents(...sources: string[]): Promise<AskedRight> {
  const entries = sources.map((Source) => ({ Source }));
  const json = { Entries: entries.length > 0 ? entries : [{ DetailType: 'of no source' }] };
  const [right] = await rightsAskedBy({
    service: 'events',
    action: 'PutEvents',
    parameters: {},
    json,
  });
  return right!;
}

describe('a call asks for rights in all that it names', () => {
  test('a rule that is added: in its group', async () => {
    expect(await askedInEc2('AuthorizeSecurityGroupIngress', { GroupId: 'sg-1' })).toEqual([
      `ec2:AuthorizeSecurityGroupIngress on ${GROUP}`,
    ]);
  });

  test.each(['AuthorizeSecurityGroupIngress', 'AuthorizeSecurityGroupEgress'])(
    '%s with tags: in the rule too, and to tag it',
    async (action) => {
      expect(await askedInEc2(action, { GroupId: 'sg-1', ...TAGGING })).toEqual([
        `ec2:${action} on ${GROUP}`,
        `ec2:${action} on ${RULES}/*`,
        `ec2:CreateTags on ${RULES}/*`,
      ]);
    },
  );

  test('a rule that is modified: in its group, in itself, and in the list that it names', async () => {
    const [action, rule] = ['ModifySecurityGroupRules', 'SecurityGroupRule.1'];
    const parameters = { GroupId: 'sg-1', [`${rule}.SecurityGroupRuleId`]: 'sgr-1' };
    const bare = [`ec2:${action} on ${GROUP}`, `ec2:${action} on ${RULES}/sgr-1`];
    expect(await askedInEc2(action, parameters)).toEqual(bare);
    const naming = { ...parameters, [`${rule}.SecurityGroupRule.PrefixListId`]: 'pl-1' };
    expect(await askedInEc2(action, naming)).toEqual([`ec2:${action} on ${LIST}`, ...bare]);
  });

  test('a group that is a peer only is none that a right is needed in', async () => {
    const parameters = { GroupId: 'sg-1', 'IpPermissions.1.Groups.1.GroupId': 'sg-2' };
    expect(await askedInEc2('AuthorizeSecurityGroupIngress', parameters)).toHaveLength(1);
  });

  test('a transaction: those of its parts', async () => {
    const json = {
      TransactItems: [{ Put: { TableName: 'one' } }, { ConditionCheck: { TableName: 'two' } }],
    };
    const rights = await rightsAskedBy({
      service: 'dynamodb',
      action: 'TransactWriteItems',
      parameters: {},
      json,
    });
    expect(rights.map(({ action, resource }) => `${action} ${resource.split('/').at(-1)}`)).toEqual(
      ['dynamodb:PutItem one', 'dynamodb:ConditionCheckItem two'],
    );
  });

  test('what is not known is no right, and no silence', async () => {
    await expect(askedInEc2('AuthorizeEverything', {})).rejects.toThrow('teach partsOf');
    await expect(askedInEc2('RevokeSecurityGroupIngress', {})).rejects.toThrow('teach NAMED');
  });
});

describe('a condition', () => {
  function isAllowed(right: AskedRight, Condition: object): boolean {
    const [statement] = statementsIn('role', {
      Statement: [{ Effect: 'Allow', Action: right.action, Resource: '*', Condition }],
    });
    return allows(statement!, right);
  }

  const ours = { 'ForAllValues:StringEquals': { 'events:source': 'ours' } };

  test('on all values lets nothing through that has another one, and what has none', async () => {
    expect(isAllowed(await askedByEvents('ours', 'ours'), ours)).toBe(true);
    expect(isAllowed(await askedByEvents('ours', 'theirs'), ours)).toBe(false);
    expect(isAllowed(await askedByEvents(), ours)).toBe(true);
    const there = { ...ours, Null: { 'events:source': 'false' } };
    expect(isAllowed(await askedByEvents(), there)).toBe(false);
  });

  test('on one value is not met by a list of several', async () => {
    const one = { StringEquals: { 'events:source': 'ours' } };
    expect(isAllowed(await askedByEvents('ours', 'ours'), one)).toBe(false);
  });

  test('on a key that AWS does not have for the call is never met', async () => {
    const right = await askedByEvents('ours');
    expect(isAllowed(right, { StringEquals: { 'ec2:CreateAction': 'PutEvents' } })).toBe(false);
  });

  test('with an operator that is not known is refused', async () => {
    const right = await askedByEvents('ours');
    expect(() => isAllowed(right, { StringMatches: { 'events:source': 'ours' } })).toThrow(
      'teach COMPARISONS',
    );
  });
});

describe('a denial of calls from outside of one function', () => {
  const statements = statementsIn('role', {
    Statement: [
      { Effect: 'Allow', Action: 'sns:*', Resource: '*' },
      {
        Effect: 'Deny',
        Action: 'sns:Publish',
        Resource: '*',
        Condition: { ArnNotEquals: { 'lambda:SourceFunctionArn': functionArn('ours') } },
      },
    ],
  });

  async function isLetThrough(callerArn?: string): Promise<boolean> {
    const parameters = { TopicArn: 'arn:aws:sns:us-east-1:123456789012:topic' };
    const call = { service: 'sns', action: 'Publish', parameters, callerArn };
    const [right] = await rightsAskedBy(call);
    return letThrough(statements, right!);
  }

  test.each([
    ['that function', true, 'arn:aws:sts::123456789012:assumed-role/role/ours'],
    ['another one with its role', false, 'arn:aws:sts::123456789012:assumed-role/role/theirs'],
    ['no function', false, 'arn:aws:iam::123456789012:user/ann'],
    ['an unknown caller', false, undefined],
  ])('%s is let through: %s', async (_, expected, callerArn) => {
    expect(await isLetThrough(callerArn)).toBe(expected);
  });
});
