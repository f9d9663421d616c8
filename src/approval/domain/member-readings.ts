/** Who was in a user group from then on, until a later reading. */
export interface MemberReading {
  readonly at: Date;
  readonly members: readonly string[];
}

/** The last readings of a user group, the oldest first; one that found no change is left out. */
export interface MemberReadings {
  readonly readings: readonly MemberReading[];
  readonly revision: number;
}

export const NO_READINGS: MemberReadings = { readings: [], revision: 0 };
