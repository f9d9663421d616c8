import { Reference, Tokenization } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { isLookupPlaceholder } from '../../shared/constructs/lookup-placeholders';

/** The construct that an id is of, where it is of one of the app. */
export function targetOf(id: string): IConstruct | undefined {
  const [token, ...others] = Tokenization.reverseString(id).tokens;
  return token && others.length === 0 && Reference.isReference(token) ? token.target : undefined;
}

/**
 * Whether two ids are certain to be the same: a group has one by `Ref` and one by its attribute.
 */
export function isSameId(one: string, other: string): boolean {
  if (isLookupPlaceholder(one)) return false;
  const target = targetOf(one);
  return one === other || (target !== undefined && target === targetOf(other));
}
