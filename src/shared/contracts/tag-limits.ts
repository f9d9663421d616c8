/**
 * Characters that a tag's key and value hold.
 *
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html
 */
export const LONGEST_TAG = { key: 128, value: 256 } as const;
