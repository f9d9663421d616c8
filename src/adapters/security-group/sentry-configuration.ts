import type { SSMClient } from '@aws-sdk/client-ssm';
import * as z from 'zod/mini';
import { SENTRY_PARAMETERS_VERSION } from '../../contracts/security-group/sentry-parameters';
import type { Clock } from '../../domain/clock';
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

/** CloudTrail tells times to the second. */
const TIME_UNIT_MILLISECONDS = 1_000;

/** How long a warm function may go on with what it has read, at the most. */
const KEPT_FOR_MILLISECONDS = 60_000;

export class SsmSentryConfiguration {
  private kept?: { readonly at: number; readonly value: Promise<SentryConfiguration> };

  constructor(
    private readonly client: SSMClient,
    private readonly clock: Clock,
    private readonly names: { readonly policies: string; readonly groups: readonly string[] },
  ) {}

  /** As of `time` or later: an event from after a deployment must not be judged by what was read before it. */
  read(time: Date): Promise<SentryConfiguration> {
    const now = this.clock.now().getTime();
    if (this.kept && this.kept.at > time.getTime() + TIME_UNIT_MILLISECONDS && now < this.kept.at + KEPT_FOR_MILLISECONDS) return this.kept.value;
    const value = this.load();
    const kept = { at: now, value };
    this.kept = kept;
    value.catch(() => {
      if (this.kept === kept) this.kept = undefined;
    });
    return value;
  }

  private async load(): Promise<SentryConfiguration> {
    const [policiesText, ...groupTexts] = await readParameters(this.client, [this.names.policies, ...this.names.groups]);
    const { policies, trustedActors } = parse(policiesSchema, this.names.policies, policiesText);
    const groups = groupTexts.map((text, index) => parse(groupsSchema, this.names.groups[index], text));
    return { policies, trustedActors, monitoredGroupIds: groups.flatMap(({ groupIds }) => groupIds) };
  }
}

function parse<Schema extends z.ZodMiniType>(schema: Schema, name: string | undefined, text: string | undefined): z.infer<Schema> {
  const result = schema.safeParse(JSON.parse(text ?? ''));
  if (!result.success) {
    throw new Error(`The SSM parameter ${name} is not of version ${SENTRY_PARAMETERS_VERSION} of this library: ${z.prettifyError(result.error)}`);
  }
  return result.data;
}
