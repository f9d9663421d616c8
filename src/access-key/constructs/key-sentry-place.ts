import { Stack, Token } from 'aws-cdk-lib';
import { Fact, RegionInfo } from 'aws-cdk-lib/region-info';
import type { Construct } from 'constructs';
import type { IamKeySentryProps } from './iam-key-sentry-props';
import { isKnownLater } from '../../shared/constructs/known-later';
import { warnAtSynth } from '../../shared/constructs/late-advice';
import { isSameAccount } from '../../shared/constructs/same-account';

/** A sentry of the app, with the Region in which it works. */
export interface PlacedSentry {
  readonly sentry: Construct;
  readonly home: HomeRegion;
}

/**
 * Throws unless all sentries of the app for the account are copies in several Regions with one
 * home: two that work would report everything twice, and act on each other's notices.
 */
export function refuseSecondHome(
  { sentry, home }: PlacedSentry,
  others: readonly PlacedSentry[],
): void {
  const region = regionOf(sentry);
  for (const other of others.filter((one) => isSameAccount(sentry, one.sentry))) {
    const rival = other.sentry.node.path;
    const known = `${sentry.node.path}: ${rival} already watches the access keys of the same account`;
    if (regionOf(other.sentry) === region) {
      throw new Error(
        `${known}: write one IamKeySentry for each account, or copies of one in several Regions with the same "homeRegion".`,
      );
    }
    if (other.home.name === home.name) continue;
    if (!home.isGiven || !other.home.isGiven) {
      throw new Error(
        `${known}, in ${inWords(regionOf(other.sentry))}, and both would work: write one IamKeySentry for each account, or name the Region in which the copies work in each, such as homeRegion: "${homeOf(other)}".`,
      );
    }
    throw new Error(
      `${known}, with ${inWords(other.home.name)} for its "homeRegion" and not ${inWords(home.name)}: one account has one home, so name the same Region in all copies.`,
    );
  }
}

/**
 * Warns of a copy that does nothing, unless the app has the copy that works. Where the app has
 * several and none can be that one, it is an error.
 */
export function judgeHome(
  { sentry, home: { name: home } }: PlacedSentry,
  others: readonly PlacedSentry[],
): string[] {
  const regions = others
    .filter((other) => isSameAccount(sentry, other.sentry))
    .map((other) => regionOf(other.sentry));
  const region = regionOf(sentry);
  const places = [region, ...regions];
  if ([home, ...places].some(isKnownLater) || places.includes(home)) return [];
  if (regions.length > 0) {
    return [
      `"homeRegion" is ${home}, and the copies of this app are in ${places.sort().join(', ')}: none of them would do anything. ` +
        `Write one in a stack in ${home}, or name the Region of one of them.`,
    ];
  }
  warnAtSynth(
    sentry,
    'cdk-sentries:outsideHomeRegion',
    `This copy is in ${region} and will do nothing: "homeRegion" is ${home}, and IAM is the same in every Region.`,
  );
  return [];
}

function regionOf(sentry: Construct): string {
  return Stack.of(sentry).region;
}

function inWords(region: string): string {
  return Token.isUnresolved(region) ? 'a Region that only the deployment knows' : region;
}

function homeOf({ sentry, home }: PlacedSentry): string {
  const name = home.isGiven ? home.name : regionOf(sentry);
  return Token.isUnresolved(name) ? 'us-east-1' : name;
}

/** The one Region in which the sentry works. */
export interface HomeRegion {
  readonly name: string;
  /** Otherwise it is the stack's, and no copy can be outside of it. */
  readonly isGiven: boolean;
}

/**
 * Throws where the sentry could never work: no stack can be in the home Region, or none that looks
 * at the keys of this one.
 */
export function homeRegion(sentry: Construct, props: IamKeySentryProps): HomeRegion {
  const { region } = Stack.of(sentry);
  const home = props.homeRegion ?? region;
  if (home === region || isKnownLater(home)) {
    return { name: home, isGiven: props.homeRegion !== undefined };
  }
  refuseUnknownRegion(sentry, home);
  if (!Token.isUnresolved(region)) {
    refuseOtherPartition(sentry, home, region);
  }
  return { name: home, isGiven: true };
}

/** The sentry of a hub works beside it, or the keys of no member would be looked at. */
export function refuseOtherHome(sentry: Construct, props: IamKeySentryProps): void {
  const { region } = Stack.of(sentry);
  const { homeRegion: home = region } = props;
  if (home === region || isKnownLater(home) || Token.isUnresolved(region)) return;
  throw new Error(
    `${sentry.node.path}: "homeRegion" is ${home}, and the sentry and its hub are in ${region}: it would do nothing, so leave "homeRegion" out.`,
  );
}

function refuseUnknownRegion(sentry: Construct, home: string): void {
  if (Fact.regions.includes(home)) return;
  throw new Error(
    `${sentry.node.path}: "homeRegion" is ${home}, and no such Region is known: every copy would do nothing. ` +
      'Write a Region such as us-east-1, or update aws-cdk-lib if the Region is a new one.',
  );
}

function refuseOtherPartition(sentry: Construct, home: string, region: string): void {
  const [ofHome, own] = [home, region].map((name) => RegionInfo.get(name).partition);
  if (ofHome === undefined || own === undefined || ofHome === own) return;
  throw new Error(
    `${sentry.node.path}: "homeRegion" is ${home}, in the partition ${ofHome}, and the stack is in ${region}, in ${own}: ` +
      `the two have no account in common, so write a Region of ${own}.`,
  );
}
