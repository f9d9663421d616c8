import type { VpcRanges } from '../../../src/security-group/domain/policies/traffic-pattern';
import type { Vpcs } from '../../../src/security-group/domain/policies/vpcs';

/** VPCs by id; those that are not among them are not there. */
export class VpcsInMemory implements Vpcs {
  readonly all = new Map<string, VpcRanges>();
  looks = 0;

  put(id: string, ...cidrs: string[]): void {
    this.all.set(id, { cidrs });
  }

  cannotBeRead(id: string, reason = 'RequestLimitExceeded'): void {
    this.all.set(id, { cidrs: [], doubt: { kind: 'not-read', reason } });
  }

  async rangesOf(ids: readonly string[]): Promise<ReadonlyMap<string, VpcRanges>> {
    this.looks += 1;
    return new Map([...this.all].filter(([id]) => ids.includes(id)));
  }
}
