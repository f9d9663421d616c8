import type * as z from 'zod/mini';
import type {
  approvalSchema,
  itemSchema,
} from '../../../src/access-key/adapters/dynamo-key-records';
import type {
  headSchema,
  toldKeysSchema,
} from '../../../src/access-key/adapters/dynamo-last-report';
import type { parameterSchema } from '../../../src/access-key/adapters/key-sentry-configuration';
import type { knownOwner, standingReasons } from '../../../src/access-key/adapters/stored-answers';
import type { KeySentryParameter } from '../../../src/access-key/contracts/key-sentry-parameter';
import type { StandingReason } from '../../../src/access-key/domain/deactivation-reasons';
import type { KeyRecord, UntoldStep } from '../../../src/access-key/domain/key-actions';
import type { KeyApproval } from '../../../src/access-key/domain/key-approval';
import type { KnownOwner } from '../../../src/access-key/domain/owner';
import type { LastReport, ToldKey } from '../../../src/access-key/domain/report-changes';
import { assertType, type Equal } from '../../support/types/equal-types';

// The compiler compares: npm test has it look at the tests first.

test('what is remembered of a key is read as the domain declares it', () => {
  // What people were asked, why a step was taken, and who hears of it, is JSON in the item, with
  // its own schema.
  type Untold = Omit<UntoldStep, 'reasons' | 'owner'> & { reasons?: string; owner?: string };
  type Item = Omit<KeyRecord, 'approval' | 'untold'> & {
    version: { N: string };
    approval?: string;
    untold?: Untold;
  };
  assertType<Equal<z.output<typeof itemSchema>, Item>>();
  assertType<Equal<z.output<typeof approvalSchema>, KeyApproval>>();
  assertType<Equal<z.output<typeof standingReasons>, StandingReason[]>>();
  assertType<Equal<z.output<typeof knownOwner>, KnownOwner>>();
});

test('the last report is read as the domain declares it', () => {
  type Head = Omit<LastReport, 'keys'> & { side: 'a' | 'b'; parts: number };
  assertType<Equal<z.output<typeof headSchema>, Head>>();
  assertType<Equal<z.output<typeof toldKeysSchema>[number], ToldKey>>();
});

test('the parameter is read as its contract declares it', () => {
  assertType<Equal<z.output<typeof parameterSchema>, KeySentryParameter>>();
});
