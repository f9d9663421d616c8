import * as z from 'zod/mini';
import { ACCOUNT_ID, REGION, UNIT_ID } from '../../organization/contracts/place-names';
import { IN_WORDS } from '../../shared/adapters/errors-in-words';
import type { OperatorRequest } from '../domain/operator';
import { OperatorError } from '../domain/operator-error';
import { LONGEST_DISABLING_HOURS } from '../domain/policies/policy';

const text = z.string().check(z.minLength(1), z.maxLength(500));
const groupId = z.string().check(z.regex(/^sg-([0-9a-f]{8}|[0-9a-f]{17})$/));
const ruleId = z.string().check(z.regex(/^sgr-[0-9a-f]{8,17}$/));
const until = z.pipe(
  z.iso.datetime({ offset: true }),
  z.transform((value) => new Date(value)),
);
const order = { by: text, reason: text };
const account = z.string().check(z.regex(ACCOUNT_ID));
const place = {
  account: z.optional(account),
  region: z.optional(z.string().check(z.regex(REGION))),
};
/** A pause has to fit into a parameter. */
const MOST_NAMED = 20;
const scope = {
  accounts: z.optional(z.array(account).check(z.minLength(1), z.maxLength(MOST_NAMED))),
  units: z.optional(
    z.array(z.string().check(z.regex(UNIT_ID))).check(z.minLength(1), z.maxLength(MOST_NAMED)),
  ),
};
/** What is kept of an order has to fit into a parameter, several times. */
const shortOrder = {
  by: z.string().check(z.minLength(1), z.maxLength(100)),
  reason: z.string().check(z.minLength(1), z.maxLength(200)),
};
const policy = z.string().check(z.minLength(1), z.maxLength(60));
const hours = z.number().check(z.positive(), z.maximum(LONGEST_DISABLING_HOURS));

export const requestSchema = z.discriminatedUnion('action', [
  z.strictObject({
    action: z.literal('accept'),
    groupId,
    ruleId,
    until: z.optional(until),
    ...place,
    ...order,
  }),
  z.strictObject({ action: z.literal('withdraw'), groupId, ruleId, ...place, ...order }),
  z.strictObject({ action: z.literal('release'), groupId, ...place, ...order }),
  z.strictObject({ action: z.literal('releasePolicy'), groupId, policy, ...place, ...order }),
  z.strictObject({ action: z.literal('pause'), until, ...scope, ...order }),
  z.strictObject({ action: z.literal('resume'), ...order }),
  z.strictObject({ action: z.literal('disablePolicy'), policy, hours, ...shortOrder }),
  z.strictObject({ action: z.literal('enablePolicy'), policy, ...order }),
  z.strictObject({ action: z.literal('listPolicies') }),
  z.strictObject({ action: z.literal('list'), groupId: z.optional(groupId), ...place }),
  z.strictObject({ action: z.literal('check'), ...place }),
]);

/** Reads what an operator sent. Throws an OperatorError that says what is wrong with it. */
export function parseOperatorRequest(payload: unknown): OperatorRequest {
  const parsed = requestSchema.safeParse(payload, IN_WORDS);
  if (parsed.success) return parsed.data;
  throw new OperatorError(
    `The request cannot be carried out: ${z.prettifyError(parsed.error)}. ` +
      'Send, for example, {"action":"accept","groupId":"sg-…","ruleId":"sgr-…","by":"your name","reason":"why"}; the others are withdraw, release, releasePolicy, pause, resume, disablePolicy, enablePolicy, listPolicies, list and check.',
  );
}
