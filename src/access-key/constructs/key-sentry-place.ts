import { Annotations, Stack, Token } from 'aws-cdk-lib';
import { Fact, RegionInfo } from 'aws-cdk-lib/region-info';
import type { Construct, IConstruct } from 'constructs';
import type { IamKeySentryProps } from './iam-key-sentry-props';
import { isSameAccount } from '../../shared/constructs/same-account';

/**
 * Throws if the app has another sentry for the same account: two would report everything twice, and
 * act on each other's notices.
 */
export function refuseSecondSentry(
  sentry: Construct,
  isSentry: (other: IConstruct) => boolean,
): void {
  const rival = sentry.node.root.node
    .findAll()
    .find((other) => other !== sentry && isSentry(other) && isSameAccount(sentry, other));
  if (!rival) return;
  throw new Error(
    `${sentry.node.path}: ${rival.node.path} already watches the access keys of the same account: write one IamKeySentry for each account.`,
  );
}

/** The one Region in which the sentry works. */
export interface HomeRegion {
  readonly name: string;
  /** Otherwise it is the stack's, and no copy can be outside of it. */
  readonly isGiven: boolean;
}

/**
 * Warns where the sentry's stack is in another Region. Throws where the sentry could never work: no
 * stack can be in the home Region, or none that looks at the keys of this one.
 */
export function homeRegion(sentry: Construct, props: IamKeySentryProps): HomeRegion {
  const { region } = Stack.of(sentry);
  const home = props.homeRegion ?? region;
  if (home === region || Token.isUnresolved(home)) {
    return { name: home, isGiven: props.homeRegion !== undefined };
  }
  refuseUnknownRegion(sentry, home);
  if (!Token.isUnresolved(region)) {
    refuseOtherPartition(sentry, home, region);
    Annotations.of(sentry).addWarningV2(
      'cdk-sentries:outsideHomeRegion',
      `This copy is in ${region} and will do nothing: "homeRegion" is ${home}, and IAM is the same in every Region.`,
    );
  }
  return { name: home, isGiven: true };
}

/** The sentry of a hub works beside it, or the keys of no member would be looked at. */
export function refuseOtherHome(sentry: Construct, props: IamKeySentryProps): void {
  const { region } = Stack.of(sentry);
  const { homeRegion: home = region } = props;
  if (home === region || Token.isUnresolved(home) || Token.isUnresolved(region)) return;
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
