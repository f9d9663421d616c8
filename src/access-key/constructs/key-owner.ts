import { checkedTagKey } from './tag-key';
import { isKnownLater } from '../../shared/constructs/known-later';
import type { OwnerRule } from '../domain/owner';

/**
 * Where the owner of a user's keys is found: an e-mail address or a team, in up to 100 characters.
 * Longer ones are cut. The owner hears of the keys, and decides nothing.
 *
 * Anyone who may tag, make or rename users can write an owner, so reports say where it comes from.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 */
export class KeyOwner {
  /**
   * The value of a tag of the user.
   *
   * @param key the key of the tag, such as "Owner"; IAM takes "owner" for the same. Throws if it is
   * empty, longer than the 128 characters that IAM takes, or begins with `aws:`.
   */
  public static tag(key: string): KeyOwner {
    return new KeyOwner({ kind: 'tag', key: checkedTagKey(key, 'Owner') });
  }

  /**
   * The part of the user's path that comes after a prefix: with "/teams/", the owner of the keys of
   * /teams/payments/robot is "payments". Users under other paths have none by this.
   *
   * @param prefix such as "/teams/", or "/" for the first part of every path. Throws if it does not
   * begin and end with a slash, or if it is so long that no part can follow.
   */
  public static path(prefix: string): KeyOwner {
    if (!isKnownLater(prefix) && !/^\/([\x21-\x7e]+\/)?$/.test(prefix)) {
      throw new Error(
        `"${prefix}" is no path of IAM: write one that begins and ends with a slash, such as "/teams/".`,
      );
    }
    if (!isKnownLater(prefix) && prefix.length > LONGEST_PATH - SHORTEST_PART) {
      throw new Error(
        `The path of KeyOwner.path() has ${prefix.length} characters, and IAM takes ${LONGEST_PATH} with the part that follows: write a shorter one, such as "/teams/".`,
      );
    }
    return new KeyOwner({ kind: 'path', prefix });
  }

  /**
   * The e-mail address in the user's name, such as ann@example.com in "ann@example.com" or in
   * "ci=ann@example.com"; the name itself where it holds none, or more than one. Every user has a
   * name, so it is the last place to look.
   */
  public static userName(): KeyOwner {
    return new KeyOwner({ kind: 'user-name' });
  }

  private constructor(private readonly specification: OwnerRule) {}

  /** @internal */
  public get _specification(): OwnerRule {
    return this.specification;
  }
}

const LONGEST_PATH = 512;

/** One character, and the slash after it. */
const SHORTEST_PART = 2;
