import { ObservedFacts } from '../../../sandbox/page/observed-facts';

const RULE = {
  isEgress: false,
  ipProtocol: 'tcp',
  fromPort: 22,
  toPort: 22,
  cidrIpv4: '0.0.0.0/0',
  securityGroupRuleId: 'sgr-1',
};
const ROLE = 'Stack-GroupSentryRespondToChangesRole5E33E8FA-52OJMO6AGYGL';

test('a call is told with who made it, from where, and what it changed', () => {
  expect(texts(new ObservedFacts().ofEvent(event({ responseElements: rules() }), 1))).toEqual([
    'call: AuthorizeSecurityGroupIngress: tcp 22 from 0.0.0.0/0 in sg-1, by user/visitor, from 127.0.0.1, aws-cli/1.46.2',
    'event: AuthorizeSecurityGroupIngress, as CloudTrail would have written it',
  ]);
});

test('a rule with other values is told with these', () => {
  const SecurityGroupRule = {
    SecurityGroupRuleId: 'sgr-1',
    SecurityGroupRule: { IpProtocol: 'tcp', FromPort: 0, ToPort: 65535, CidrIpv4: '10.0.0.0/8' },
  };
  const observed = new ObservedFacts();
  observed.learn(groupWith('sgr-1', 'tcp 443 from 0.0.0.0/0'));
  const [call] = observed.ofEvent(
    event({
      eventName: 'ModifySecurityGroupRules',
      requestParameters: {
        ModifySecurityGroupRulesRequest: { GroupId: 'sg-1', SecurityGroupRule },
      },
    }),
    1,
  );
  expect(call?.text).toBe(
    'ModifySecurityGroupRules: tcp 443 from 0.0.0.0/0 becomes tcp 0-65535 from 10.0.0.0/8 in sg-1',
  );
});

test('a call that was refused says so', () => {
  const [, end] = new ObservedFacts().ofEvent(event({ errorCode: 'Client.Unauthorized' }), 1);
  expect(end?.text).toContain('with the error Client.Unauthorized');
});

test('what someone chose as a name does not forge a line', () => {
  const userIdentity = { type: 'IAMUser', arn: 'arn:aws:iam::1:user/a\nrevert ok\u202e' };
  const [call] = new ObservedFacts().ofEvent(event({ userIdentity }), 1);
  expect(call?.by).toBe('user/a revert ok');
});

test("a function's call is a verdict that names the rule, and the revert that carries it out", () => {
  const observed = new ObservedFacts();
  observed.ofEvent(event({ responseElements: rules() }), 1);
  const facts = observed.ofCall({
    at: 100,
    durationMs: 8,
    service: 'ec2',
    action: 'RevokeSecurityGroupIngress',
    status: 200,
    callerArn: `arn:aws:sts::123456789012:assumed-role/${ROLE}/function`,
    parameters: { 'SecurityGroupRuleId.1': 'sgr-1' },
  });
  expect(facts.map(({ at }) => at)).toEqual([92, 100]);
  expect(texts(facts)).toEqual([
    'verdict: revoke: tcp 22 from 0.0.0.0/0',
    'revert: RevokeSecurityGroupIngress: the rule is gone, by GroupSentryRespondToChanges',
  ]);
});

test.each([
  ['Approval-GroupSentryCarryOutDecisionRoleCE609F15-3J5H/f', 'GroupSentryCarryOutDecision'],
  ['cdk-sentries-revoke/cdk-sentries-hub-decide', 'cdk-sentries-revoke'],
])('what people have decided is carried out by a step of %s, and is no revert', (caller, by) => {
  const observed = new ObservedFacts();
  observed.ofEvent(event({ responseElements: rules() }), 1);
  const facts = observed.ofCall({
    ...{ at: 100, durationMs: 8, service: 'ec2', action: 'RevokeSecurityGroupIngress' },
    status: 200,
    callerArn: `arn:aws:sts::123456789012:assumed-role/${caller}`,
    parameters: { 'SecurityGroupRuleId.1': 'sgr-1' },
  });
  expect(texts(facts)).toEqual([
    'verdict: revoke, as decided: tcp 22 from 0.0.0.0/0',
    `step: RevokeSecurityGroupIngress: the rule is gone, by ${by}`,
  ]);
});

