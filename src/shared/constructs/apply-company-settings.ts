import { Annotations, RemovalPolicy, Token } from 'aws-cdk-lib';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { AppliedSettings, rememberSettings } from './applied-settings';
import { checkedKey, letUseKey } from './checked-key';
import type { CompanySettings } from './company-settings';
import { setArchitecture } from './function-architecture';
import { checkedNetwork, type EndpointNeeds } from './function-network';
import type { KeyUser } from './key-statements';

export interface SettingsOfConstruct extends CompanySettings {
  readonly notificationTopic?: sns.ITopic;
}

/** In which a construct differs from the others. */
export interface SettingsUse {
  /** Whether EventBridge puts events into its queues or its topic. */
  readonly hearsEvents: boolean;
  /** For its functions, in subnets without a way to the internet. */
  readonly endpoints: EndpointNeeds;
}

/**
 * Checks the company settings of a construct, and has all parts that are made below it apply them:
 * call it before the first child is made. Throws for what cannot work, or would do nothing.
 */
export function applyCompanySettings(
  scope: Construct,
  props: SettingsOfConstruct,
  { hearsEvents, endpoints }: SettingsUse,
): void {
  setArchitecture(scope, props.architecture);
  checkConcurrency(scope, props.reservedConcurrentExecutions);
  checkRemoval(scope, props.removalPolicy);
  const encryptionKey = checkedKey(scope, 'encryptionKey', props.encryptionKey);
  const logEncryptionKey = checkedKey(scope, 'logEncryptionKey', props.logEncryptionKey);
  const network = checkedNetwork(scope, props, endpoints);
  const settings = new AppliedSettings({ ...props, encryptionKey, logEncryptionKey }, network);
  rememberSettings(scope, settings);
  if (encryptionKey) {
    const users: KeyUser[] = [
      ...(props.notificationTopic ? [] : (['alarms'] as const)),
      ...(hearsEvents ? (['events'] as const) : []),
      ...(logEncryptionKey ? [] : (['logs'] as const)),
    ];
    letUseKey(scope, { prop: 'encryptionKey', key: encryptionKey, users });
    refuseIdleKey(scope, settings);
  }
  if (logEncryptionKey) {
    letUseKey(scope, { prop: 'logEncryptionKey', key: logEncryptionKey, users: ['logs'] });
  }
}

function checkConcurrency(scope: Construct, most: number | undefined): void {
  if (most === undefined || Token.isUnresolved(most)) return;
  if (Number.isInteger(most) && most >= 1) return;
  throw new Error(
    `${scope.node.path}: "reservedConcurrentExecutions" is ${most}${most === 0 ? ', with which no function would ever run' : ''}: write a whole number of at least 1, or leave it out.`,
  );
}

/** Warns where what the construct remembers goes with the stack. Throws for SNAPSHOT. */
export function checkRemoval(scope: Construct, policy: RemovalPolicy | undefined): void {
  if (policy === RemovalPolicy.SNAPSHOT) {
    throw new Error(
      `${scope.node.path}: "removalPolicy" is SNAPSHOT, which tables, keys and logs do not have: write RemovalPolicy.RETAIN, or RemovalPolicy.DESTROY for a test account.`,
    );
  }
  if (policy !== RemovalPolicy.DESTROY) return;
  Annotations.of(scope).addWarningV2(
    'cdk-sentries:destroyedWithStack',
    `"removalPolicy" is DESTROY, which is for test accounts: with the stack go the keys and logs that ${scope.node.path} makes, and all that it remembers, and no table is protected from deletion. ` +
      'Leave it out where the sentries are to protect something.',
  );
}

function refuseIdleKey(scope: Construct, settings: AppliedSettings): void {
  scope.node.addValidation({
    validate: () =>
      settings.isKeyUsed
        ? []
        : [
            `${scope.node.path}: "encryptionKey" does nothing, since the topic and "logEncryptionKey" are given, and the construct makes no table and no queue: leave it out.`,
          ],
  });
}
