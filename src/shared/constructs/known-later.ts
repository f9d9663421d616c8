import { Token } from 'aws-cdk-lib';
import { isLookupPlaceholder } from './lookup-placeholders';

/**
 * Whether a text is not known yet: a token, or what the CDK gives in the place of a look-up. No
 * check may refuse it for what it says.
 */
export function isKnownLater(text: string): boolean {
  return Token.isUnresolved(text) || isLookupPlaceholder(text);
}

/**
 * Throws for a list that is a token as a whole, as it would be taken for a list of one. The
 * sentence begins with `subject`, such as `Approvers.users() got`, and ends with what to do.
 */
export function refuseListKnownLater(
  subject: string,
  list: readonly string[],
  instead: string,
): void {
  if (!Token.isUnresolved(list)) return;
  throw new Error(`${subject} a list that only the deployment knows: ${instead}.`);
}
