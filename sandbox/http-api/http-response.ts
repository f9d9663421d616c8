import * as z from 'zod/mini';

export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies: readonly string[];
  readonly body: Buffer;
}

const Answer = z.looseObject({
  statusCode: z.pipe(
    z.union([z.number(), z.string()]),
    z.pipe(z.transform(Number), z.int().check(z.minimum(200), z.maximum(599))),
  ),
  headers: z.optional(z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))),
  cookies: z.optional(z.array(z.string())),
  body: z.optional(z.string()),
  isBase64Encoded: z.optional(z.boolean()),
});

/** What API Gateway makes of a function's answer. Throws where it could make nothing of it. */
export function responseOf(answer: unknown): HttpResponse {
  if (!hasStatus(answer)) return jsonResponse(200, answer);
  const {
    statusCode,
    headers = {},
    cookies = [],
    body = '',
    isBase64Encoded = false,
  } = Answer.parse(answer);
  const given = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]);
  return {
    status: statusCode,
    headers: { 'content-type': 'text/plain;charset=UTF-8', ...Object.fromEntries(given) },
    cookies,
    body: Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8'),
  };
}

/** API Gateway's own. */
export function messageResponse(status: number, message: string): HttpResponse {
  return jsonResponse(status, { message });
}

/** An answer without a status is the body itself. */
function hasStatus(answer: unknown): boolean {
  return typeof answer === 'object' && answer !== null && 'statusCode' in answer;
}

function jsonResponse(status: number, value: unknown): HttpResponse {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    cookies: [],
    body: Buffer.from(JSON.stringify(value)),
  };
}
