import { Annotations, Stack } from 'aws-cdk-lib';
import * as kms from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { isInstanceOf } from './instance-of';
import { type KeyUser, keyStatement } from './key-statements';
import { warnAtSynth } from './late-advice';
import { placeText } from './place-text';
import { otherPlace } from './same-place';

type KeyProp = 'encryptionKey' | 'logEncryptionKey';

/** A key that a user gives, once it is one that can encrypt here. Throws for others. */
export function checkedKey(
  scope: Construct,
  prop: KeyProp,
  given: kms.IKey | undefined,
): kms.IKey | undefined {
  if (!given) return undefined;
  const key = keyBehind(scope, prop, given);
  const other = otherPlace(scope, key.env);
  if (other) {
    throw new Error(
      `${scope.node.path}: "${prop}" is in the ${other.place} ${other.theirs}, the stack in ${other.own}: give a key of the same account and Region.`,
    );
  }
  refuseOtherUse(scope, prop, key);
  return key;
}

/** No policy takes an alias in place of a key's own ARN. */
function keyBehind(scope: Construct, prop: KeyProp, key: kms.IKey): kms.IKey {
  if (!isAlias(key)) return key;
  try {
    return key.aliasTargetKey;
  } catch {
    throw new Error(
      `${scope.node.path}: "${prop}" is the alias ${key.aliasName}, and the policies of roles have to name the key itself: ` +
        'give it by kms.Key.fromKeyArn() or kms.Key.fromLookup(). Keys that AWS manages, alias/aws/…, let no alarm and no rule of EventBridge in.',
    );
  }
}

function isAlias(key: kms.IKey): key is kms.IAlias {
  return 'aliasName' in key;
}

function refuseOtherUse(scope: Construct, prop: KeyProp, { node }: kms.IKey): void {
  const resource = node.defaultChild;
  if (!isInstanceOf(resource, kms.CfnKey)) return;
  const { keySpec = 'SYMMETRIC_DEFAULT', keyUsage = 'ENCRYPT_DECRYPT' } = resource;
  if (keySpec === 'SYMMETRIC_DEFAULT' && keyUsage === 'ENCRYPT_DECRYPT') return;
  throw new Error(
    `${scope.node.path}: "${prop}" is ${node.path}, a key of the kind ${keySpec} for ${keyUsage}, with which AWS encrypts no topic, queue, table or log: give a symmetric key, as new kms.Key() makes it.`,
  );
}

export interface UsedKey {
  readonly prop: KeyProp;
  readonly key: kms.IKey;
  readonly users: readonly KeyUser[];
}

/** Extends the policy of the key, or warns of what it has to hold. */
export function letUseKey(scope: Construct, { prop, key, users }: UsedKey): void {
  const stack = Stack.of(scope);
  const missing = users.filter(
    (user) => !key.addToResourcePolicy(keyStatement(user, stack), true).statementAdded,
  );
  if (missing.length > 0) {
    const needed = missing.map((user) => keyStatement(user, placeText(scope)).toJSON());
    const text = JSON.stringify(stack.resolve(needed));
    Annotations.of(scope).addWarningV2(
      `cdk-sentries:importedKey:${prop}`,
      `"${prop}" is imported, so its policy cannot be extended, and must hold already: ${text}. ` +
        'It must also let IAM of the account decide, as the default policy of a key does. Without these, alarms, events or logs are lost. Acknowledge this warning once they are there.',
    );
  }
  warnOfKeyWithoutIam(scope, prop, key);
}

/** The functions have their rights in the key by policies of their roles alone. */
function warnOfKeyWithoutIam(scope: Construct, prop: KeyProp, key: kms.IKey): void {
  const resource = key.node.defaultChild;
  if (!isInstanceOf(resource, kms.CfnKey)) return;
  scope.node.addValidation({
    validate: () => {
      const policy = JSON.stringify(Stack.of(resource).resolve(resource.keyPolicy));
      if (policy.includes(':root"') && policy.includes('"kms:*"')) return [];
      warnAtSynth(
        scope,
        `cdk-sentries:keyWithoutIam:${prop}`,
        `The policy of ${key.node.path}, which is "${prop}", does not let IAM of the account decide, so the functions cannot use it by their roles: ` +
          "add new iam.PolicyStatement({ principals: [new iam.AccountRootPrincipal()], actions: ['kms:*'], resources: ['*'] }), or let each role use it.",
      );
      return [];
    },
  });
}
