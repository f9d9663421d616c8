import { randomUUID } from 'node:crypto';
import { Answer } from './answer';
import { ApiRequest } from './api-request';

/** An error that the next calls of one action shall get instead of an answer. */
export interface Fault {
  readonly service: string;
  readonly action: string;
  /** For example RequestLimitExceeded, or InternalError. */
  readonly errorCode: string;
  /**
   * Default: 503 for throttling and what is not available, 500 for internal errors, 400 for all
   * others.
   */
  readonly status?: number;
  readonly times: number;
}

/** The faults that are still to be made. */
export class PendingFaults {
  private readonly pending: { readonly fault: Fault; left: number }[] = [];

  add(fault: Fault): void {
    this.pending.push({ fault, left: fault.times });
  }

  /** The answer that this call gets instead of the emulator's, if it shall fail. */
  answerTo(request: ApiRequest): Answer | undefined {
    const next = this.pending.find(
      ({ fault, left }) =>
        left > 0 && fault.service === request.service && fault.action === request.action,
    );
    if (!next) return undefined;
    next.left -= 1;
    return errorAnswer(request, next.fault);
  }
}

const MESSAGE = 'A failure that the sandbox was asked for.';

export interface ErrorToAnswer {
  readonly errorCode: string;
  readonly status?: number;
  readonly message?: string;
}

/** An error in the shape of the service that is called. */
export function errorAnswer(
  request: ApiRequest,
  { errorCode, status = statusOf(errorCode), message = MESSAGE }: ErrorToAnswer,
): Answer {
  const requestId = randomUUID();
  const { contentType, body } = errorBody(request, errorCode, message, requestId);
  return {
    status,
    statusMessage: 'Fault',
    rawHeaders: [
      'Content-Type',
      contentType,
      'Content-Length',
      String(Buffer.byteLength(body)),
      'x-amzn-requestid',
      requestId,
    ],
    body: Buffer.from(body),
  };
}

function statusOf(code: string): number {
  if (
    code === 'RequestLimitExceeded' ||
    code.startsWith('Throttling') ||
    code.endsWith('Unavailable')
  ) {
    return 503;
  }
  return code.startsWith('Internal') ? 500 : 400;
}

/**
 * EC2 has a shape of its own; anyone who sends an Action in a form speaks the query protocol; the
 * others speak JSON.
 */
function errorBody(
  request: ApiRequest,
  code: string,
  message: string,
  requestId: string,
): { contentType: string; body: string } {
  const error = `<Code>${code}</Code><Message>${message}</Message>`;
  if (request.service === 'ec2') {
    return {
      contentType: 'text/xml',
      body: `<Response><Errors><Error>${error}</Error></Errors><RequestID>${requestId}</RequestID></Response>`,
    };
  }
  if (request.parameters.Action !== undefined) {
    return {
      contentType: 'text/xml',
      body: `<ErrorResponse><Error><Type>Sender</Type>${error}</Error><RequestId>${requestId}</RequestId></ErrorResponse>`,
    };
  }
  return {
    contentType: 'application/x-amz-json-1.0',
    body: JSON.stringify({ __type: code, message }),
  };
}
