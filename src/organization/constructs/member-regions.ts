import { isKnownLater, refuseListKnownLater } from '../../shared/constructs/known-later';
import { REGION } from '../contracts/place-names';

/** The Regions in which a hub watches its members. */
export class MemberRegions {
  /** All Regions that an account has enabled, asked for again whenever it is looked at. */
  public static allEnabled(): MemberRegions {
    return new MemberRegions(undefined);
  }

  /**
   * These Regions, in every account.
   *
   * @param regions at least one, such as eu-west-1. Throws if the list is empty or a name is
   * malformed.
   */
  public static of(regions: string[]): MemberRegions {
    if (regions.length === 0) {
      throw new Error(
        'MemberRegions.of() got an empty list: name at least one Region, as in MemberRegions.of(["eu-west-1"]).',
      );
    }
    refuseListKnownLater(
      'MemberRegions.of() got',
      regions,
      'write the Regions out, as in MemberRegions.of(["eu-west-1"])',
    );
    const malformed = regions.find((name) => !isKnownLater(name) && !REGION.test(name));
    if (malformed !== undefined) {
      throw new Error(
        `MemberRegions.of(): "${malformed}" is no name of a Region: write one such as "eu-west-1".`,
      );
    }
    return new MemberRegions([...new Set(regions)]);
  }

  /**
   * Undefined: all that are enabled.
   *
   * @internal
   */
  public readonly _regions: string[] | undefined;

  private constructor(regions: string[] | undefined) {
    this._regions = regions;
  }
}
