import { PutParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import {
  type DisabledPoliciesParameter,
  SENTRY_PARAMETERS_VERSION,
} from '../contracts/sentry-parameters';
import type { Disabling } from '../domain/policies/policy';
import type { Pause } from '../domain/policies/sentry-configuration';

/**
 * The deployment makes the parameters; an operator's order is the only thing that writes to them
 * later.
 */
export async function writePause(
  client: SSMClient,
  name: string,
  pause: Pause | undefined,
): Promise<void> {
  await write(client, name, { version: SENTRY_PARAMETERS_VERSION, ...pause });
}

export async function writeDisablings(
  client: SSMClient,
  name: string,
  disablings: readonly Disabling[],
): Promise<void> {
  const value: DisabledPoliciesParameter = {
    version: SENTRY_PARAMETERS_VERSION,
    disablings: disablings.map(({ since, until, ...disabling }) => ({
      ...disabling,
      since: since.toISOString(),
      until: until.toISOString(),
    })),
  };
  await write(client, name, value);
}

async function write(client: SSMClient, name: string, value: object): Promise<void> {
  await client.send(
    new PutParameterCommand({ Name: name, Value: JSON.stringify(value), Overwrite: true }),
  );
}
