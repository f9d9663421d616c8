import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { isLeftOut } from '../../organization/constructs/member-accounts';
import type { SentryHub } from '../../organization/constructs/sentry-hub';
import { isKnownLater } from '../../shared/constructs/known-later';
import type { Exclusion } from '../domain/exclusion';

/** Throws for an exclusion that another one makes useless. */
export function refuseUselessExclusions(scope: Construct, excluding: readonly Exclusion[]): void {
  excluding.forEach((one, index) => {
    const other = excluding.find(
      (another, at) =>
        at !== index && covers(another, one) && (at < index || !covers(one, another)),
    );
    if (!other) return;
    throw new Error(
      `${scope.node.path}: "excluding" has ${inWords(one)}, which does nothing beside ${inWords(other)}: take it out.`,
    );
  });
}

/** Throws for an exclusion that holds in no account whose keys are looked at. */
export function refuseUnwatchedAccounts(
  scope: Construct,
  excluding: readonly Exclusion[],
  hub: SentryHub | undefined,
): void {
  const { account } = Stack.of(scope);
  if (isKnownLater(account)) return;
  const isUnwatched = (id: string) =>
    id !== account && !isKnownLater(id) && (!hub || isLeftOut(id, hub._accounts));
  const idle = excluding.find(({ accounts }) => accounts?.every(isUnwatched));
  if (!idle) return;
  const why = hub
    ? `${hub.node.path} does not watch that: take it out, or add to the accounts of the hub`
    : `it has no "hub" and is in ${account}: take it out, or give it a hub that watches more accounts`;
  throw new Error(
    `${scope.node.path}: "excluding" has ${inWords(idle)}, where the sentry looks at no key, since ${why}.`,
  );
}

/** Whether all users that the second means are excluded by the first, in the same accounts. */
function covers(one: Exclusion, other: Exclusion): boolean {
  return isInAccountsOf(other, one) && meansAllOf(one, other);
}

function isInAccountsOf({ accounts }: Exclusion, { accounts: wider }: Exclusion): boolean {
  return !wider || (accounts?.every((account) => wider.includes(account)) ?? false);
}

function meansAllOf(one: Exclusion, other: Exclusion): boolean {
  switch (one.kind) {
    case 'user':
      return other.kind === 'user' && other.userName === one.userName;
    case 'path':
      return other.kind === 'path' && other.path.startsWith(one.path);
    case 'group':
      return other.kind === 'group' && other.groupName === one.groupName;
    case 'tag':
      return other.kind === 'tag' && other.key === one.key && other.maxDays <= one.maxDays;
  }
}

function inWords(exclusion: Exclusion): string {
  const where = exclusion.accounts ? ` in ${exclusion.accounts.join(', ')}` : '';
  switch (exclusion.kind) {
    case 'user':
      return `the user ${exclusion.userName}${where}`;
    case 'path':
      return `the path ${exclusion.path}${where}`;
    case 'group':
      return `the group ${exclusion.groupName}${where}`;
    case 'tag':
      return `the tag ${exclusion.key}${where}`;
  }
}
