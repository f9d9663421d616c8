import type * as z from 'zod/mini';
import type {
  approvalSchema,
  itemSchema,
} from '../../../src/access-key/adapters/dynamo-key-records';
import type { parameterSchema } from '../../../src/access-key/adapters/key-sentry-configuration';
import type { KeySentryParameter } from '../../../src/access-key/contracts/key-sentry-parameter';
import type { KeyRecord } from '../../../src/access-key/domain/key-actions';
import type { KeyApproval } from '../../../src/access-key/domain/key-approval';
import { assertType, type Equal } from '../../support/types/equal-types';

// The compiler compares: npm test has it look at the tests first.

test('what is remembered of a key is read as the domain declares it', () => {
  // What people were asked is JSON in the item, with a schema of its own.
  type Item = Omit<KeyRecord, 'approval'> & { version: { N: string }; approval?: string };
  assertType<Equal<z.output<typeof itemSchema>, Item>>();
  assertType<Equal<z.output<typeof approvalSchema>, KeyApproval>>();
});

test('the parameter is read as its contract declares it', () => {
  assertType<Equal<z.output<typeof parameterSchema>, KeySentryParameter>>();
});
