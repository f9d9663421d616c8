import { IncomingHttpHeaders } from 'node:http';

/** What a request to AWS says of itself. */
export interface ApiRequest {
  readonly service: string;
  readonly action: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly credentials?: SigningCredentials;
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

export function apiRequestOf(head: RequestHead, form: string): ApiRequest {
  const query = queryOf(head.url);
  const scope = credentialScope(head.headers.authorization, query);
  const parameters = parametersOf(form, query);
  return {
    service: scope?.service ?? UNSIGNED_SERVICE,
    action: parameters.Action ?? targetAction(head) ?? head.method,
    parameters,
    credentials: scope && { accessKeyId: scope.accessKeyId, region: scope.region },
  };
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
  const credential = /Credential=([^,\s]+)/.exec(authorization ?? '')?.[1] ?? query.get('X-Amz-Credential');
  const [accessKeyId, , region, service] = credential?.split('/') ?? [];
  if (!accessKeyId || !region || !service) return undefined;
  return { accessKeyId, region, service };
}

/** The JSON protocols name the action in a header, the CBOR one in the path. */
function targetAction(head: RequestHead): string | undefined {
  const target = head.headers['x-amz-target'];
  if (typeof target === 'string') return target.split('.').at(-1);
  return /^\/service\/[^/]+\/operation\/(\w+)/.exec(head.url)?.[1];
}
