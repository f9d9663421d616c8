import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { checkSecretPlace } from '../../../src/approval/constructs/secret-place';

const HERE = { account: '111111111111', region: 'eu-west-1' };
const KEY_THERE = 'arn:aws:kms:eu-west-1:222222222222:key/01234567-89ab-cdef-0123-456789abcdef';

describe('a secret that the functions could not read is refused', () => {
  test.each<[string, (stack: Stack) => secretsmanager.ISecret, RegExp]>([
    [
      'in another Region',
      (stack) => imported(stack, secretArn('us-east-1', '111111111111')),
      /^App: "botToken" is the secret arn:aws:secretsmanager:us-east-1:111111111111:secret:slack-AbCdEf in us-east-1, and the functions read it in eu-west-1: replicate it to eu-west-1, by "replicaRegions: \[\{ region: 'eu-west-1' \}\]" or with aws secretsmanager replicate-secret-to-regions, and give the replica, by secretsmanager\.Secret\.fromSecretNameV2\(this, …\)\.$/,
    ],
    [
      "of the app's stack in another Region",
      (stack) => {
        const env = { ...HERE, region: 'us-east-1' };
        return new secretsmanager.Secret(new Stack(stack.node.root as App, 'Far', { env }), 'S');
      },
      /^App: "botToken" is a secret in us-east-1, and the functions read it in eu-west-1/,
    ],
    [
      'in another account, with no key that is known',
      (stack) => imported(stack, secretArn('eu-west-1', '222222222222')),
      /^App: "botToken" is a secret in account 222222222222, the stack is for 111111111111, and the key that AWS manages lets no other account read it: write a secret in the account of the stack, or encrypt that one with a key of your own and give both, by secretsmanager\.Secret\.fromSecretAttributes/,
    ],
    [
      'in another account, with the key of AWS',
      (stack) =>
        secretsmanager.Secret.fromSecretAttributes(stack, 'Secret', {
          secretCompleteArn: secretArn('eu-west-1', '222222222222'),
          encryptionKey: kms.Alias.fromAliasName(stack, 'Key', 'alias/aws/secretsmanager'),
        }),
      /the key that AWS manages lets no other account read it/,
    ],
  ])('%s', (_, secret, message) => {
    const stack = stackHere();
    const given = secret(stack);

    expect(() => checkSecretPlace(stack, 'botToken', given)).toThrow(message);
  });
});

test('a secret in another account comes with a warning of what has to be there', () => {
  const stack = stackHere();
  const secret = secretsmanager.Secret.fromSecretAttributes(stack, 'Secret', {
    secretCompleteArn: secretArn('eu-west-1', '222222222222'),
    encryptionKey: kms.Key.fromKeyArn(stack, 'Key', KEY_THERE),
  });

  checkSecretPlace(stack, 'botToken', secret);

  const [warning] = Annotations.fromStack(stack).findWarning('/App', Match.anyValue());
  expect(warning?.entry.data).toBe(
    '"botToken" is a secret in account 222222222222: without ' +
      '{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111111111111:root"},"Action":"secretsmanager:GetSecretValue","Resource":"*"} in its policy, and ' +
      '{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111111111111:root"},"Action":"kms:Decrypt","Resource":"*"} in that of its key, no function can read it, and tampering with it is recorded there and not reported here. ' +
      'Add both there, and acknowledge this warning. [ack: cdk-sentries:secretOfOtherAccount:botToken]',
  );
});

test.each<[string, (stack: Stack) => secretsmanager.ISecret]>([
  ['of the stack', (stack) => new secretsmanager.Secret(stack, 'Secret')],
  ['imported by its name', (stack) => secretsmanager.Secret.fromSecretNameV2(stack, 'S', 'slack')],
  [
    'imported in the same place',
    (stack) => imported(stack, secretArn('eu-west-1', '111111111111')),
  ],
])('a secret %s needs nothing', (_, secret) => {
  const stack = stackHere();

  checkSecretPlace(stack, 'botToken', secret(stack));

  expect(Annotations.fromStack(stack).findWarning('*', Match.anyValue())).toEqual([]);
});

test('a stack that may be deployed anywhere takes a secret of any place', () => {
  const stack = new Stack(new App(), 'App');
  const secret = imported(stack, secretArn('us-east-1', '222222222222'));

  expect(() => checkSecretPlace(stack, 'botToken', secret)).not.toThrow();
});

function stackHere(): Stack {
  return new Stack(new App(), 'App', { env: HERE });
}

function imported(stack: Stack, arn: string): secretsmanager.ISecret {
  return secretsmanager.Secret.fromSecretCompleteArn(stack, 'Secret', arn);
}

function secretArn(region: string, account: string): string {
  return `arn:aws:secretsmanager:${region}:${account}:secret:slack-AbCdEf`;
}
