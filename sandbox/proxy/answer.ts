import { randomUUID } from 'node:crypto';
import * as z from 'zod/mini';

/** An answer to an API call, whole. */
export interface Answer {
  readonly status: number;
  readonly statusMessage: string;
  /** Names and values by turns, as they came. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
}

export function jsonAnswer(content: object): Answer {
  const body = Buffer.from(JSON.stringify(content));
  return {
    status: 200,
    statusMessage: 'OK',
    rawHeaders: [
      'Content-Type',
      'application/x-amz-json-1.1',
      'Content-Length',
      String(body.length),
      'x-amzn-requestid',
      randomUUID(),
    ],
    body,
  };
}

export interface ApiError {
  readonly code: string;
  readonly message: string;
}

export function errorOf(answer: Answer): ApiError | undefined {
  if (answer.status < 400) return undefined;
  const text = answer.body.toString('utf8');
  if (text.startsWith('{')) return jsonErrorIn(text);
  return {
    code: elementText(text, 'Code') ?? 'InternalError',
    message: elementText(text, 'Message') ?? 'An internal error has occurred',
  };
}

const JsonError = z.object({
  __type: z.string(),
  message: z.optional(z.string()),
  Message: z.optional(z.string()),
});

function jsonErrorIn(text: string): ApiError {
  const { __type: type, message, Message = '' } = JsonError.parse(JSON.parse(text));
  return { code: type.split('#').at(-1) ?? type, message: message ?? Message };
}

/** The header first: moto writes a placeholder into EC2's body. */
export function requestIdOf(answer: Answer): string | undefined {
  const at = answer.rawHeaders.findIndex(
    (name, index) => index % 2 === 0 && name.toLowerCase() === 'x-amzn-requestid',
  );
  return at < 0
    ? elementText(answer.body.toString('utf8'), 'requestId')
    : answer.rawHeaders[at + 1];
}

export function createdGroupIdOf(answer: Answer): string | undefined {
  return elementText(answer.body.toString('utf8'), 'groupId');
}

/** The first leaf elements of these names. */
export function textsOf(answer: Answer, names: readonly string[]): Record<string, string> {
  const body = answer.body.toString('utf8');
  return Object.fromEntries(
    names.flatMap((name) => {
      const text = elementText(body, name);
      return text === undefined ? [] : [[name, text]];
    }),
  );
}

/**
 * EC2's error bodies and ids hold no attributes, comments or CDATA: a leaf element is its tag and
 * text.
 */
function elementText(xml: string, name: string): string | undefined {
  const text = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
  return text?.replace(/&(lt|gt|quot|apos|amp|#\d+|#x[\da-f]+);/gi, (_, entity: string) =>
    character(entity.toLowerCase()),
  );
}

const NAMED_ENTITIES: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  amp: '&',
};

function character(entity: string): string {
  const named = NAMED_ENTITIES[entity];
  if (named !== undefined) return named;
  return String.fromCodePoint(
    entity.startsWith('#x') ? parseInt(entity.slice(2), 16) : parseInt(entity.slice(1), 10),
  );
}
