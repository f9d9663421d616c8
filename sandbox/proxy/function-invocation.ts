import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import * as z from 'zod/mini';
import { Answer } from './answer';
import { ApiRequest } from './api-request';

/** The emulator would want Docker for it: the runner invokes the function instead. */
export type InvokeFunction = (functionName: string, payload: unknown) => Promise<unknown>;

const Invocation = z.object({ FunctionName: z.string() });

export function isInvocation({ service, action }: ApiRequest): boolean {
  return service === 'lambda' && action === 'Invoke';
}

/** Lambda's answer to one who waits: where the function fails, a header says so. */
export async function invocationAnswer(
  { json }: ApiRequest,
  body: Readable,
  invoke: InvokeFunction,
): Promise<Answer> {
  const payload: unknown = JSON.parse((await buffer(body)).toString('utf8'));
  const { FunctionName: name } = Invocation.parse(json);
  try {
    return answerOf(await invoke(name.split(':')[6] ?? name, payload), []);
  } catch (error) {
    const errorMessage = error instanceof Error ? error.message : String(error);
    const failure = { errorType: 'Error', errorMessage };
    return answerOf(failure, ['X-Amz-Function-Error', 'Unhandled']);
  }
}

function answerOf(result: unknown, headers: readonly string[]): Answer {
  const body = Buffer.from(JSON.stringify(result ?? null));
  return {
    status: 200,
    statusMessage: 'OK',
    rawHeaders: [
      'Content-Type',
      'application/json',
      'Content-Length',
      String(body.length),
      'x-amzn-requestid',
      randomUUID(),
      ...headers,
    ],
    body,
  };
}
