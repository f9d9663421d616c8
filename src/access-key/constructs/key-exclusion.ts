import { Duration } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { checkedTagKey } from './tag-key';
import { ACCOUNT_ID } from '../../organization/contracts/place-names';
import { wholeDays } from '../../shared/constructs/checked-duration';
import { checkedReason } from '../../shared/constructs/exclusion-reason';
import { isKnownLater, refuseListKnownLater } from '../../shared/constructs/known-later';
import type { Exclusion } from '../domain/exclusion';

/** Why keys are left alone. */
export interface KeyExclusionProps {
  /**
   * Why the users are excluded, in one line of plain text, up to 200 characters. The inventory of
   * keys shows it with each of their keys, and reports with the users that a tag excludes. Throws
   * if it is empty, longer, or has line breaks.
   *
   * @default - none
   */
  readonly reason?: string;
}

/** How far ahead the date of an exclusion tag may be, and why users may carry it. */
export interface TagExclusionProps extends KeyExclusionProps {
  /**
   * A tag whose date is further ahead does not count. At least one day, in whole days, or it
   * throws.
   *
   * @default Duration.days(90)
   */
  readonly maxDuration?: Duration;
}

/**
 * Users whose keys are not listed, and neither deactivated nor deleted.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 */
export class KeyExclusion {
  /**
   * One user.
   *
   * @param userName its name, without the path. Throws if IAM allows no such name.
   */
  public static user(userName: string, props: KeyExclusionProps = {}): KeyExclusion {
    if (!isKnownLater(userName) && !/^[\w+=,.@-]{1,64}$/.test(userName)) {
      throw new Error(
        `"${userName}" is no name of an IAM user: write up to 64 letters, digits or _+=,.@- and no path.`,
      );
    }
    return new KeyExclusion({ kind: 'user', userName, ...reasonOf('user', props) });
  }

  /**
   * All users under a path.
   *
   * @param path such as "/service/". Throws if it does not begin and end with a slash.
   */
  public static path(path: string, props: KeyExclusionProps = {}): KeyExclusion {
    if (!isKnownLater(path) && !/^\/([\x21-\x7e]+\/)?$/.test(path)) {
      throw new Error(
        `"${path}" is no path of IAM: write one that begins and ends with a slash, such as "/service/".`,
      );
    }
    if (path === '/') {
      throw new Error(
        '"/" is the path of every user, so no key would be listed: name a longer path, such as "/service/".',
      );
    }
    return new KeyExclusion({ kind: 'path', path, ...reasonOf('path', props) });
  }

  /**
   * All members of a group. While there is no such group, every run is incomplete, and does
   * nothing: whom it spares is not known.
   */
  public static group(group: iam.IGroup, props: KeyExclusionProps = {}): KeyExclusion {
    const { groupName, groupArn } = group;
    return new KeyExclusion({ kind: 'group', groupName, ...reasonOf('group', props) }, groupArn);
  }

  /**
   * Users who carry a tag, until the date in its value (YYYY-MM-DD, the last day).
   *
   * Anyone who may tag users may hide them: so there has to be a date, it cannot be far ahead, and
   * every report names the users whose keys it hides.
   *
   * @param key the key of the tag. Throws if it is empty, longer than the 128 characters that IAM
   * takes, or begins with `aws:`.
   */
  public static tag(key: string, props: TagExclusionProps = {}): KeyExclusion {
    return new KeyExclusion({
      kind: 'tag',
      key: checkedTagKey(key, 'keep-keys-until'),
      maxDays: wholeDays(
        props.maxDuration ?? Duration.days(90),
        '"maxDuration" of KeyExclusion.tag()',
      ),
      ...reasonOf('tag', props),
    });
  }

  private constructor(
    private readonly specification: Exclusion,
    private readonly groupArn?: string,
  ) {}

  /**
   * The same exclusion, in some accounts of an organization alone. Without it, it holds in every
   * account that the sentry looks at.
   *
   * @param accountIds twelve digits each. Throws if one is malformed, or if there is none.
   */
  public onlyIn(accountIds: string[]): KeyExclusion {
    if (accountIds.length === 0) {
      throw new Error(
        'KeyExclusion.onlyIn() names no account and would exclude no one: name one, or leave onlyIn() out.',
      );
    }
    refuseListKnownLater(
      'KeyExclusion.onlyIn() got',
      accountIds,
      'write its ids out, as in onlyIn(["111122223333"])',
    );
    const wrong = accountIds.find((id) => !isKnownLater(id) && !ACCOUNT_ID.test(id));
    if (wrong !== undefined) {
      throw new Error(
        `KeyExclusion.onlyIn() has "${wrong}", which is no account id: write twelve digits, in quotes.`,
      );
    }
    return new KeyExclusion({ ...this.specification, accounts: [...accountIds] }, this.groupArn);
  }

  /** @internal */
  public get _specification(): Exclusion {
    return this.specification;
  }

  /**
   * The group that has to be read to know who is meant.
   *
   * @internal
   */
  public get _groupArn(): string | undefined {
    return this.groupArn;
  }
}

function reasonOf(
  kind: Exclusion['kind'],
  { reason }: KeyExclusionProps,
): Pick<Exclusion, 'reason'> {
  if (reason === undefined) return {};
  return {
    reason: checkedReason({
      call: `KeyExclusion.${kind}()`,
      reason,
      forWhat: 'why the users are excluded',
      example: 'Moves to roles in March',
    }),
  };
}
