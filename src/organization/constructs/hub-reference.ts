/** All that members have to know of a hub. */
export interface ISentryHub {
  /** Id of the account that the hub is in. */
  readonly hubAccountId: string;

  /** Region that the hub is in. */
  readonly hubRegion: string;

  /** All names of the hub, and of what it has in members, begin with it. */
  readonly hubName: string;

  /** Id of the organization of hub and members; undefined where members are named one by one. */
  readonly organizationId?: string;
}

/** Attributes of a hub that is in another app. */
export interface SentryHubAttributes {
  /** Id of the account that the hub is in: twelve digits, or this throws. */
  readonly hubAccountId: string;

  /** Region that the hub is in, such as eu-west-1. Throws if it is malformed. */
  readonly hubRegion: string;

  /**
   * The hub's name. Throws if it is not one that a hub can have.
   *
   * @default "cdk-sentries"
   */
  readonly hubName?: string;

  /**
   * Id of the organization that hub and members are in, such as o-abc1234567. Throws if it is
   * malformed.
   *
   * @default - members are named one by one, and trust the hub by its account alone
   */
  readonly organizationId?: string;
}
