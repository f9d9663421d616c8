import { IncomingHttpHeaders } from 'node:http';
import { invocationIdOf } from '../runner/trace';

/** What a request to AWS says of itself. */
export interface ApiRequest {
  readonly service: string;
  readonly action: string;
  readonly parameters: Readonly<Record<string, string>>;
  /** The body, where the service speaks a JSON protocol. */
  readonly json?: unknown;
  readonly credentials?: SigningCredentials;
  /**
   * Of the function's invocation that made the call: the SDK passes on what Lambda traces it by.
   */
  readonly invocationId?: string;
  /** The same for all tries of one call of the SDK. */
  readonly sdkCallId?: string;
}

export interface SigningCredentials {
  readonly accessKeyId: string;
  readonly region: string;
}

export interface RequestHead {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

const UNSIGNED_SERVICE = 'unsigned';

export function isForm(head: RequestHead): boolean {
  return head.headers['content-type']?.startsWith('application/x-www-form-urlencoded') ?? false;
}

export function isJson(head: RequestHead): boolean {
  return head.headers['content-type']?.startsWith('application/x-amz-json') ?? false;
}

/** `body`: of a form or of JSON; those of others are not looked into. */
export function apiRequestOf(head: RequestHead, body: string): ApiRequest {
  const query = queryOf(head.url);
  const scope = credentialScope(head.headers.authorization, query);
  const parameters = parametersOf(isJson(head) ? '' : body, query);
  const FunctionName = invokedFunction(head);
  const isInvocation = FunctionName !== undefined;
  return {
    service: scope?.service ?? UNSIGNED_SERVICE,
    action: parameters.Action ?? targetAction(head) ?? (isInvocation ? 'Invoke' : head.method),
    parameters,
    json: isInvocation ? { FunctionName } : isJson(head) ? jsonIn(body) : undefined,
    invocationId: invocationIdOf(textOf(head, 'x-amzn-trace-id')),
    sdkCallId: textOf(head, 'amz-sdk-invocation-id'),
    credentials: scope && { accessKeyId: scope.accessKeyId, region: scope.region },
  };
}

/** Lambda speaks REST: the function stands in the path, by its name or its ARN. */
const INVOCATION = /^\/2015-03-31\/functions\/([^/?]+)\/invocations/;

function invokedFunction({ method, url }: RequestHead): string | undefined {
  const [, name] = (method === 'POST' && INVOCATION.exec(url)) || [];
  return name === undefined ? undefined : decodeURIComponent(name);
}

/** What is no JSON is the emulator's to refuse. */
function jsonIn(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function textOf(head: RequestHead, header: string): string | undefined {
  const value = head.headers[header];
  return typeof value === 'string' ? value : undefined;
}

function queryOf(url: string): URLSearchParams {
  const start = url.indexOf('?');
  return new URLSearchParams(start < 0 ? '' : url.slice(start + 1));
}

function parametersOf(form: string, query: URLSearchParams): Record<string, string> {
  if (form) return Object.fromEntries(new URLSearchParams(form));
  return query.has('Action') ? Object.fromEntries(query) : {};
}

/** From SigV4's Authorization header, or from a URL signed ahead. */
function credentialScope(authorization: string | undefined, query: URLSearchParams) {
  const credential =
    /Credential=([^,\s]+)/.exec(authorization ?? '')?.[1] ?? query.get('X-Amz-Credential');
  const [accessKeyId, , region, service] = credential?.split('/') ?? [];
  if (!accessKeyId || !region || !service) return undefined;
  return { accessKeyId, region, service };
}

/** The JSON protocols name the action in a header, the CBOR one in the path. */
function targetAction(head: RequestHead): string | undefined {
  const target = textOf(head, 'x-amz-target');
  if (target !== undefined) return target.split('.').at(-1);
  return /^\/service\/[^/]+\/operation\/(\w+)/.exec(head.url)?.[1];
}
