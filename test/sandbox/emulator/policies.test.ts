import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import * as path from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import * as z from 'zod/mini';
import { preparePythonEnvironment } from '../../../sandbox/emulator/python-environment';

/**
 * The policy language (sandbox/emulator/server/policies.py), against what the IAM User Guide says
 * of it: condition operators, single- and multivalued keys, principals, resources, variables.
 */

const SERVER = path.join(__dirname, '..', '..', '..', 'sandbox', 'emulator', 'server');
/** Reads lines of cases, and answers the decisions, or why AWS would not take a policy. */
const DRIVER = `
import json, sys
from policies import Caller, Kind, MalformedPolicy, Policy, Request, decide

def caller_of(case):
    return Caller.of_role(*case["role"]) if "role" in case else Caller(**case["caller"]) if "caller" in case else None

def answer(case):
    try:
        policies = [Policy(document, Kind[case["kind"]]) for document in case["policies"]]
    except MalformedPolicy as error:
        return str(error)
    return decide(policies, Request(case["action"], case.get("resource"), case["context"], caller_of(case))).value

for line in sys.stdin:
    print(json.dumps([answer(case) for case in json.loads(line)]), flush=True)
`;

interface Case {
  readonly kind?: 'IDENTITY' | 'RESOURCE' | 'TRUST';
  readonly policies: readonly unknown[];
  readonly action?: string;
  readonly resource?: string;
  readonly context?: Record<string, unknown>;
  readonly caller?: Record<string, string>;
  readonly role?: readonly string[];
}

let evaluator: ChildProcessWithoutNullStreams;
let answers: Interface;
let ended: Promise<unknown[]>;
let complaints = '';
beforeAll(async () => {
  const { python } = await preparePythonEnvironment(console.log);
  evaluator = spawn(python, ['-c', DRIVER], { env: { PYTHONPATH: SERVER } });
  evaluator.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text));
  answers = createInterface(evaluator.stdout);
  ended = once(evaluator, 'close');
});
afterAll(async () => {
  evaluator.stdin.end();
  await ended;
});

async function decisions(cases: readonly Case[]): Promise<string[]> {
  const whole = cases.map((one) => ({
    kind: 'IDENTITY',
    action: 'sqs:SendMessage',
    context: {},
    ...one,
  }));
  evaluator.stdin.write(`${JSON.stringify(whole)}\n`);
  const answer = await Promise.race([once(answers, 'line'), ended]);
  if (complaints) throw new Error(complaints);
  return z.array(z.string()).parse(JSON.parse(String(answer[0])));
}

const VERSION = '2012-10-17';
const ANY = { Effect: 'Allow', Action: '*', Resource: '*' };

function policyOf(...Statement: object[]) {
  return { Version: VERSION, Statement };
}

/** Whether an Allow under this condition applies. */
async function met(
  table: readonly (readonly [Condition: object, context: Record<string, unknown>])[],
): Promise<boolean[]> {
  const found = await decisions(
    table.map(([Condition, context]) => ({ policies: [policyOf({ ...ANY, Condition })], context })),
  );
  return found.map((decision) => {
    expect(['allowed', 'not allowed']).toContain(decision);
    return decision === 'allowed';
  });
}

type Row = readonly [Condition: object, context: Record<string, unknown>, met: boolean];

async function expectTable(rows: readonly Row[]): Promise<void> {
  const found = await met(rows.map(([condition, context]) => [condition, context]));
  expect(rows.map(([condition, context], index) => [condition, context, found[index]])).toEqual(
    rows,
  );
}

const KEY = 'aws:PrincipalTag/team';

