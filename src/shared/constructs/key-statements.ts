import * as iam from 'aws-cdk-lib/aws-iam';

/** A service of AWS that publishes to a topic by the policies of topic and key. */
export type Publisher = 'cloudwatch.amazonaws.com' | 'events.amazonaws.com';

/** For alarms, and for rules. */
export const PUBLISHERS: readonly Publisher[] = [
  'cloudwatch.amazonaws.com',
  'events.amazonaws.com',
];

/** Without tamper rules, alarms alone. */
export function publishersFor(tamperRules: boolean): readonly Publisher[] {
  return tamperRules ? PUBLISHERS : ['cloudwatch.amazonaws.com'];
}

/** Services of AWS that use a key for what they publish, send or write. */
export type KeyUser = 'alarms' | 'events' | 'logs';

/** What a statement says of where it holds. */
export interface PlaceNames {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
  readonly urlSuffix: string;
}

/** Lets a service use a key: a statement for its policy. */
export function keyStatement(user: KeyUser, place: PlaceNames): iam.PolicyStatement {
  return STATEMENTS[user](place);
}

const STATEMENTS: Readonly<Record<KeyUser, (place: PlaceNames) => iam.PolicyStatement>> = {
  alarms: () => publisherKeyStatement(['cloudwatch.amazonaws.com']),
  events: () => publisherKeyStatement(['events.amazonaws.com']),
  logs: logging,
};

/**
 * What the policy of a key must hold with which topics and queues are encrypted; their own policies
 * say who may publish. For EventBridge it can have no condition.
 */
export function publisherKeyStatement(publishers: readonly Publisher[]): iam.PolicyStatement {
  return new iam.PolicyStatement({
    principals: publishers.map((service) => new iam.ServicePrincipal(service)),
    actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
    resources: ['*'],
  });
}

/** For log groups of this account and Region alone. In China, the name ends with .cn. */
function logging({ partition, region, account, urlSuffix }: PlaceNames): iam.PolicyStatement {
  const principal = `logs.${region}.${urlSuffix}`;
  return new iam.PolicyStatement({
    principals: [iam.ServicePrincipal.fromStaticServicePrincipleName(principal)],
    actions: [
      'kms:Encrypt*',
      'kms:Decrypt*',
      'kms:ReEncrypt*',
      'kms:GenerateDataKey*',
      'kms:Describe*',
    ],
    resources: ['*'],
    conditions: {
      ArnLike: {
        'kms:EncryptionContext:aws:logs:arn': `arn:${partition}:logs:${region}:${account}:*`,
      },
    },
  });
}
