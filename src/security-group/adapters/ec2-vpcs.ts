import { type EC2Client, paginateDescribeVpcs, type Vpc } from '@aws-sdk/client-ec2';
import { VALUES_PER_FILTER } from './ec2-filters';
import { chunksOf } from '../../shared/domain/chunks';
import { reasonOf } from '../../shared/domain/failure/failure';
import type { VpcRanges } from '../domain/policies/traffic-pattern';
import type { Vpcs } from '../domain/policies/vpcs';
import { parseIpRange } from '../domain/rules/ip-range';

/** The VPCs that one account may see, those that are shared with it included. */
export class Ec2Vpcs implements Vpcs {
  constructor(private readonly client: EC2Client) {}

  async rangesOf(ids: readonly string[]): Promise<ReadonlyMap<string, VpcRanges>> {
    const chunks = await Promise.all(
      chunksOf(ids, VALUES_PER_FILTER).map(async (chunk) => this.read(chunk)),
    );
    return new Map(chunks.flat());
  }

  /** By a filter, as one id that is not there would make EC2 refuse them all. */
  private async read(ids: string[]): Promise<[string, VpcRanges][]> {
    const found: [string, VpcRanges][] = [];
    try {
      const pages = paginateDescribeVpcs(
        { client: this.client },
        { Filters: [{ Name: 'vpc-id', Values: ids }] },
      );
      for await (const { Vpcs: page = [] } of pages) {
        found.push(...page.map((vpc): [string, VpcRanges] => [vpc.VpcId ?? '', rangesOf(vpc)]));
      }
      return found;
    } catch (error) {
      const doubt = { kind: 'not-read', reason: reasonOf(error) } as const;
      return ids.map((id) => [id, { cidrs: [], doubt }]);
    }
  }
}

/** Those in use, not those on their way in or out. */
function rangesOf({
  CidrBlockAssociationSet: ipv4 = [],
  Ipv6CidrBlockAssociationSet: ipv6 = [],
}: Vpc): VpcRanges {
  const blocks = [
    ...ipv4.map(({ CidrBlock: cidr, CidrBlockState: state }) => ({ cidr, state })),
    ...ipv6.map(({ Ipv6CidrBlock: cidr, Ipv6CidrBlockState: state }) => ({ cidr, state })),
  ];
  const cidrs = blocks
    .filter(({ state }) => state?.State === 'associated')
    .flatMap(({ cidr = '' }) => parseIpRange(cidr)?.cidr ?? []);
  return { cidrs: [...new Set(cidrs)] };
}
