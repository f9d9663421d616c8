import * as z from 'zod/mini';
import { optionalId, optionalText } from './record-fields';
import type { Actor } from '../domain/changes/actor';

const identitySchema = z.object({
  type: z.catch(z.string(), 'unknown'),
  arn: optionalText,
  principalId: optionalText,
  userName: optionalText,
  accountId: optionalId,
  invokedBy: optionalText,
  sessionContext: z.catch(
    z.optional(
      z.object({
        sessionIssuer: z.optional(z.object({ type: optionalText, arn: optionalText })),
        sourceIdentity: optionalText,
      }),
    ),
    undefined,
  ),
  onBehalfOf: z.catch(z.optional(z.object({ userId: optionalText })), undefined),
});

/** An identity of unknown shape is no one. */
export const userIdentitySchema = z.catch(identitySchema, { type: 'unknown' });
type UserIdentity = z.infer<typeof userIdentitySchema>;

export function actorOf(identity: UserIdentity, sourceAddress: string | undefined): Actor {
  const { type, arn, userName, accountId, invokedBy, principalId, sessionContext } = identity;
  const issuer = sessionContext?.sessionIssuer;
  const isRoleSession = type === 'AssumedRole';
  return {
    type,
    arn,
    userName,
    accountId,
    invokedBy,
    sourceAddress,
    ...(arn === undefined && marksOf(identity)),
    ...(isRoleSession && issuer?.type === 'Role' && { roleArn: issuer.arn }),
    ...(isRoleSession && { sessionName: arn?.split('/').at(-1) ?? principalId?.split(':').at(-1) }),
  };
}

/** By which AWS tells identities apart that have no ARN. */
function marksOf({ principalId, onBehalfOf, sessionContext }: UserIdentity) {
  const sourceIdentity = sessionContext?.sourceIdentity;
  return {
    ...(principalId && { principalId }),
    ...(onBehalfOf?.userId && { identityCenterUserId: onBehalfOf.userId }),
    ...(sourceIdentity && { sourceIdentity }),
  };
}
