import type * as z from 'zod/mini';
import type { AskResult } from '../../../src/approval/domain/ask-result';
import type {
  storedAsk,
  storedResult,
} from '../../../src/security-group/adapters/dynamo-asked-changes';
import type {
  storedAnnouncement,
  storedEntry,
  storedJudgements,
  storedOutcome,
  storedPlace,
  storedRecord,
  storedRepeats,
  storedRule,
  storedSighting,
  storedViolation,
} from '../../../src/security-group/adapters/ledger-schemas';
import type { requestSchema } from '../../../src/security-group/adapters/operator-request';
import type { messageSchema } from '../../../src/security-group/adapters/queue-messages';
import type {
  disabledPoliciesSchema,
  groupsSchema,
  orderedPauseSchema,
  policiesSchema,
  policyGroupsSchema,
  ReachableWorkflow,
} from '../../../src/security-group/adapters/sentry-configuration';
import type {
  DifferenceMessage,
  HeartbeatMessage,
} from '../../../src/security-group/contracts/queue-message';
import type {
  DisabledPoliciesParameter,
  MonitoredGroupsParameter,
  PauseParameter,
  PoliciesParameter,
  PolicyGroupsParameter,
  WorkflowParameter,
} from '../../../src/security-group/contracts/sentry-parameters';
import type { AskedChange } from '../../../src/security-group/domain/asking/asked-change';
import type { GroupPart } from '../../../src/security-group/domain/groups/monitored-groups';
import type { Judgement, Violation } from '../../../src/security-group/domain/judging/judgement';
import type {
  GroupRecord,
  LedgerEntry,
  Repeat,
} from '../../../src/security-group/domain/ledger/ledger';
import type { PlaceRecord, Sighting } from '../../../src/security-group/domain/ledger/place-record';
import type { OperatorRequest } from '../../../src/security-group/domain/operator';
import type { Disabling } from '../../../src/security-group/domain/policies/policy';
import type { Pause } from '../../../src/security-group/domain/policies/sentry-configuration';
import type { Announcement } from '../../../src/security-group/domain/reporting/announcement';
import type { ToldOutcome } from '../../../src/security-group/domain/reporting/outcome';
import type { Rule } from '../../../src/security-group/domain/rules/rule';
import { assertType, type Equal } from '../../support/types/equal-types';

// The compiler compares: npm test has it look at the tests first.

test('the ledger reads what the domain declares', () => {
  assertType<Equal<z.output<typeof storedRule>, Rule>>();
  // A revision is an attribute of its own.
  assertType<Equal<z.output<typeof storedEntry>, Omit<LedgerEntry, 'revision'>>>();
  assertType<Equal<z.output<typeof storedRecord>, Omit<GroupRecord, 'revision'>>>();
  assertType<Equal<z.output<typeof storedRepeats>, readonly Repeat[]>>();
  assertType<Equal<z.output<typeof storedSighting>, Sighting>>();
  assertType<Equal<z.output<typeof storedPlace>, Omit<PlaceRecord, 'revision'>>>();
});

test('the event log reads what the domain declares', () => {
  assertType<Equal<z.output<typeof storedViolation>, Violation>>();
  assertType<Equal<z.output<typeof storedJudgements>, readonly Judgement[]>>();
  assertType<Equal<z.output<typeof storedAnnouncement>, Announcement>>();
  assertType<Equal<z.output<typeof storedOutcome>, ToldOutcome>>();
});

test('a change that was asked about is read as the domain declares it', () => {
  assertType<Equal<z.output<typeof storedAsk>, AskedChange>>();
  assertType<Equal<z.output<typeof storedResult>, AskResult>>();
});

test('the parameters are read as their contracts declare them', () => {
  assertType<Equal<z.output<typeof policiesSchema>, PoliciesParameter>>();
  assertType<Equal<z.output<typeof groupsSchema>, MonitoredGroupsParameter>>();
  assertType<Equal<z.output<typeof policyGroupsSchema>, PolicyGroupsParameter>>();
  assertType<Equal<Required<z.input<typeof orderedPauseSchema>>, Required<PauseParameter>>>();
  assertType<Equal<z.input<typeof disabledPoliciesSchema>, DisabledPoliciesParameter>>();
});

test('all that they hold is in the configuration', () => {
  assertType<
    Equal<Omit<MonitoredGroupsParameter, 'version' | 'part' | 'name' | 'of'>, GroupPart>
  >();
  assertType<Equal<Omit<z.output<typeof orderedPauseSchema>, 'version'>, Pause>>();
  assertType<Equal<z.output<typeof disabledPoliciesSchema>['disablings'], readonly Disabling[]>>();
  assertType<
    Equal<Omit<WorkflowParameter, 'expireSeconds'>, Omit<ReachableWorkflow, 'expireMilliseconds'>>
  >();
});

test('messages and orders are read as they are declared', () => {
  assertType<Equal<z.output<typeof messageSchema>, DifferenceMessage | HeartbeatMessage>>();
  assertType<Equal<z.output<typeof requestSchema>, OperatorRequest>>();
});
