import { Stack, Token } from 'aws-cdk-lib';
import { RegionInfo } from 'aws-cdk-lib/region-info';
import type { Construct } from 'constructs';
import type { PlaceNames } from './key-statements';

/** The partition of a stack, for a statement that people copy: it goes by the Region. */
export function partitionText(scope: Construct): string {
  return known(Stack.of(scope).partition) ?? regionOf(scope)?.partition ?? unknown('partition');
}

/** Where a stack is, for a statement that people copy. */
export function placeText(scope: Construct): PlaceNames {
  const { account, region, urlSuffix } = Stack.of(scope);
  return {
    partition: partitionText(scope),
    region: known(region) ?? unknown('Region'),
    account: known(account) ?? unknown('account'),
    urlSuffix: known(urlSuffix) ?? regionOf(scope)?.domainSuffix ?? unknown('URL suffix'),
  };
}

function known(text: string): string | undefined {
  return Token.isUnresolved(text) ? undefined : text;
}

function regionOf(scope: Construct): RegionInfo | undefined {
  const region = known(Stack.of(scope).region);
  return region === undefined ? undefined : RegionInfo.get(region);
}

function unknown(what: string): string {
  return `<the ${what} of this stack>`;
}