describe('a key with one value', () => {
  test('is met by one of the values in the policy, and by a negated operator only if by none', async () => {
    await expectTable([
      [{ StringEquals: { [KEY]: 'blue' } }, { [KEY]: 'blue' }, true],
      [{ StringEquals: { [KEY]: ['red', 'blue'] } }, { [KEY]: 'blue' }, true],
      [{ StringEquals: { [KEY]: 'blue' } }, { [KEY]: 'Blue' }, false],
      [{ StringEquals: { [KEY]: 'bl*' } }, { [KEY]: 'blue' }, false],
      [{ StringNotEquals: { [KEY]: ['red', 'blue'] } }, { [KEY]: 'blue' }, false],
      [{ StringNotEquals: { [KEY]: ['red', 'green'] } }, { [KEY]: 'blue' }, true],
      [{ StringEqualsIgnoreCase: { [KEY]: 'BLUE' } }, { [KEY]: 'blue' }, true],
      [{ StringNotEqualsIgnoreCase: { [KEY]: 'BLUE' } }, { [KEY]: 'blue' }, false],
      [{ StringLike: { [KEY]: 'b*e' } }, { [KEY]: 'blue' }, true],
      [{ StringLike: { [KEY]: 'b??e' } }, { [KEY]: 'blue' }, true],
      [{ StringLike: { [KEY]: 'b?e' } }, { [KEY]: 'blue' }, false],
      [{ StringLike: { [KEY]: 'b.*' } }, { [KEY]: 'blue' }, false],
      [{ StringNotLike: { [KEY]: 'b*' } }, { [KEY]: 'blue' }, false],
    ]);
  });

  test('has a name in any case', async () => {
    await expectTable([
      [{ StringEquals: { 'AWS:PRINCIPALTAG/Team': 'blue' } }, { [KEY]: 'blue' }, true],
    ]);
  });

  test('that is absent meets no operator but the negated ones and those with IfExists', async () => {
    await expectTable([
      [{ StringEquals: { [KEY]: 'blue' } }, {}, false],
      [{ StringLike: { [KEY]: '*' } }, {}, false],
      [{ ArnLike: { [KEY]: 'arn:*:*:*:*:*' } }, {}, false],
      [{ Bool: { [KEY]: 'false' } }, {}, false],
      [{ StringNotEquals: { [KEY]: 'blue' } }, {}, true],
      [{ StringNotLike: { [KEY]: '*' } }, {}, true],
      [{ ArnNotLike: { [KEY]: 'arn:*:*:*:*:*' } }, {}, true],
      [{ NotIpAddress: { [KEY]: '10.0.0.0/8' } }, {}, true],
      [{ StringEqualsIfExists: { [KEY]: 'blue' } }, {}, true],
      [{ ArnLikeIfExists: { [KEY]: 'arn:*:*:*:*:*' } }, {}, true],
      [{ BoolIfExists: { [KEY]: 'true' } }, {}, true],
    ]);
  });

  test('that is there counts under IfExists as without it', async () => {
    await expectTable([
      [{ StringEqualsIfExists: { [KEY]: 'blue' } }, { [KEY]: 'red' }, false],
      [{ StringNotEqualsIfExists: { [KEY]: 'blue' } }, { [KEY]: 'blue' }, false],
      [{ BoolIfExists: { [KEY]: 'true' } }, { [KEY]: 'false' }, false],
    ]);
  });

  test('all keys and all operators must be met', async () => {
    const context = { [KEY]: 'blue', 'aws:PrincipalAccount': '111111111111' };
    await expectTable([
      [{ StringEquals: { [KEY]: 'blue', 'aws:PrincipalAccount': '111111111111' } }, context, true],
      [{ StringEquals: { [KEY]: 'blue', 'aws:PrincipalAccount': '222222222222' } }, context, false],
      [{ StringEquals: { [KEY]: 'blue' }, Null: { [KEY]: 'true' } }, context, false],
    ]);
  });
});

describe('Null', () => {
  test('true is met by an absent key, false by one with a value', async () => {
    await expectTable([
      [{ Null: { [KEY]: 'true' } }, {}, true],
      [{ Null: { [KEY]: 'false' } }, {}, false],
      [{ Null: { [KEY]: true } }, { [KEY]: 'blue' }, false],
      [{ Null: { [KEY]: false } }, { [KEY]: 'blue' }, true],
      [{ Null: { [KEY]: 'false' } }, { [KEY]: [] }, false],
    ]);
  });
});

