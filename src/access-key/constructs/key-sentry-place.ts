import { Annotations, Stack, Stage, Token } from 'aws-cdk-lib';
import type { Construct, IConstruct } from 'constructs';
import type { IamKeySentryProps } from './iam-key-sentry-props';

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

/** Stages are deployed to accounts of their own, unless the account is known. */
function isSameAccount(one: IConstruct, other: IConstruct): boolean {
  const { account } = Stack.of(one);
  return (
    Stack.of(other).account === account &&
    (Stage.of(other) === Stage.of(one) || !Token.isUnresolved(account))
  );
}

/** The Region in which the sentry works. Warns where its stack is in another one. */
export function homeRegion(sentry: Construct, props: IamKeySentryProps): string {
  const { region } = Stack.of(sentry);
  const home = props.homeRegion ?? region;
  if (![home, region].some(Token.isUnresolved) && home !== region) {
    Annotations.of(sentry).addWarningV2(
      'cdk-sentries:outsideHomeRegion',
      `This copy is in ${region} and will do nothing: "homeRegion" is ${home}, and IAM is the same in every Region.`,
    );
  }
  return home;
}
