import { Annotations, CfnResource, Stack, Token } from 'aws-cdk-lib';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { partitionText } from '../../shared/constructs/place-text';
import { isOfOtherAccount } from '../../shared/constructs/same-account';

/** No other account can use it. */
const KEY_OF_AWS = 'alias/aws/secretsmanager';

/**
 * Throws for a secret that the functions could not read: they look for it in their own Region. In
 * another account they can, with a key that is given; a warning says what has to be there.
 */
export function checkSecretPlace(
  scope: Construct,
  prop: string,
  secret: secretsmanager.ISecret,
): void {
  refuseOtherRegion(scope, prop, secret);
  if (!isOfOtherAccount(scope, secret)) return;
  refuseUnreadable(scope, prop, secret);
  const { account } = Stack.of(scope);
  const principal = `{"AWS":"arn:${partitionText(scope)}:iam::${account}:root"}`;
  const statement = (action: string) =>
    `{"Effect":"Allow","Principal":${principal},"Action":"${action}","Resource":"*"}`;
  Annotations.of(scope).addWarningV2(
    `cdk-sentries:secretOfOtherAccount:${prop}`,
    `"${prop}" is a secret in account ${secret.env.account}: without ${statement('secretsmanager:GetSecretValue')} in its policy, and ${statement('kms:Decrypt')} in that of its key, no function can read it, and tampering with it is recorded there and not reported here. ` +
      'Add both there, and acknowledge this warning.',
  );
}

function refuseOtherRegion(
  scope: Construct,
  prop: string,
  { env, secretArn }: secretsmanager.ISecret,
): void {
  const { region } = Stack.of(scope);
  if ([region, env.region].some(Token.isUnresolved) || region === env.region) return;
  const named = Token.isUnresolved(secretArn) ? 'a secret' : `the secret ${secretArn}`;
  throw new Error(
    `${scope.node.path}: "${prop}" is ${named} in ${env.region}, and the functions read it in ${region}: replicate it to ${region}, ` +
      `by "replicaRegions: [{ region: '${region}' }]" or with aws secretsmanager replicate-secret-to-regions, and give the replica, by secretsmanager.Secret.fromSecretNameV2(this, …).`,
  );
}

function refuseUnreadable(scope: Construct, prop: string, secret: secretsmanager.ISecret): void {
  const { encryptionKey: key } = secret;
  const isReadable =
    key && !key.keyArn.includes(KEY_OF_AWS) && !CfnResource.isCfnResource(secret.node.defaultChild);
  if (isReadable) return;
  throw new Error(
    `${scope.node.path}: "${prop}" is a secret in account ${secret.env.account}, the stack is for ${Stack.of(scope).account}, and the key that AWS manages lets no other account read it: ` +
      'write a secret in the account of the stack, or encrypt that one with a key of your own and give both, by secretsmanager.Secret.fromSecretAttributes(this, …, { secretCompleteArn, encryptionKey }).',
  );
}
