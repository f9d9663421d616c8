import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import * as z from 'zod/mini';
import { COVERAGE_ITEM_VERSION, COVERAGE_KEY } from '../contracts/coverage-items';

const timeAttribute = z.object({
  S: z.pipe(
    z.iso.datetime(),
    z.transform((text) => new Date(text)),
  ),
});

/** Any item of the hub's table. Made for the first one, as no cold start should wait for it. */
export const coverageItem = z.lazy(() =>
  z.object({
    [COVERAGE_KEY.partition]: z.object({ S: z.string() }),
    [COVERAGE_KEY.sort]: z.object({ S: z.string() }),
    version: z.object({ N: z.literal(String(COVERAGE_ITEM_VERSION)) }),
    value: z.optional(z.object({ S: z.string() })),
    expectedSince: z.optional(timeAttribute),
    firstAt: z.optional(timeAttribute),
    lastAt: z.optional(timeAttribute),
  }),
);

export type CoverageItem = z.infer<typeof coverageItem>;

export interface CoverageItemKey {
  readonly pk: string;
  readonly sk: string;
}

export const VERSION: AttributeValue = { N: String(COVERAGE_ITEM_VERSION) };

export function keyOf({ pk, sk }: CoverageItemKey): Record<string, AttributeValue> {
  return { [COVERAGE_KEY.partition]: { S: pk }, [COVERAGE_KEY.sort]: { S: sk } };
}

/** The value that the item holds as JSON. Throws where it holds none of the kind. */
export function valueOf<Value>({ value }: CoverageItem, schema: z.ZodMiniType<Value>): Value {
  return schema.parse(JSON.parse(value?.S ?? 'null'));
}
