/**
 * The CDK gives these in the place of a look-up that it has yet to make, and only makes if
 * synthesis comes to its end. An error over one of them would keep the app from ever knowing the
 * true value.
 */
const PLACEHOLDERS = ['sg-12345678', 'vpc-12345', '1.2.3.4/5', 'pl-xxxxxxxx', 'DUMMY_ARN'];

/** Of a parameter that is looked up. It may stand within another text. */
const PARAMETER_PLACEHOLDER = 'dummy-value-for-';

export function isLookupPlaceholder(value: unknown): boolean {
  return (
    PLACEHOLDERS.some((placeholder) => placeholder === value) ||
    (typeof value === 'string' && value.includes(PARAMETER_PLACEHOLDER))
  );
}