describe('a key with several values', () => {
  const TAGS = 'aws:TagKeys';
  const IN_POLICY = ['a', 'b'];

  test.each([
    [['a'], { all: true, any: true, notAll: false, notAny: false }],
    [['a', 'b'], { all: true, any: true, notAll: false, notAny: false }],
    [['a', 'c'], { all: false, any: true, notAll: false, notAny: true }],
    [['c'], { all: false, any: false, notAll: true, notAny: true }],
    [[], { all: true, any: false, notAll: true, notAny: false }],
    [undefined, { all: true, any: false, notAll: true, notAny: false }],
  ])('as %j', async (values, expected) => {
    const context = { [TAGS]: values };
    const [all, any, notAll, notAny] = await met([
      [{ 'ForAllValues:StringEquals': { [TAGS]: IN_POLICY } }, context],
      [{ 'ForAnyValue:StringEquals': { [TAGS]: IN_POLICY } }, context],
      [{ 'ForAllValues:StringNotEquals': { [TAGS]: IN_POLICY } }, context],
      [{ 'ForAnyValue:StringNotEquals': { [TAGS]: IN_POLICY } }, context],
    ]);
    expect({ all, any, notAll, notAny }).toEqual(expected);
  });

  test('passes ForAllValues when absent, unless Null forbids that', async () => {
    const condition = {
      'ForAllValues:StringEquals': { 'events:source': ['aws.ec2', 'aws.iam'] },
      Null: { 'events:source': 'false' },
    };
    await expectTable([
      [condition, { 'events:source': ['aws.ec2'] }, true],
      [condition, { 'events:source': ['aws.ec2', 'aws.s3'] }, false],
      [condition, { 'events:source': [] }, false],
      [condition, {}, false],
    ]);
  });

  test('with ForAnyValue and IfExists passes when absent', async () => {
    await expectTable([
      [{ 'ForAnyValue:StringLikeIfExists': { [TAGS]: 'a*' } }, {}, true],
      [{ 'ForAnyValue:StringLikeIfExists': { [TAGS]: 'a*' } }, { [TAGS]: ['b'] }, false],
    ]);
  });

  test('finds a path of the organization under a unit', async () => {
    const units = { 'aws:PrincipalOrgPaths': ['o-a1/r-ab12/ou-ab12-11111111/'] };
    await expectTable([
      [
        { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': 'o-a1/r-ab12/ou-ab12-1*' } },
        units,
        true,
      ],
      [
        { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': 'o-a1/r-ab12/ou-ab12-2*' } },
        units,
        false,
      ],
    ]);
  });

  test('meets no operator for one value, unless it has but one', async () => {
    await expectTable([
      [{ StringEquals: { [TAGS]: 'a' } }, { [TAGS]: ['a'] }, true],
      [{ StringEquals: { [TAGS]: 'a' } }, { [TAGS]: ['a', 'b'] }, false],
      [{ StringNotEquals: { [TAGS]: 'c' } }, { [TAGS]: ['a', 'b'] }, false],
    ]);
  });
});

describe('operators of other kinds', () => {
  const ARN = 'aws:SourceArn';
  const rule = 'arn:aws:events:eu-west-1:111111111111:rule/forward/all';

  test.each(['ArnLike', 'ArnEquals'])('%s goes part by part, with wildcards', async (operator) => {
    await expectTable([
      [{ [operator]: { [ARN]: rule } }, { [ARN]: rule }, true],
      [{ [operator]: { [ARN]: 'arn:*:events:*:*:rule/forward/*' } }, { [ARN]: rule }, true],
      [{ [operator]: { [ARN]: 'arn:*:events:*:rule/*' } }, { [ARN]: rule }, false],
      [{ [operator]: { [ARN]: 'arn:*:*:*:*:other/*' } }, { [ARN]: rule }, false],
      [{ [operator]: { [ARN]: '*' } }, { [ARN]: rule }, false],
      [{ [operator]: { [ARN]: 'arn:*:*:*:*:*' } }, { [ARN]: 'no-arn' }, false],
      [{ [operator]: { [ARN]: 'arn:aws:EVENTS:*:*:*' } }, { [ARN]: rule }, false],
    ]);
  });

  test('a wildcard of an ARN stays between its colons', async () => {
    await expectTable([
      [{ ArnLike: { [ARN]: 'arn:aws:*:111111111111:rule/*' } }, { [ARN]: rule }, false],
      [{ StringLike: { [ARN]: 'arn:aws:*:111111111111:rule/*' } }, { [ARN]: rule }, true],
      [{ ArnNotLike: { [ARN]: 'arn:aws:events:*:*:*' } }, { [ARN]: rule }, false],
      [{ ArnNotEquals: { [ARN]: 'arn:aws:sns:*:*:*' } }, { [ARN]: rule }, true],
    ]);
  });

  test('Bool, numbers, dates, networks and bytes', async () => {
    await expectTable([
      [{ Bool: { k: 'true' } }, { k: true }, true],
      [{ Bool: { k: true } }, { k: 'True' }, true],
      [{ Bool: { k: 'false' } }, { k: 'true' }, false],
      [{ Bool: { k: 'yes' } }, { k: 'yes' }, false],
      [{ NumericEquals: { k: '10' } }, { k: '10.0' }, true],
      [{ NumericLessThan: { k: '10' } }, { k: 9 }, true],
      [{ NumericLessThan: { k: '10' } }, { k: 10 }, false],
      [{ NumericLessThanEquals: { k: 3600 } }, { k: 3600 }, true],
      [{ NumericGreaterThan: { k: '10' } }, { k: 'many' }, false],
      [{ NumericGreaterThanEquals: { k: '10' } }, { k: '10' }, true],
      [{ NumericNotEquals: { k: '10' } }, { k: '11' }, true],
      [{ DateLessThan: { k: '2026-11-29T00:00:00Z' } }, { k: '2026-11-28T23:59:59Z' }, true],
      [{ DateGreaterThan: { k: '2026-11-29' } }, { k: '2026-11-28T23:59:59Z' }, false],
      [{ DateEquals: { k: '1970-01-01T00:00:10Z' } }, { k: 10 }, true],
      [{ DateNotEquals: { k: '1970-01-01T00:00:10Z' } }, { k: 10 }, false],
      [{ IpAddress: { k: '203.0.113.0/24' } }, { k: '203.0.113.7' }, true],
      [{ IpAddress: { k: '203.0.113.0/24' } }, { k: '2001:db8::1' }, false],
      [{ NotIpAddress: { k: ['10.0.0.0/8', '203.0.113.0/24'] } }, { k: '203.0.113.7' }, false],
      [{ BinaryEquals: { k: 'QmluYXJ5' } }, { k: 'QmluYXJ5' }, true],
      [{ BinaryEquals: { k: 'QmluYXJ5' } }, { k: 'AAAA' }, false],
    ]);
  });
});

describe('variables', () => {
  test('stand for keys of the request, in strings and ARNs', async () => {
    const context = { 'aws:PrincipalAccount': '111111111111', k: '111111111111/x' };
    await expectTable([
      [{ StringLike: { k: '${aws:PrincipalAccount}/*' } }, context, true],
      [{ StringEquals: { k: '${aws:principalaccount}/x' } }, context, true],
      [{ StringEquals: { k: '${aws:username}/x' } }, context, false],
      [{ StringNotEquals: { k: '${aws:username}/x' } }, context, false],
      [{ StringEquals: { k: "${aws:username, '111111111111'}/x" } }, context, true],
      [{ StringEquals: { k: 'a${*}b' } }, { k: 'a*b' }, true],
      [{ StringLike: { k: 'a${*}b' } }, { k: 'axb' }, false],
      [{ StringLike: { k: '${v}' } }, { k: 'anything', v: '*' }, false],
      [
        { ArnLike: { k: 'arn:aws:iam::${aws:PrincipalAccount}:role/*' } },
        { ...context, k: 'arn:aws:iam::111111111111:role/x' },
        true,
      ],
    ]);
  });

  test('stand in the ARN of a resource', async () => {
    const Resource = 'arn:aws:sqs:*:${aws:PrincipalAccount}:jobs';
    const context = { 'aws:PrincipalAccount': '111111111111' };
    await expect(
      decisions(
        ['111111111111', '222222222222'].map((account) => ({
          policies: [policyOf({ ...ANY, Resource })],
          resource: `arn:aws:sqs:eu-west-1:${account}:jobs`,
          context,
        })),
      ),
    ).resolves.toEqual(['allowed', 'not allowed']);
  });

  test('are text in the older version of the language', async () => {
    const Statement = [{ ...ANY, Condition: { StringEquals: { k: '${v}' } } }];
    await expect(
      decisions(
        ['2008-10-17', VERSION].map((Version) => ({
          policies: [{ Version, Statement }],
          context: { k: '${v}', v: 'x' },
        })),
      ),
    ).resolves.toEqual(['allowed', 'not allowed']);
  });
});

describe('statements', () => {
  test('a Deny wins over every Allow, whatever their order and policy', async () => {
    const deny = { Effect: 'Deny', Action: 'sqs:Send*', Resource: '*' };
    await expect(
      decisions([
        { policies: [policyOf(ANY, deny)] },
        { policies: [policyOf(deny, ANY)] },
        { policies: [policyOf(ANY), policyOf(deny)] },
        { policies: [policyOf(deny)] },
        { policies: [policyOf(ANY, { ...deny, Action: 'sqs:Receive*' })] },
        { policies: [] },
      ]),
    ).resolves.toEqual(['denied', 'denied', 'denied', 'denied', 'allowed', 'not allowed']);
  });

  test('actions are known in any case, and by wildcards', async () => {
    await expect(
      decisions(
        [
          { ...ANY, Action: 'SQS:sendmessage' },
          { ...ANY, Action: ['sns:*', 'sqs:S*'] },
          { ...ANY, Action: 'sqs:Send' },
          { Effect: 'Allow', NotAction: 'sqs:*', Resource: '*' },
          { Effect: 'Allow', NotAction: 'sns:*', Resource: '*' },
        ].map((statement) => ({ policies: [policyOf(statement)] })),
      ),
    ).resolves.toEqual(['allowed', 'allowed', 'not allowed', 'not allowed', 'allowed']);
  });

  test('resources are known by ARN, part by part', async () => {
    const resource = 'arn:aws:sqs:eu-west-1:111111111111:jobs:x';
    await expect(
      decisions(
        [
          { ...ANY, Resource: resource },
          { ...ANY, Resource: 'arn:aws:sqs:*:*:jobs*' },
          { ...ANY, Resource: 'arn:aws:sqs' },
          { ...ANY, Resource: 'arn:aws:sqs:*:jobs:x' },
          { ...ANY, Resource: 'arn:aws:sqs:eu-west-1:111111111111:JOBS*' },
          { Effect: 'Allow', Action: '*', NotResource: 'arn:aws:sqs:*:*:jobs*' },
        ].map((statement) => ({ policies: [policyOf(statement)], resource })),
      ),
    ).resolves.toEqual([
      'allowed',
      'allowed',
      'allowed',
      'not allowed',
      'not allowed',
      'not allowed',
    ]);
  });
});

describe('principals', () => {
  const ROLE = 'arn:aws:iam::111111111111:role/path/forwarder';
  const SESSION = 'arn:aws:sts::111111111111:assumed-role/forwarder/session-1';

  async function decisionsFor(principals: readonly object[], caller: Partial<Case>) {
    return decisions(
      principals.map((principal) => ({
        ...caller,
        kind: 'TRUST',
        action: 'sts:AssumeRole',
        policies: [policyOf({ Effect: 'Allow', Action: 'sts:AssumeRole', ...principal })],
      })),
    );
  }

  const asAllowed = (found: readonly string[]) => found.map((decision) => decision === 'allowed');

  test('a session is known by its account, its role, its own ARN and the id of the role', async () => {
    const names = [
      '*',
      '111111111111',
      'arn:aws:iam::111111111111:root',
      ROLE,
      SESSION,
      'AROAEXAMPLE',
      '222222222222',
      'arn:aws:iam::222222222222:root',
      'arn:aws:iam::111111111111:role/forwarder',
      'arn:aws:sts::111111111111:assumed-role/forwarder/session-2',
      'AROAOTHER',
    ];
    const found = await decisionsFor(
      names.map((AWS) => ({ Principal: { AWS } })),
      { role: [ROLE, 'session-1', 'AROAEXAMPLE'] },
    );
    expect(names.filter((_, index) => found[index] === 'allowed')).toEqual(names.slice(0, 6));
  });

  test('one of several names is enough, and * is everyone', async () => {
    const found = await decisionsFor(
      [
        { Principal: { AWS: ['222222222222', ROLE], Service: 'lambda.amazonaws.com' } },
        { Principal: '*' },
        { Principal: { Service: 'lambda.amazonaws.com' } },
      ],
      { role: [ROLE, 'session-1'] },
    );
    expect(asAllowed(found)).toEqual([true, true, false]);
  });

  test('services are no accounts', async () => {
    const found = await decisionsFor(
      [
        { Principal: { Service: ['events.amazonaws.com', 'lambda.amazonaws.com'] } },
        { Principal: { Service: 'lambda.amazonaws.com' } },
        { Principal: { AWS: '111111111111' } },
        { Principal: '*' },
      ],
      { caller: { service: 'events.amazonaws.com' } },
    );
    expect(asAllowed(found)).toEqual([true, false, false, true]);
  });

  test('NotPrincipal spares a session only where account, role and session are named', async () => {
    const root = 'arn:aws:iam::111111111111:root';
    const found = await decisionsFor(
      [
        { Effect: 'Deny', NotPrincipal: { AWS: [root, ROLE, SESSION] } },
        { Effect: 'Deny', NotPrincipal: { AWS: [root, ROLE] } },
        { Effect: 'Deny', NotPrincipal: { AWS: [ROLE, SESSION] } },
        { Effect: 'Deny', NotPrincipal: { AWS: 'arn:aws:iam::222222222222:root' } },
      ],
      { role: [ROLE, 'session-1'] },
    );
    expect(found).toEqual(['not allowed', 'denied', 'denied', 'denied']);
  });
});

describe('AWS would not take', () => {
  test.each([
    ['text that is no JSON', '{', 'a policy is JSON'],
    ['no statements', { Version: VERSION }, 'a policy has statements'],
    ['another version', { Version: '2020-01-01', Statement: [ANY] }, "no version '2020-01-01'"],
    ['an unknown element', policyOf({ ...ANY, Conditions: {} }), 'no elements but'],
    ['another effect', policyOf({ ...ANY, Effect: 'allow' }), 'Allow or Deny'],
    ['no action', policyOf({ Effect: 'Allow', Resource: '*' }), 'one of Action'],
    ['no resource', policyOf({ Effect: 'Allow', Action: '*' }), 'one of Resource'],
    ['a principal for an identity', policyOf({ ...ANY, Principal: '*' }), 'neither Principal'],
    [
      'an unknown operator',
      policyOf({ ...ANY, Condition: { StringIs: { k: 'v' } } }),
      "no condition operator 'StringIs'",
    ],
    [
      'IfExists with Null',
      policyOf({ ...ANY, Condition: { NullIfExists: { k: 'true' } } }),
      "no condition operator 'NullIfExists'",
    ],
    [
      'another quantifier',
      policyOf({ ...ANY, Condition: { 'ForSomeValues:StringEquals': { k: 'v' } } }),
      "no condition operator 'ForSomeValues:StringEquals'",
    ],
  ])('%s', async (_, document, reason) => {
    const [found] = await decisions([{ policies: [document] }]);
    expect(found).toContain(reason);
  });

  test.each([
    ['no principal', 'RESOURCE', ANY, 'one of Principal'],
    ['a resource of a role', 'TRUST', { ...ANY, Principal: '*' }, 'neither Resource'],
    [
      'a wildcard in a name',
      'RESOURCE',
      { ...ANY, Principal: { AWS: 'arn:aws:iam::111111111111:role/*' } },
      'no wildcards',
    ],
    ['an unknown kind of principal', 'RESOURCE', { ...ANY, Principal: { Aws: '*' } }, 'one of AWS'],
  ] as const)('%s in a policy of another kind', async (_, kind, statement, reason) => {
    const [found] = await decisions([{ kind, policies: [policyOf(statement)] }]);
    expect(found).toContain(reason);
  });
});
