import { DescribeRegionsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { emulatorAccess, HOME, type Place } from '../emulator/emulator-access';

const OFF = 'not-opted-in';

/** The Regions that accounts can use: those that all have, and those that each has switched on. */
export class EnabledRegions {
  private common: Promise<ReadonlySet<string>> | undefined;

  constructor(private readonly endpoint: string) {}

  async has({ accountId, region }: Place): Promise<boolean> {
    this.common ??= this.regionsWith(HOME.accountId, (status) => status === 'opt-in-not-required');
    if ((await this.common).has(region)) return true;
    return (await this.regionsWith(accountId, (status) => status !== OFF)).has(region);
  }

  private async regionsWith(
    accountId: string,
    isWanted: (optInStatus: string | undefined) => boolean,
  ): Promise<ReadonlySet<string>> {
    const ec2 = new EC2Client(emulatorAccess(this.endpoint, { ...HOME, accountId }));
    const { Regions = [] } = await ec2.send(new DescribeRegionsCommand({ AllRegions: true }));
    ec2.destroy();
    return new Set(
      Regions.filter(({ OptInStatus }) => isWanted(OptInStatus)).map(
        ({ RegionName = '' }) => RegionName,
      ),
    );
  }
}
