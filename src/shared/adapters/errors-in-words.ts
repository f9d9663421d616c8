import english from 'zod/v4/locales/en.cjs';

/** The messages of zod/mini are one and the same without it. */
export const IN_WORDS = { error: english().localeError };
