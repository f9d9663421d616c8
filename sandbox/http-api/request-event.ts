import type { IncomingMessage } from 'node:http';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { ACCOUNT_ID, REGION } from '../emulator/emulator-access';

/** What API Gateway hands over as it is; everything else in base64, forms too. */
const TEXT = /^(text\/|application\/(json|javascript|xml)\b)/i;

/** Of the connection, not of the request. */
const HOP_BY_HOP = ['connection', 'keep-alive', 'transfer-encoding', 'cookie'];

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

export interface RequestContext {
  readonly apiId: string;
  readonly routeKey: string;
  readonly requestId: string;
  readonly at: Date;
  readonly variables: Readonly<Record<string, string>>;
}

/** The event of a request in API Gateway's payload format 2.0. */
export function requestEventOf(
  request: IncomingMessage,
  body: Buffer,
  context: RequestContext,
): APIGatewayProxyEventV2 {
  const { method = '', url = '', httpVersion, headers } = request;
  const [rawPath = '', rawQueryString = ''] = url.split(/\?(.*)/s);
  const sourceIp = request.socket.remoteAddress ?? '127.0.0.1';
  const isBase64Encoded = body.length > 0 && !TEXT.test(headers['content-type'] ?? '');
  const domainName = `${context.apiId}.execute-api.${REGION}.amazonaws.com`;
  return {
    version: '2.0',
    routeKey: context.routeKey,
    rawPath,
    rawQueryString,
    ...(headers.cookie !== undefined && { cookies: headers.cookie.split('; ') }),
    headers: headersOf(request, sourceIp),
    ...(rawQueryString !== '' && {
      queryStringParameters: joined([...new URLSearchParams(rawQueryString)]),
    }),
    requestContext: {
      accountId: ACCOUNT_ID,
      apiId: context.apiId,
      domainName,
      domainPrefix: context.apiId,
      http: {
        method,
        path: rawPath,
        protocol: `HTTP/${httpVersion}`,
        sourceIp,
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: context.requestId,
      routeKey: context.routeKey,
      stage: '$default',
      time: timeOf(context.at),
      timeEpoch: context.at.getTime(),
    },
    ...(Object.keys(context.variables).length > 0 && { pathParameters: { ...context.variables } }),
    ...(body.length > 0 && { body: body.toString(isBase64Encoded ? 'base64' : 'utf8') }),
    isBase64Encoded,
  };
}

/** In lower case, doubled ones joined by commas, with those that API Gateway adds. */
function headersOf({ headersDistinct }: IncomingMessage, sourceIp: string): Record<string, string> {
  const given = Object.entries(headersDistinct)
    .filter(([name]) => !HOP_BY_HOP.includes(name))
    .map(([name, values = []]) => [name, values.join(',')]);
  const headers: Record<string, string> = Object.fromEntries(given);
  const forwardedFor =
    headers['x-forwarded-for'] === undefined
      ? sourceIp
      : `${headers['x-forwarded-for']}, ${sourceIp}`;
  return {
    ...headers,
    'x-forwarded-for': forwardedFor,
    'x-forwarded-port': '443',
    'x-forwarded-proto': 'https',
  };
}

function joined(pairs: readonly (readonly [string, string])[]): Record<string, string> {
  const values = new Map<string, string[]>();
  for (const [name, value] of pairs) values.set(name, [...(values.get(name) ?? []), value]);
  return Object.fromEntries([...values].map(([name, each]) => [name, each.join(',')]));
}

/** Such as 12/Mar/2020:19:03:58 +0000. */
function timeOf(date: Date): string {
  const [, day = '', time = ''] = /-(\d\d)T([\d:]{8})/.exec(date.toISOString()) ?? [];
  return `${day}/${MONTHS[date.getUTCMonth()]}/${date.getUTCFullYear()}:${time} +0000`;
}
