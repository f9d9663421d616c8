import { PutParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import { SENTRY_PARAMETERS_VERSION } from '../contracts/sentry-parameters';
import type { Pause } from '../domain/policies/sentry-configuration';

/**
 * The deployment makes the parameter; an operator's order is the only thing that writes to it
 * later.
 */
export async function writePause(
  client: SSMClient,
  name: string,
  pause: Pause | undefined,
): Promise<void> {
  const value = { version: SENTRY_PARAMETERS_VERSION, ...pause };
  await client.send(
    new PutParameterCommand({ Name: name, Value: JSON.stringify(value), Overwrite: true }),
  );
}
