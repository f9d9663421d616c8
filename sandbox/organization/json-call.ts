import * as z from 'zod/mini';
import type { AwsCredentials } from '../emulator/credentials';
import { REGION } from '../emulator/emulator-access';

/** The services whose calls are made without an SDK: the project depends on none for them. */
const SERVICES = {
  organizations: { target: 'AWSOrganizationsV20161128', path: () => '/' },
  account: {
    target: undefined,
    path: (operation: string) => `/${operation[0]?.toLowerCase() ?? ''}${operation.slice(1)}`,
  },
} as const;

export interface JsonCall {
  readonly service: keyof typeof SERVICES;
  /** As the API reference has it, such as ListAccounts. */
  readonly operation: string;
  readonly input?: Readonly<Record<string, unknown>>;
}

const Problem = z.object({
  __type: z.optional(z.string()),
  message: z.optional(z.string()),
  Message: z.optional(z.string()),
});

/** A call that was refused. Its name is AWS's, such as AccessDeniedException. */
export class RefusedCall extends Error {
  constructor(
    override readonly name: string,
    message: string,
  ) {
    super(message);
  }
}

/** With someone's credentials, which the emulator knows by the key: it checks no signatures. */
export async function jsonCall(
  endpoint: string,
  { accessKeyId, sessionToken }: AwsCredentials,
  { service, operation, input = {} }: JsonCall,
): Promise<unknown> {
  const { target, path } = SERVICES[service];
  const response = await fetch(`${endpoint}${path(operation)}`, {
    method: 'POST',
    headers: {
      'Content-Type': target === undefined ? 'application/json' : 'application/x-amz-json-1.1',
      Authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20260101/${REGION}/${service}/aws4_request, SignedHeaders=host, Signature=0`,
      ...(target && { 'X-Amz-Target': `${target}.${operation}` }),
      ...(sessionToken && { 'X-Amz-Security-Token': sessionToken }),
    },
    body: JSON.stringify(input),
  });
  const answer = await response.text();
  if (response.ok) return answer === '' ? {} : JSON.parse(answer);
  const { __type = '', message, Message } = Problem.parse(JSON.parse(answer));
  const name = __type.split('#').at(-1) || response.headers.get('x-amzn-errortype') || '';
  throw new RefusedCall(name, message ?? Message ?? answer);
}
