import * as iam from 'aws-cdk-lib/aws-iam';

/** Services of AWS that use a key for what they publish, send or write. */
export type KeyUser = 'alarms' | 'events' | 'logs';

/** Those that publish to a topic, by its policy and that of its key. */
export type Publisher = Exclude<KeyUser, 'logs'>;

export const PUBLISHER_PRINCIPALS = {
  alarms: 'cloudwatch.amazonaws.com',
  events: 'events.amazonaws.com',
} as const satisfies Readonly<Record<Publisher, string>>;

/** Of a construct without tamper rules. */
export const ALARMS_ALONE: readonly Publisher[] = ['alarms'];

export const ALARMS_AND_EVENTS: readonly Publisher[] = ['alarms', 'events'];

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
  alarms: () => publisherKeyStatement(['alarms']),
  events: () => publisherKeyStatement(['events']),
  logs: logging,
};

/**
 * What the policy of a key must hold with which topics and queues are encrypted; their own policies
 * say who may publish. For EventBridge it can have no condition.
 */
export function publisherKeyStatement(publishers: readonly Publisher[]): iam.PolicyStatement {
  return new iam.PolicyStatement({
    principals: publishers.map((one) => new iam.ServicePrincipal(PUBLISHER_PRINCIPALS[one])),
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
