/** Of the reason of an exclusion, in characters. */
export const LONGEST_EXCLUSION_REASON = 200;
