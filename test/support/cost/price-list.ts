/** What AWS asks for a unit, in dollars. */
export interface Price {
  readonly dollars: number;
  /** What it is asked for. */
  readonly unit: string;
  readonly source: string;
}

/** AWS's list prices in one Region, without free tiers, discounts and taxes. */
export const PRICE_LIST = {
  region: 'us-east-1',
  /** When the prices were written down, from the pages that they name, as we remember these. */
  date: '2026-11-30',
  prices: {
    key: price(1, 'a KMS key and month', 'https://aws.amazon.com/kms/pricing/'),
    /** The first two rotations raise the price for good, and later ones do not. */
    keyRotation: price(
      1,
      'a month for each of the first two rotations of a KMS key',
      'https://aws.amazon.com/kms/pricing/',
    ),
    keyRequest: price(0.03 / 10_000, 'a request to KMS', 'https://aws.amazon.com/kms/pricing/'),
    alarmMetric: price(
      0.1,
      'a metric of an alarm and month',
      'https://aws.amazon.com/cloudwatch/pricing/',
    ),
    fastAlarmMetric: price(
      0.3,
      'a metric of an alarm with a period of less than a minute, and month',
      'https://aws.amazon.com/cloudwatch/pricing/',
    ),
    compositeAlarm: price(
      0.5,
      'a composite alarm and month',
      'https://aws.amazon.com/cloudwatch/pricing/',
    ),
    /** Prorated by the hour, and only for hours in which the metric is written. */
    metric: price(
      0.3,
      'a metric that is written in each hour of a month',
      'https://aws.amazon.com/cloudwatch/pricing/',
    ),
    dashboard: price(3, 'a dashboard and month', 'https://aws.amazon.com/cloudwatch/pricing/'),
    logByte: price(0.5 / 1e9, 'a byte of logs', 'https://aws.amazon.com/cloudwatch/pricing/'),
    queueRequest: price(
      0.4 / 1e6,
      'a request to a standard queue',
      'https://aws.amazon.com/sqs/pricing/',
    ),
    fifoQueueRequest: price(
      0.5 / 1e6,
      'a request to a FIFO queue',
      'https://aws.amazon.com/sqs/pricing/',
    ),
    invocation: price(
      0.2 / 1e6,
      'an invocation of a function',
      'https://aws.amazon.com/lambda/pricing/',
    ),
    armGigabyteSecond: price(
      0.0000133334,
      'a GB-second on ARM64',
      'https://aws.amazon.com/lambda/pricing/',
    ),
    gigabyteSecond: price(
      0.0000166667,
      'a GB-second on x86',
      'https://aws.amazon.com/lambda/pricing/',
    ),
    read: price(
      0.125 / 1e6,
      'a unit that is read from a table',
      'https://aws.amazon.com/dynamodb/pricing/on-demand/',
    ),
    write: price(
      0.625 / 1e6,
      'a unit that is written to a table',
      'https://aws.amazon.com/dynamodb/pricing/on-demand/',
    ),
    event: price(
      1 / 1e6,
      'an event of the library itself on a bus',
      'https://aws.amazon.com/eventbridge/pricing/',
    ),
    notification: price(0.5 / 1e6, 'a message to a topic', 'https://aws.amazon.com/sns/pricing/'),
    email: price(2 / 100_000, 'an e-mail of a topic', 'https://aws.amazon.com/sns/pricing/'),
    apiRequest: price(
      1 / 1e6,
      'a request to an HTTP API',
      'https://aws.amazon.com/api-gateway/pricing/',
    ),
    secret: price(0.4, 'a secret and month', 'https://aws.amazon.com/secrets-manager/pricing/'),
    secretRequest: price(
      0.05 / 10_000,
      'a look at a secret',
      'https://aws.amazon.com/secrets-manager/pricing/',
    ),
  },
} as const;

export type PriceList = typeof PRICE_LIST;

function price(dollars: number, unit: string, source: string): Price {
  return { dollars, unit, source };
}
