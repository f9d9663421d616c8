/** As AWS Organizations lists an account. */
export interface Member {
  readonly Id: string;
  readonly Name: string;
  readonly State: string;
  readonly Paths: readonly string[];
}

export const HUB_ACCOUNT = '100000000000';
export const REGIONS = ['eu-west-1', 'us-east-1'] as const;
export const HUB_NAME = 'cdk-sentries';
export const HUB_BUS_ARN = `arn:aws:events:${REGIONS[0]}:${HUB_ACCOUNT}:event-bus/${HUB_NAME}`;

const ACCOUNTS_PER_UNIT = 50;

/** The first one is the hub's. */
export function membersOf(accounts: number): Member[] {
  return Array.from({ length: accounts }, (_, index) => ({
    Id: accountId(index),
    Name: `team-${index}-production`,
    State: 'ACTIVE',
    Paths: [
      `o-abc1234567/r-abcd/ou-abcd-11111111/ou-abcd-${String(Math.floor(index / ACCOUNTS_PER_UNIT)).padStart(8, '0')}/`,
    ],
  }));
}

export function accountId(index: number): string {
  return String(Number(HUB_ACCOUNT) + index);
}
