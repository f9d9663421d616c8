import { createHash } from 'node:crypto';
import {
  InvokeCommand,
  type InvokeCommandOutput,
  type LambdaClient,
  LambdaServiceException,
} from '@aws-sdk/client-lambda';
import * as z from 'zod/mini';
import { cutText } from '../../shared/domain/byte-budget';
import { reasonOf } from '../../shared/domain/failure/failure';
import { plainText } from '../../shared/domain/notification/plain-text';
import { ACTION_MESSAGE_VERSION, type ActionCall } from '../contracts/action-messages';
import { type DecisionStatement, MOST_OUTCOME_CHARACTERS } from '../contracts/approval-messages';
import { OUTCOME_KINDS } from '../domain/approval-request';
import type { CarriedOut } from '../domain/ask-result';
import { ActionUnansweredError, answeredBy } from '../domain/carry-out-action';

/** The action function threw, or Lambda ended it. */
export class ActionFailedError extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'ActionFailedError';
  }
}

/** What an action function is told of a decision. `payload` is as it was asked, in JSON. */
export function actionCall(
  statement: DecisionStatement,
  payload: string,
  isBegun: boolean,
): ActionCall {
  const { requestId, asker, decision } = statement;
  const { decidedBy, decidedAt, until, phase, attempt } = statement;
  const { reason, denialReason, isClickWaiting, isRouteLost, isLate, isExtension } = statement;
  const value: unknown = JSON.parse(payload);
  return {
    version: ACTION_MESSAGE_VERSION,
    type: 'action-call',
    requestId,
    idempotencyKey: idempotencyKey(
      asker,
      requestId,
      decision,
      ...(isExtension && until !== undefined ? [until] : []),
    ),
    isBegun,
    decision,
    payload: value,
    decidedBy,
    decidedAt,
    ...(until !== undefined && { until }),
    phase,
    attempt,
    ...(reason && { reason }),
    ...(denialReason !== undefined && { denialReason }),
    ...(isClickWaiting && { isClickWaiting }),
    ...(isRouteLost && { isRouteLost }),
    ...(isLate && { isLate }),
    ...(isExtension && { isExtension }),
  };
}

/** Of a form that the tokens of most APIs have. */
function idempotencyKey(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/** Calls an action function, and waits for what it returns. */
export async function callAction(
  client: LambdaClient,
  functionArn: string,
  call: ActionCall,
): Promise<CarriedOut> {
  const { Payload: payload = '', FunctionError: failure } = await invoked(
    client,
    new InvokeCommand({ FunctionName: functionArn, Payload: JSON.stringify(call) }),
  );
  // Some runtimes answer with no bytes where a function returns nothing.
  const returned = jsonIn(Buffer.from(payload).toString('utf8') || 'null');
  if (failure !== undefined) throw new ActionFailedError(reasonIn(returned, failure));
  return carriedOut(returned);
}

/** What Lambda refuses did not run. Of whatever else goes wrong, no one knows whether it runs. */
async function invoked(client: LambdaClient, command: InvokeCommand): Promise<InvokeCommandOutput> {
  try {
    return await client.send(command);
  } catch (error) {
    const isRefused = error instanceof LambdaServiceException && error.$fault === 'client';
    throw isRefused ? error : new ActionUnansweredError(reasonOf(error));
  }
}

const MOST_ERROR_CHARACTERS = 1_000;

/** In every runtime of Lambda. */
const thrown = z.object({ errorMessage: z.string() });

function reasonIn(returned: unknown, failure: string): string {
  const { errorMessage = '' } = thrown.safeParse(returned).data ?? {};
  const reason = plainText(errorMessage, MOST_ERROR_CHARACTERS);
  return reason || `The function failed, and does not say why (${failure}).`;
}

const answer = z.union([
  z.pipe(
    z.string(),
    z.transform((text) => ({ text })),
  ),
  z.pipe(
    z.null(),
    z.transform(() => ({})),
  ),
  z.strictObject({ outcome: z.optional(z.enum(OUTCOME_KINDS)), text: z.string() }),
]);

/** What the function meant is not guessed: it ran, and people are told that no one knows more. */
function carriedOut(returned: unknown): CarriedOut {
  const read = answer.safeParse(returned);
  if (read.success) {
    const { outcome, text } = answeredBy(read.data);
    // It is kept beside all that was asked, in one item of 400 KB.
    return { outcome, text: cutText(text, MOST_OUTCOME_CHARACTERS) };
  }
  return {
    outcome: 'failed',
    text: `The function ran, and what it returned is neither a text nor { "outcome": ${OUTCOME_KINDS.map((kind) => `"${kind}"`).join(' | ')}, "text": "…" }: whether it did what was decided is not known.`,
  };
}

/** Undefined for what is no JSON. */
function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
