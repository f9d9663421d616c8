/** On a rule that is there for a time: when that ends, in ISO 8601. */
export const APPROVED_UNTIL_TAG = 'cdk-sentries:approved-until';
