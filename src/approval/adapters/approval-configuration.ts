import type { SSMClient } from '@aws-sdk/client-ssm';
import * as z from 'zod/mini';
import { readParameters } from '../../shared/adapters/configuration/ssm-parameters';
import {
  APPROVAL_PARAMETER_VERSION,
  type ApprovalParameter,
} from '../contracts/approval-parameter';
import { DENIAL_PROMPTS } from '../domain/approval-configuration';

const text = z.string().check(z.minLength(1));
const positive = z.number().check(z.positive());
const atLeastOne = z.int().check(z.positive());

const deciders = {
  approvers: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('users'), userIds: z.array(text) }),
    z.object({ kind: z.literal('userGroup'), userGroupId: text }),
  ]),
  requiredApprovals: atLeastOne,
  approvalChannelId: text,
  mentions: z.optional(z.array(text)),
};

export const parameterSchema = z.object({
  version: z.literal(APPROVAL_PARAMETER_VERSION),
  ...deciders,
  allowSelfApproval: z.boolean(),
  expireMilliseconds: positive,
  remindMilliseconds: positive,
  approvalSeconds: z.array(atLeastOne),
  denialPauseMilliseconds: z.number().check(z.nonnegative()),
  denialPrompt: z.optional(z.enum(DENIAL_PROMPTS)),
  requestsAnHour: atLeastOne,
  routes: z.optional(
    z.array(
      z.object({
        ...deciders,
        name: text,
        accounts: z.array(text),
        units: z.array(text),
        tags: z.optional(z.array(z.object({ key: text, values: z.array(z.string()) }))),
      }),
    ),
  ),
  askers: z.array(z.object({ name: text, queueUrl: text })),
  monitoring: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('none') }),
    z.object({ kind: z.literal('channel'), channelId: text }),
    z.object({ kind: z.literal('webhook'), secretArn: text }),
  ]),
  auditSeconds: positive,
});

/**
 * Reads the parameter that the deployment wrote. Throws where it is missing, or of another version.
 */
export async function loadApprovalConfiguration(
  client: SSMClient,
  name: string,
): Promise<ApprovalParameter> {
  const [value = ''] = await readParameters(client, [name]);
  return parseApprovalConfiguration(value, name);
}

export function parseApprovalConfiguration(value: string, name: string): ApprovalParameter {
  const parsed = parameterSchema.safeParse(jsonIn(value, name));
  if (parsed.success) return parsed.data;
  throw new Error(
    `The SSM parameter ${name} is not of version ${APPROVAL_PARAMETER_VERSION} of this library: ${z.prettifyError(parsed.error)}`,
  );
}

function jsonIn(value: string, name: string): unknown {
  try {
    return JSON.parse(value);
  } catch (error) {
    throw new Error(`The SSM parameter ${name} is no JSON. Deploy the workflow's stack again.`, {
      cause: error,
    });
  }
}
