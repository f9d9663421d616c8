/** A user to be put into the emulator as it is, with what IAM's API does not let anyone choose. */
export interface NewUser {
  readonly name: string;
  /** Default: / */
  readonly path?: string;
  readonly createdAt: Date;
  readonly tags?: Readonly<Record<string, string>>;
  /** By name; made where they are not there. */
  readonly groups?: readonly string[];
  /** As many as wanted, in the order in which IAM lists them. */
  readonly keys: readonly NewAccessKey[];
}

export interface NewAccessKey {
  /** Default: made up. */
  readonly id?: string;
  readonly status: 'Active' | 'Inactive' | 'Expired';
  readonly createdAt: Date;
  /**
   * When its status was last changed: what the credential report calls last rotated. Default: its
   * creation.
   */
  readonly changedAt?: Date;
  /** Without it: never. */
  readonly lastUsed?: KeyUse;
}

export interface KeyUse {
  readonly at: Date;
  /** For example s3. */
  readonly service: string;
  readonly region: string;
}

export interface AddedUser {
  readonly name: string;
  /** In the order of the keys. */
  readonly keyIds: readonly string[];
}
