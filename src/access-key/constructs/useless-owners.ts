import type { Construct } from 'constructs';
import type { Exclusion } from '../domain/exclusion';
import { ownerOf, type OwnerRule } from '../domain/owner';

/** Throws for a list that is empty, and for a place that an earlier one leaves nothing to. */
export function refuseUselessOwners(scope: Construct, owners: readonly OwnerRule[]): void {
  if (owners.length === 0) {
    throw new Error(
      `${scope.node.path}: "owners" is empty, so no owner would be known: name a place, such as KeyOwner.tag("Owner"), or leave it out.`,
    );
  }
  owners.forEach((one, index) => {
    const earlier = owners.slice(0, index).find((other) => covers(other, one));
    if (!earlier) return;
    throw new Error(
      `${scope.node.path}: "owners" has ${inWords(one)}, which is never looked at after ${inWords(earlier)}: ${
        inWords(one) === inWords(earlier) ? 'take it out' : 'put it before, or take it out'
      }.`,
    );
  });
}

/** Throws for a tag that excludes users as well: an exclusion asks for a date, and no date owns. */
export function refuseTagOfExclusion(
  scope: Construct,
  owners: readonly OwnerRule[],
  excluding: readonly Exclusion[],
): void {
  const tags = excluding.flatMap((one) => (one.kind === 'tag' ? [one.key.toLowerCase()] : []));
  const both = owners.find((one) => one.kind === 'tag' && tags.includes(one.key.toLowerCase()));
  if (!both) return;
  throw new Error(
    `${scope.node.path}: ${inWords(both)} is in "owners", and "excluding" has the same tag, whose value has to be a date: write another tag in one of them.`,
  );
}

/** Whether the first gives an owner wherever the second does. */
function covers(one: OwnerRule, other: OwnerRule): boolean {
  switch (one.kind) {
    case 'user-name':
      return true;
    case 'tag':
      return other.kind === 'tag' && other.key.toLowerCase() === one.key.toLowerCase();
    case 'path':
      return other.kind === 'path' && (other.prefix === one.prefix || finds(one, other.prefix));
  }
}

/** In the path alone, so for all users below it as well. */
function finds(rule: OwnerRule, path: string): boolean {
  const owner = ownerOf({ userName: '', path }, [rule], { kind: 'read', values: new Map() });
  return owner.kind === 'known';
}

function inWords(rule: OwnerRule): string {
  switch (rule.kind) {
    case 'tag':
      return `KeyOwner.tag("${rule.key}")`;
    case 'path':
      return `KeyOwner.path("${rule.prefix}")`;
    case 'user-name':
      return 'KeyOwner.userName()';
  }
}
