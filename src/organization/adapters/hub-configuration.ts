import type { SSMClient } from '@aws-sdk/client-ssm';
import * as z from 'zod/mini';
import { readParameters } from '../../shared/adapters/configuration/ssm-parameters';
import { HUB_PARAMETER_VERSION, type HubParameter } from '../contracts/hub-parameter';
import { MEMBER_RIGHTS } from '../domain/gaps/place-state';
import { SOURCE_KINDS } from '../domain/sources';

/** Made when it is first read: a cold start without a hub does not wait for it. */
export const hubParameterSchema = z.lazy(() =>
  z.object({
    version: z.literal(HUB_PARAMETER_VERSION),
    accounts: z.discriminatedUnion('kind', [
      z.object({
        kind: z.literal('organization'),
        units: z.array(z.string()),
        excluding: z.array(z.string()),
      }),
      z.object({ kind: z.literal('accounts'), accountIds: z.array(z.string()) }),
    ]),
    regions: z.optional(z.array(z.string())),
    warnings: z.record(z.string(), z.string()),
    expected: z.object({
      sources: z.array(z.enum(SOURCE_KINDS)),
      rights: z.enum(MEMBER_RIGHTS),
      units: z.optional(z.array(z.string())),
    }),
  }),
);

/** What the deployment says of the hub. Throws for a parameter of another version. */
export async function readHubConfiguration(client: SSMClient, name: string): Promise<HubParameter> {
  const [text = ''] = await readParameters(client, [name]);
  const parsed = hubParameterSchema.safeParse(jsonIn(text, name));
  if (parsed.success) return parsed.data;
  throw new Error(
    `The SSM parameter ${name} is not of version ${HUB_PARAMETER_VERSION} of this library: ${z.prettifyError(parsed.error)}`,
  );
}

function jsonIn(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`The SSM parameter ${name} is no JSON. Deploy the hub's stack again.`, {
      cause: error,
    });
  }
}
