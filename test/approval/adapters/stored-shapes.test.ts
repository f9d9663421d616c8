import type * as z from 'zod/mini';
import type { parameterSchema } from '../../../src/approval/adapters/approval-configuration';
import type {
  askSchema,
  clickPointerSchema,
  decisionSchema,
  messagesPointerSchema,
  outcomeSchema,
  statementSchema,
} from '../../../src/approval/adapters/approval-queue-messages';
import type {
  storedClick,
  storedDirectMessage,
  storedRequest,
  storedSource,
  storedSubject,
} from '../../../src/approval/adapters/approval-schemas';
import type { directMessageOrderSchema } from '../../../src/approval/adapters/direct-message-orders';
import type { StoredClick } from '../../../src/approval/adapters/dynamo-clicks';
import type { questionSchema } from '../../../src/approval/adapters/question-schemas';
import type {
  AskMessage,
  DecisionMessage,
  DecisionStatement,
  OutcomeMessage,
} from '../../../src/approval/contracts/approval-messages';
import type { ApprovalParameter } from '../../../src/approval/contracts/approval-parameter';
import type {
  ClickPointer,
  MessagesPointer,
} from '../../../src/approval/contracts/approval-queue-messages';
import type { DirectMessageOrder } from '../../../src/approval/contracts/direct-message';
import type { Ask, SourceRecord, SubjectRecord } from '../../../src/approval/domain/admit';
import type { ApprovalRequest } from '../../../src/approval/domain/approval-request';
import type { DirectMessageRecord } from '../../../src/approval/domain/direct-message';
import type { Question } from '../../../src/approval/domain/question';
import { assertType, type Equal } from '../../support/types/equal-types';

// The compiler compares: npm test has it look at the tests first.

test('the table is read as the domain declares it', () => {
  assertType<Equal<z.output<typeof questionSchema>, Question>>();
  // Revisions are attributes of their own.
  assertType<Equal<z.output<typeof storedRequest>, Omit<ApprovalRequest, 'revision'>>>();
  assertType<Equal<z.output<typeof storedSubject>, Omit<SubjectRecord, 'revision'>>>();
  assertType<Equal<z.output<typeof storedDirectMessage>, Omit<DirectMessageRecord, 'revision'>>>();
  assertType<Equal<z.output<typeof storedSource>, Omit<SourceRecord, 'revision'>>>();
  // Its id is the item's key, and its body is in base64.
  type InItem = Omit<StoredClick, 'id' | 'body'> & { body: string };
  assertType<Equal<z.output<typeof storedClick>, InItem>>();
});

test('messages are read as their contracts declare them', () => {
  assertType<Equal<z.output<typeof askSchema>, AskMessage>>();
  assertType<Equal<z.output<typeof outcomeSchema>, OutcomeMessage>>();
  assertType<Equal<z.output<typeof decisionSchema>, DecisionMessage>>();
  assertType<Equal<z.output<typeof statementSchema>, DecisionStatement>>();
  assertType<Equal<z.output<typeof clickPointerSchema>, ClickPointer>>();
  assertType<Equal<z.output<typeof messagesPointerSchema>, MessagesPointer>>();
  assertType<Equal<z.output<typeof directMessageOrderSchema>, DirectMessageOrder>>();
});

test('all that an ask holds is handed over', () => {
  assertType<Equal<Omit<AskMessage, 'version' | 'type'>, Omit<Ask, 'digest'>>>();
});

test('the parameter is read as its contract declares it', () => {
  assertType<Equal<z.output<typeof parameterSchema>, ApprovalParameter>>();
});
