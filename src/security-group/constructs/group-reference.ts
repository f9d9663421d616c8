import { isLookupPlaceholder } from '../../shared/constructs/lookup-placeholders';
import { referredBy } from '../../shared/constructs/referred-by';

/**
 * Whether two ids are certain to be the same: a group has one by `Ref` and one by its attribute.
 */
export function isSameId(one: string, other: string): boolean {
  if (isLookupPlaceholder(one)) return false;
  const target = referredBy(one);
  return one === other || (target !== undefined && target === referredBy(other));
}
