import { Token } from 'aws-cdk-lib';
import { isLookupPlaceholder } from './lookup-placeholders';

/**
 * In the place of this, CloudFormation puts what a parameter or a secret holds. It may stand within
 * another text.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
 */
const DYNAMIC_REFERENCE = /\{\{resolve:/;

/**
 * Whether a text is not known yet: a token, what the CDK gives in the place of a look-up, or a
 * dynamic reference. No check may refuse it for what it says.
 */
export function isKnownLater(text: string): boolean {
  return Token.isUnresolved(text) || isLookupPlaceholder(text) || DYNAMIC_REFERENCE.test(text);
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