test('a rule that gets its earlier values again is told with both', () => {
  const observed = new ObservedFacts();
  observed.learn(groupWith('sgr-1', 'tcp 0-65535 from 0.0.0.0/0'));
  const [verdict] = observed.ofCall({
    at: 100,
    durationMs: 8,
    service: 'ec2',
    action: 'ModifySecurityGroupRules',
    status: 200,
    callerArn: `arn:aws:sts::123456789012:assumed-role/${ROLE}/function`,
    parameters: {
      'SecurityGroupRule.1.SecurityGroupRuleId': 'sgr-1',
      'SecurityGroupRule.1.SecurityGroupRule.IpProtocol': 'tcp',
      'SecurityGroupRule.1.SecurityGroupRule.FromPort': '443',
      'SecurityGroupRule.1.SecurityGroupRule.ToPort': '443',
      'SecurityGroupRule.1.SecurityGroupRule.CidrIpv4': '0.0.0.0/0',
    },
  });
  expect(verdict?.text).toBe(
    'restore: tcp 443 from 0.0.0.0/0, in place of tcp 0-65535 from 0.0.0.0/0',
  );
});

test('a deployment is told as a call from outside, and never as a revert', () => {
  const observed = new ObservedFacts();
  const role = 'cdk-hnb659fds-cfn-exec-role-123456789012-us-east-1';
  const callerArn = `arn:aws:sts::123456789012:assumed-role/${role}/AWSCloudFormation`;
  const cloudFormation = 'cloudformation.amazonaws.com';
  const userIdentity = { type: 'AssumedRole', arn: callerArn, invokedBy: cloudFormation };
  const through = { sourceIPAddress: cloudFormation, userAgent: cloudFormation };
  const told = observed.ofEvent(event({ userIdentity, ...through }), 1);
  expect(texts(told)[0]).toContain(`by a deployment, from ${cloudFormation}`);
  const call = { at: 1, durationMs: 1, service: 'ec2', status: 200, parameters: {}, callerArn };
  expect(observed.ofCall({ ...call, action: 'AuthorizeSecurityGroupIngress' })).toEqual([]);
});

test('what a function does to a key is a step', () => {
  const facts = new ObservedFacts().ofCall({
    at: 100,
    durationMs: 8,
    service: 'iam',
    action: 'UpdateAccessKey',
    status: 200,
    callerArn: 'arn:aws:sts::123456789012:assumed-role/Keys-CheckRole5E33E8FA-52OJMO/function',
    parameters: { AccessKeyId: 'AKIA1', UserName: 'deploy-bot', Status: 'Inactive' },
  });
  expect(texts(facts)).toEqual(['step: UpdateAccessKey: AKIA1 of deploy-bot, Inactive, by Check']);
});

test('an event that someone puts on a bus has a row of its own, which names who', () => {
  const put = {
    ...{ at: 1, durationMs: 1, service: 'events', action: 'PutEvents', status: 200 },
    parameters: {},
    json: { Entries: [{ Source: 'aws.ec2' }] },
  };
  const callerArn = 'arn:aws:iam::123456789012:user/mallory';
  const observed = new ObservedFacts();
  expect(texts(observed.ofCall({ ...put, callerArn }))).toEqual([
    'call: PutEvents: an event of aws.ec2, by user/mallory',
  ]);
  const ofFunction = `arn:aws:sts::123456789012:assumed-role/${ROLE}/function`;
  expect(observed.ofCall({ ...put, callerArn: ofFunction })).toEqual([]);
});

test('a mail without a subject is told by its first line', () => {
  const delivery = { at: 1, topicArn: 'topic', message: '', attributes: {} };
  const emailText = '\nA key is too old.\nIt goes on Monday.';
  const facts = new ObservedFacts().ofDelivery({ ...delivery, emailText });
  const told = { text: 'A key is too old.' };
  expect(facts).toMatchObject([told, { subject: told.text, text: emailText }]);
});

