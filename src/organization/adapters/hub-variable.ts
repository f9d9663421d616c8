import * as z from 'zod/mini';
import type { HubVariable } from '../contracts/hub-variable';

export const hubVariableSchema = z.object({
  name: z.string(),
  partition: z.string(),
  configurationParameter: z.string(),
  coverageTable: z.string(),
  intakeQueueUrl: z.string(),
});

/** Undefined where the sentry has no hub. Throws for what no construct of this version wrote. */
export function readHubVariable(text: string | undefined): HubVariable | undefined {
  return text === undefined ? undefined : hubVariableSchema.parse(JSON.parse(text));
}
