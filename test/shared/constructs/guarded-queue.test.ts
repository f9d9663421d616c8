import { App, Aspects, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { checkedOperators, GuardedQueue } from '../../../src/shared/constructs/guarded-queue';

const PLACE = { env: { account: '111111111111', region: 'eu-west-1' } };
const OPERATORS = 'arn:aws:iam::111111111111:role/aws-reserved/sso.amazonaws.com/*/Operators_*';

let own: Stack;
let other: Stack;

beforeEach(() => {
  const app = new App();
  own = new Stack(app, 'Own', PLACE);
  other = new Stack(app, 'Other', PLACE);
});

test('all but services are denied each use of its messages, and no one is denied to change or delete it', () => {
  guarded();
  expect(denial()).toEqual({
    Sid: 'UsersOnly',
    Effect: 'Deny',
    Principal: { AWS: '*' },
    Action: [
      'sqs:SendMessage',
      'sqs:ReceiveMessage',
      'sqs:DeleteMessage',
      'sqs:ChangeMessageVisibility',
      'sqs:PurgeQueue',
    ],
    Resource: { 'Fn::GetAtt': [expect.stringMatching(/^Queue/), 'Arn'] },
    Condition: { Bool: { 'aws:PrincipalIsAWSService': 'false' } },
  });
});

test('the function that takes, those that send and operators are let through, each once', () => {
  const queue = guarded(new iam.ArnPrincipal(OPERATORS));
  const [taker, sender] = [role(own, 'Taker'), role(own, 'Sender')];
  queue.letTake(taker);
  queue.grantSend(sender);
  queue.grantSend(taker);
  expect(letThrough()).toEqual([
    OPERATORS,
    { 'Fn::GetAtt': [expect.stringMatching(/^Taker/), 'Arn'] },
    { 'Fn::GetAtt': [expect.stringMatching(/^Sender/), 'Arn'] },
  ]);
});

describe('a role of another stack, which needs the stack of the queue', () => {
  test('gets a name that the policy of the queue can know, with the Region', () => {
    const sender = role(other, 'Sender');
    guarded().grantSend(sender);
    const [name] = Object.values(Template.fromStack(other).findResources('AWS::IAM::Role')).map(
      ({ Properties }) => Properties.RoleName,
    );
    expect(name).toMatch(/^Other-?Sender.*-eu-west-1$/);
    expect(JSON.stringify(letThrough())).toContain(`:iam::111111111111:role/${name}"`);
    expect([own.dependencies, other.dependencies]).toEqual([[], [own]]);
  });

  test('keeps the name and the path that it has', () => {
    const sender = new iam.Role(other, 'Sender', {
      assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
      roleName: 'asker',
      path: '/askers/',
    });
    guarded().grantSend(sender);
    expect(JSON.stringify(letThrough())).toContain(':iam::111111111111:role/askers/asker"');
  });

  test('is known by the name and the path that an aspect writes over it', () => {
    const sender = role(other, 'Sender');
    guarded().grantSend(sender);
    Aspects.of(other).add({
      visit: (node) => {
        if (!(node instanceof iam.CfnRole)) return;
        node.addPropertyOverride('RoleName', 'team-sender');
        node.addPropertyOverride('Path', '/askers/');
      },
    });
    expect(JSON.stringify(letThrough())).toContain(':iam::111111111111:role/askers/team-sender"');
  });

  test('has names that are short enough, wherever it is deployed', () => {
    const anywhere = new Stack(new App(), `A${'x'.repeat(100)}`);
    const sender = role(anywhere, 'Sender'.repeat(20));
    guarded().grantSend(sender);
    const { roleName } = sender.node.defaultChild as iam.CfnRole;
    const longestRegion = 'us-isob-northwest-1x';
    expect(
      String(anywhere.resolve(roleName)['Fn::Join'][1][0]).length + longestRegion.length,
    ).toBeLessThanOrEqual(64);
  });
});

test.each([
  ['an account', () => new iam.AccountPrincipal('111111111111')],
  ['anyone', () => new iam.AnyPrincipal()],
  ['a service', () => new iam.ServicePrincipal('ec2.amazonaws.com')],
])('%s is refused as an operator', (_, principal) => {
  expect(() => checkedOperators(own, [principal()])).toThrow(
    /Own: "operators" holds .+, which stands for no single role or user: give roles or users/,
  );
});

test('more users than the policy of a queue holds are an error at synth', () => {
  const queue = guarded();
  for (let index = 0; index <= 40; index++) queue.letTake(role(own, `Role${index}`));
  expect(queue.node.validate()).toEqual([
    expect.stringMatching(/^Own\/Queue: 41 principals may use it, and its policy holds 40: name/),
  ]);
});

function guarded(...operators: iam.IPrincipal[]): GuardedQueue {
  return new GuardedQueue(own, 'Queue', { operators });
}

function role(stack: Stack, id: string): iam.Role {
  return new iam.Role(stack, id, { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
}

function denial() {
  const [policy] = Object.values(Template.fromStack(own).findResources('AWS::SQS::QueuePolicy'));
  return policy?.Properties.PolicyDocument.Statement.find(
    ({ Sid }: { Sid?: string }) => Sid === 'UsersOnly',
  );
}

function letThrough(): unknown[] {
  return denial().Condition.ArnNotLike['aws:PrincipalArn'];
}