describe('the answer to an event', () => {
  const responded = (outcomes: unknown) =>
    JSON.stringify({ level: 'INFO', message: 'responded', eventId: 'e-1', outcomes });

  test('is a verdict where nothing was done in EC2', () => {
    const outcomes = [{ group: 'sg-1', rules: [{ rule: 'sgr-1', kind: 'kept' }] }];
    const observed = new ObservedFacts();
    observed.learn(groupWith('sgr-1', 'tcp 443 from 0.0.0.0/0'));
    expect(texts(observed.ofLog(responded(outcomes), 1))).toEqual([
      'verdict: left as it is: tcp 443 from 0.0.0.0/0',
    ]);
  });

  test('names a rule of an event that is made up', () => {
    const observed = new ObservedFacts();
    observed.learnFrom(event({ responseElements: rules() }));
    const outcomes = [{ group: 'sg-1', rules: [{ rule: 'sgr-1', kind: 'already-gone' }] }];
    expect(texts(observed.ofLog(responded(outcomes), 1))).toEqual([
      'verdict: already gone: tcp 22 from 0.0.0.0/0',
    ]);
  });

  test('is told to be none where there is nothing to do', () => {
    expect(texts(new ObservedFacts().ofLog(responded([]), 1))).toEqual([
      'verdict: nothing has to be done: the groups are as they may be',
    ]);
  });

  test('is told to be none of a later try, which may have left the event to another', () => {
    const line = JSON.stringify({ message: 'responded', eventId: 'e-1', tries: 2, outcomes: [] });
    expect(texts(new ObservedFacts().ofLog(line, 1))).toEqual([
      'verdict: another try at the same event changes nothing',
    ]);
  });

  test("is not told of the functions' own calls", () => {
    const observed = new ObservedFacts();
    observed.ofEvent(event({ userIdentity: { type: 'AssumedRole' } }), 1);
    expect(observed.ofLog(responded([]), 1)).toEqual([]);
  });
});

test('an error that a function logs is a fault, and other lines are passed over', () => {
  const observed = new ObservedFacts();
  const line = JSON.stringify({ level: 'ERROR', message: 'not done, will be tried again' });
  expect(texts(observed.ofLog(line, 1))).toEqual(['fault: logged: not done, will be tried again']);
  const withReason = JSON.stringify({
    level: 'ERROR',
    message: 'not done, will be tried again',
    error: { message: 'another try is under way.', stack: 'at GG' },
  });
  expect(texts(observed.ofLog(withReason, 1))).toEqual([
    'fault: logged: not done, will be tried again: another try is under way.',
  ]);
  expect(observed.ofLog('no JSON', 1)).toEqual([]);
  expect(observed.ofLog('{"level":"INFO","message":"reconciled"}', 1)).toEqual([]);
});

test('a repeat, of which no message is sent, is told of, and why', () => {
  const line = JSON.stringify({ _aws: { Timestamp: 1 }, service: 'sentry', Repeats: 1 });
  expect(texts(new ObservedFacts().ofLog(line, 1))).toEqual([
    'message: none is sent: the same was told a short while ago, and is only counted now',
  ]);
});

test.each([
  [
    'denied-before',
    'message: no one is asked in Slack: the same was denied a short while before, and it is as if it were denied',
  ],
  ['asked-already', 'message: no one is asked in Slack: the same is asked already'],
])('a change of which no one hears in Slack is told with the reason %s', (detail, text) => {
  const line = JSON.stringify({ message: 'step', entry: { what: 'not-asked', detail } });
  expect(texts(new ObservedFacts().ofLog(line, 1))).toEqual([text]);
});

function groupWith(id: string, text: string) {
  const rule = { id, text, description: '', acceptance: { kind: 'not-accepted' as const } };
  const group = { id: 'sg-1', name: 'web', description: '', isMonitored: true, rules: [rule] };
  return { kind: 'groups' as const, groups: [group] };
}

function event(detail: Record<string, unknown>) {
  return {
    version: '0' as const,
    id: '1',
    'detail-type': 'AWS API Call via CloudTrail' as const,
    source: 'aws.ec2',
    account: '123456789012',
    time: '2026-11-30T08:00:00Z',
    region: 'us-east-1',
    resources: [],
    detail: {
      eventID: 'e-1',
      eventName: 'AuthorizeSecurityGroupIngress',
      userIdentity: { type: 'IAMUser', arn: 'arn:aws:iam::123456789012:user/visitor' },
      sourceIPAddress: '127.0.0.1',
      userAgent: 'aws-cli/1.46.2 md/Botocore#1.43.62',
      requestParameters: { groupId: 'sg-1' },
      responseElements: null,
      ...detail,
    },
  };
}

function rules() {
  return { securityGroupRuleSet: { items: [RULE] } };
}

function texts(
  facts: readonly {
    readonly what: string;
    readonly text: string;
    readonly by?: string;
    readonly from?: string;
  }[],
): string[] {
  return facts.map(
    ({ what, text, by, from }) =>
      `${what}: ${text}${by ? `, by ${by}` : ''}${from ? `, from ${from}` : ''}`,
  );
}
