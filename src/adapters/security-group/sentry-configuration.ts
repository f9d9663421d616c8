import type { SSMClient } from '@aws-sdk/client-ssm';
import * as z from 'zod/mini';
import { SENTRY_PARAMETERS_VERSION } from '../../contracts/security-group/sentry-parameters';
import type { SentryConfiguration } from '../../domain/security-group/respond-to-change';
import { readParameters } from '../configuration/ssm-parameters';

const version = z.literal(SENTRY_PARAMETERS_VERSION);

const trafficSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('any') }),
  z.object({ kind: z.literal('allTraffic') }),
  z.object({ kind: z.literal('protocol'), protocol: z.string(), fromPort: z.optional(z.int()), toPort: z.optional(z.int()) }),
]);
const peerSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('internet') }),
  z.object({ kind: z.literal('ipRange'), cidr: z.string() }),
  z.object({ kind: z.literal('prefixList'), prefixListId: z.string() }),
  z.object({ kind: z.literal('securityGroup'), groupId: z.string() }),
]);
const patternSchema = z.object({
  name: z.string(),
  direction: z.optional(z.enum(['ingress', 'egress'])),
  traffic: z.optional(z.array(trafficSchema)),
  peers: z.optional(z.array(peerSchema)),
});
const policiesSchema = z.object({
  version,
  policies: z.array(z.object({
    baseline: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('forbid'), patterns: z.array(patternSchema) }),
      z.object({ kind: z.literal('locked') }),
    ]),
    response: z.enum(['revert', 'notifyOnly']),
  })),
  trustedActors: z.array(z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('role'), roleArn: z.string() }),
    z.object({ kind: z.literal('cloudFormation'), executionRoleArn: z.string() }),
  ])),
});
const groupsSchema = z.object({ version, groupIds: z.array(z.string()) });

/** Reads the parameters that the deployment wrote. Throws where one is missing, or of another version. */
export async function loadSentryConfiguration(
  client: SSMClient, names: { readonly policies: string; readonly groups: readonly string[] },
): Promise<SentryConfiguration> {
  const [policiesText, ...groupTexts] = await readParameters(client, [names.policies, ...names.groups]);
  const { policies, trustedActors } = parse(policiesSchema, names.policies, policiesText);
  const groups = groupTexts.map((text, index) => parse(groupsSchema, names.groups[index], text));
  return { policies, trustedActors, monitoredGroupIds: groups.flatMap(({ groupIds }) => groupIds) };
}

function parse<Schema extends z.ZodMiniType>(schema: Schema, name: string | undefined, text: string | undefined): z.infer<Schema> {
  const result = schema.safeParse(JSON.parse(text ?? ''));
  if (!result.success) {
    throw new Error(`The SSM parameter ${name} is not of version ${SENTRY_PARAMETERS_VERSION} of this library: ${z.prettifyError(result.error)}`);
  }
  return result.data;
}
