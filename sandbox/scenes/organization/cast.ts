import type { Place } from '../../local-aws';

/** Who is who in the scene: ids as examples/organization/typescript/app.ts has them. */
export const ORGANIZATION = { id: 'o-abc1234567', rootId: 'r-abcd' };
export const UNITS = {
  production: 'ou-abcd-11111111',
  trials: 'ou-abcd-22222222',
} as const;
export const SECURITY = '111122223333';
export const DEPLOYMENT = '444455556666';
/** Those who write the example's app have a warning about it. */
export const PAYMENTS = '777788889999';
export const WARNING = 'holds the payment systems';
export const LAB = '888899990000';
/** So new that no StackSet has come to it. */
export const SHOP = '999900001111';

type Unit = keyof typeof UNITS;

export interface MemberAccount {
  readonly name: string;
  readonly id: string;
  readonly unit: Unit;
}

/** Those in units that the hub watches. */
export const MEMBERS: Readonly<Record<'payments' | 'lab' | 'shop', MemberAccount>> = {
  payments: { name: 'payments', id: PAYMENTS, unit: 'production' },
  lab: { name: 'lab', id: LAB, unit: 'trials' },
  shop: { name: 'shop', id: SHOP, unit: 'production' },
};

export function unitOf(accountId: string): Unit | undefined {
  return Object.values(MEMBERS).find(({ id }) => id === accountId)?.unit;
}

export const REGIONS = ['eu-west-1', 'us-east-1'] as const;
const [FIRST, SECOND] = REGIONS;

export const HUB_PLACE: Place = { accountId: SECURITY, region: FIRST };
export const DEPLOYMENT_PLACE: Place = { accountId: DEPLOYMENT, region: FIRST };
/** The second Region of the account. */
export const PAYMENTS_PLACE: Place = { accountId: PAYMENTS, region: SECOND };
export const LAB_PLACE: Place = { accountId: LAB, region: FIRST };

/** By which the hub hears of changes in a member's Region. */
export const CHANGE_RULE = 'cdk-sentries-changes';

/**
 * A route's channel in Slack, the user group of those who decide there, and those who are in the
 * channel besides.
 */
export const ROUTES = {
  production: {
    channel: 'C0PRODUCTION',
    group: 'S0PRODUCTION',
    members: ['petra', 'paul', 'pia'],
    readers: [],
  },
  trials: {
    channel: 'C0TRIALS',
    group: 'S0TRIALS',
    members: ['tess', 'tom'],
    readers: ['petra'],
  },
  security: { channel: 'C0SECURITY', group: 'S0SECURITY', members: ['sam', 'sue'], readers: [] },
} as const;

export type Person = (typeof ROUTES)[keyof typeof ROUTES]['members'][number];

/** Of someone in Slack. */
export function userId(person: Person): string {
  return `U0${person.toUpperCase()}`;
}
