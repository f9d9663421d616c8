import * as z from 'zod/mini';
import { IP_FAMILIES } from '../domain/rules/ip-range';
import { DIRECTIONS } from '../domain/rules/rule';

/** By which a rule is known: its key, field by field. */
export const ruleKeyFields = {
  direction: z.enum(DIRECTIONS),
  protocol: z.string(),
  fromPort: z.int(),
  toPort: z.int(),
  peer: z.discriminatedUnion('kind', [
    z.object({ kind: z.enum(IP_FAMILIES), cidr: z.string() }),
    z.object({ kind: z.literal('prefixList'), prefixListId: z.string() }),
    z.object({
      kind: z.literal('securityGroup'),
      groupId: z.string(),
      ownerId: z.optional(z.string()),
    }),
  ]),
};
