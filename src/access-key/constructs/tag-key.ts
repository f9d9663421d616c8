import { isKnownLater } from '../../shared/constructs/known-later';

/**
 * The key of a tag of users. Throws for one that IAM takes for no user.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_Tag.html
 */
export function checkedTagKey(key: string, example: string): string {
  if (isKnownLater(key)) return key;
  if (!/^[\p{L}\p{Z}\p{N}_.:/=+@-]{1,128}$/u.test(key)) {
    throw new Error(
      `"${key}" is no key of a tag: write up to 128 letters, digits, spaces or _.:/=+-@, such as "${example}".`,
    );
  }
  if (/^aws:/i.test(key)) {
    throw new Error(
      `"${key}" is no key of a tag of users, since only AWS writes tags that begin with aws: write another, such as "${example}".`,
    );
  }
  return key;
}
