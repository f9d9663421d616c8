import type { Construct } from 'constructs';
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
