import * as z from 'zod/mini';
import type { AwsCredentials } from './credentials';

const Session = z.object({
  accessKeyId: z.string(),
  secretAccessKey: z.string(),
  sessionToken: z.string(),
});

export interface FunctionRole {
  readonly roleArn: string;
  readonly functionName: string;
  readonly region: string;
}

/** As Lambda assumes the role of a function, which has to trust it. The session does not end. */
export async function assumeFunctionRole(
  emulatorEndpoint: string,
  role: FunctionRole,
): Promise<AwsCredentials> {
  const response = await fetch(`${emulatorEndpoint}/sandbox/function-session`, {
    method: 'POST',
    body: JSON.stringify(role),
  });
  if (!response.ok) {
    throw new Error(`${role.functionName} gets no credentials: ${await response.text()}`);
  }
  return Session.parse(await response.json());
}
