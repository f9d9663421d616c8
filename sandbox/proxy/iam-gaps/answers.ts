import { randomUUID } from 'node:crypto';
import type { Answer } from '../answer';

const STATUSES: Readonly<Record<string, number>> = {
  AccessDenied: 403,
  NoSuchEntity: 404,
  ReportInProgress: 404,
  ReportNotPresent: 410,
  ReportExpired: 410,
  ServiceFailure: 500,
  ServiceUnavailable: 503,
};

const MESSAGE = 'A failure that the sandbox was asked for.';

export function errorAnswer(code: string, message = MESSAGE): Answer {
  const requestId = randomUUID();
  const body = Buffer.from(
    `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>${requestId}</RequestId></ErrorResponse>`,
  );
  const rawHeaders = [
    'Content-Type',
    'text/xml',
    'Content-Length',
    String(body.length),
    'x-amzn-requestid',
    requestId,
  ];
  return { status: STATUSES[code] ?? 400, statusMessage: 'Fault', rawHeaders, body };
}

export function withText(answer: Answer, text: string): Answer {
  const body = Buffer.from(text);
  const others = answer.rawHeaders.filter(
    (_, index) => answer.rawHeaders[index - (index % 2)]?.toLowerCase() !== 'content-length',
  );
  return { ...answer, rawHeaders: [...others, 'Content-Length', String(body.length)], body };
}

export function textOf(answer: Answer): string {
  return answer.body.toString('utf8');
}
