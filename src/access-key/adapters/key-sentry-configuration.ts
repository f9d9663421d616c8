import type { SSMClient } from '@aws-sdk/client-ssm';
import * as z from 'zod/mini';
import { readParameters } from '../../shared/adapters/configuration/ssm-parameters';
import type { EveryField } from '../../shared/adapters/every-field';
import {
  type InventoryPlace,
  KEY_SENTRY_PARAMETER_VERSION,
  type KeyWorkflowParameter,
  type OwnerMessagesParameter,
} from '../contracts/key-sentry-parameter';
import { ACTION_MODES } from '../domain/key-actions';
import { REPORT_TIMINGS } from '../domain/report-timing';
import type { KeySentryConfiguration } from '../domain/run-key-sentry';
import type { SurveyRules } from '../domain/survey';

const someDays = z.number().check(z.nonnegative());
const days = z.number().check(z.positive());
/** Of exclusions of each kind. */
const limits = { reason: z.optional(z.string()), accounts: z.optional(z.array(z.string())) };

export const parameterSchema = z.object({
  version: z.literal(KEY_SENTRY_PARAMETER_VERSION),
  rules: z.object({
    maxKeyAge: days,
    warnBefore: z.optional(someDays),
    maxUnusedAge: z.optional(days),
    neverUsedGrace: z.optional(someDays),
    includeInactive: z.boolean(),
  }),
  exemptions: z.array(
    z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('user'), userName: z.string(), ...limits }),
      z.object({ kind: z.literal('path'), path: z.string(), ...limits }),
      z.object({ kind: z.literal('group'), groupName: z.string(), ...limits }),
      z.object({
        kind: z.literal('tag'),
        key: z.string(),
        maxDays: days,
        ...limits,
      }),
    ]),
  ),
  actions: z.optional(
    z.object({
      mode: z.enum(ACTION_MODES),
      deactivateAfter: z.optional(days),
      deactivateUnusedAfter: z.optional(days),
      deactivateNeverUsedAfter: z.optional(days),
      deleteAfterInactive: z.optional(days),
      grace: someDays,
      maxActionsPerRun: z.int().check(z.positive()),
      askAgainAfter: z.optional(days),
    }),
  ),
  tellsWhenNothingFound: z.boolean(),
  reports: z.optional(
    z.object({
      kind: z.enum(REPORT_TIMINGS),
      day: z.optional(z.int().check(z.gte(0), z.lte(6))),
    }),
  ),
  inventory: z.optional(
    z.object({ bucket: z.string(), prefix: z.string(), bucketOwner: z.string() }),
  ),
  owners: z.optional(
    z.array(
      z.discriminatedUnion('kind', [
        z.object({ kind: z.literal('tag'), key: z.string() }),
        z.object({ kind: z.literal('path'), prefix: z.string() }),
        z.object({ kind: z.literal('user-name') }),
      ]),
    ),
  ),
  ownerMessages: z.optional(z.object({ queueUrl: z.string() })),
  workflow: z.optional(
    z.object({ asker: z.string(), queueUrl: z.string(), decisionKeyArn: z.string() }),
  ),
});

export interface LoadedKeySentryConfiguration extends KeySentryConfiguration {
  readonly workflow?: KeyWorkflowParameter;
  readonly inventory?: InventoryPlace;
  readonly ownerMessages?: OwnerMessagesParameter;
}

export async function readKeySentryConfiguration(
  client: SSMClient,
  name: string,
): Promise<LoadedKeySentryConfiguration> {
  const [text = ''] = await readParameters(client, [name]);
  return parseKeySentryConfiguration(text, name);
}

export function parseKeySentryConfiguration(
  text: string,
  name: string,
): LoadedKeySentryConfiguration {
  const parsed = parameterSchema.safeParse(jsonIn(text, name));
  if (!parsed.success) {
    throw new Error(
      `The SSM parameter ${name} is not of version ${KEY_SENTRY_PARAMETER_VERSION} of this library: ${z.prettifyError(parsed.error)}`,
    );
  }
  const { rules, exemptions: excluding, actions, tellsWhenNothingFound, owners } = parsed.data;
  const { workflow, inventory, reports, ownerMessages } = parsed.data;
  const looksAtInactive = actions?.deleteAfterInactive !== undefined;
  const surveyed: EveryField<SurveyRules> = { keys: rules, excluding, looksAtInactive, owners };
  const configuration: EveryField<LoadedKeySentryConfiguration> = {
    rules: surveyed,
    actions,
    tellsWhenNothingFound,
    workflow,
    inventory,
    reports,
    ownerMessages,
    messagesOwners: ownerMessages !== undefined,
  };
  return configuration;
}

function jsonIn(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`The SSM parameter ${name} is no JSON. Deploy the sentry's stack again.`, {
      cause: error,
    });
  }
}
