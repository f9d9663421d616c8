import { Annotations, Stack, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { ISentryHub } from './hub-reference';
import { isLeftOut } from './member-accounts';
import { SentryHub } from './sentry-hub';
import { isKnownLater } from '../../shared/constructs/known-later';

/** While an account is being taken out of a hub, its member is still in the app for a while. */
export function warnOfUnwatchedAccount(member: Construct, hub: ISentryHub): void {
  const { account } = Stack.of(member);
  if (!(hub instanceof SentryHub) || !isLeftOut(account, hub._accounts)) return;
  Annotations.of(member).addWarningV2(
    'cdk-sentries:accountNotWatched',
    `${hub.node.path} does not watch the account ${account}, so this does nothing: add the account to the hub's "accounts", or remove this.`,
  );
}

/** A Region that is being taken out of a hub is still in its members for a while. */
export function warnOfUnwatchedRegions(
  members: Construct,
  hub: ISentryHub,
  regions: readonly string[],
): void {
  const watched = hub instanceof SentryHub ? hub._regions : undefined;
  if (!watched || watched.some(isKnownLater)) return;
  const idle = regions.filter((name) => !isKnownLater(name) && !watched.includes(name));
  if (idle.length === 0) return;
  Annotations.of(members).addWarningV2(
    'cdk-sentries:regionNotWatched',
    `"regions" has ${idle.join(', ')}, and the hub passes over what comes from there: add it to the hub's "regions", or leave it out.`,
  );
}

/** Who administers StackSets can do anything in every member. */
export function warnInHubAccount(members: Construct, { hubAccountId }: ISentryHub): void {
  const { account } = Stack.of(members);
  if (Token.isUnresolved(account) || account !== hubAccountId) return;
  Annotations.of(members).addWarningV2(
    'cdk-sentries:stackSetsInHubAccount',
    `These StackSets are in ${account}, the hub's own account, which so can do anything in every member: write them in a stack of an account for deployments alone.`,
  );
}
