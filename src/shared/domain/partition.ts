/** A part of AWS with accounts, IAM and consoles of its own. */
interface Partition {
  readonly regions: RegExp;
  readonly consoleDomain: string;
  /** The one Region that IAM's records arrive in. */
  readonly iamRegion: string;
}

const COMMERCIAL: Partition = {
  regions: /^(af|ap|ca|eu|il|me|mx|sa|us)-[a-z]+-\d+$/,
  consoleDomain: 'aws.amazon.com',
  iamRegion: 'us-east-1',
};

const PARTITIONS: readonly Partition[] = [
  COMMERCIAL,
  { regions: /^cn-/, consoleDomain: 'amazonaws.cn', iamRegion: 'cn-north-1' },
  { regions: /^us-gov-/, consoleDomain: 'amazonaws-us-gov.com', iamRegion: 'us-gov-west-1' },
];

/** The address of the AWS console's pages for a Region; each partition has a console of its own. */
export function consoleOf(region: string): string {
  return `https://${region}.console.${(partitionOf(region) ?? COMMERCIAL).consoleDomain}`;
}

/**
 * The Region that IAM's records, and its console, are in. Of a partition that is not known, that
 * may be any.
 */
export function iamRegionOf(region: string): string {
  return partitionOf(region)?.iamRegion ?? region;
}

function partitionOf(region: string): Partition | undefined {
  return PARTITIONS.find(({ regions }) => regions.test(region));
}
