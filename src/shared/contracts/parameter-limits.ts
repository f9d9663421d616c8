/**
 * The largest value of an advanced SSM parameter.
 *
 * @see
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html
 */
export const MOST_PARAMETER_CHARACTERS = 8192;
