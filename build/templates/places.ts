/** Where an app is deployed; as long as nothing is said, anywhere. */
export interface Place {
  readonly name: string;
  readonly account?: string;
  readonly region?: string;
}

const account = '777788889999';

/** One Region of each partition, and an app that does not know where it will be. */
export const PLACES: readonly Place[] = [
  { name: 'anywhere' },
  { name: 'commercial', account, region: 'eu-west-1' },
  { name: 'china', account, region: 'cn-north-1' },
  { name: 'govcloud', account, region: 'us-gov-west-1' },
];
