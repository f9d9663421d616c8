/**
 * What the CDK gives in the place of a look-up that it has yet to make, and only makes if synthesis
 * comes to its end: an error over one of these would keep the app from ever knowing the true value.
 */
const PLACEHOLDERS = ['sg-12345678', 'vpc-12345', '1.2.3.4/5', 'pl-xxxxxxxx'];

export function isLookupPlaceholder(value: unknown): boolean {
  return PLACEHOLDERS.some((placeholder) => placeholder === value);
}
