import type { ReceivedDecision } from './approval-queue-messages';
import type { KmsSigner } from './kms-signer';

/** The asker's own knowledge of its request. */
export interface OwnRequest {
  readonly asker: string;
  readonly digest: string;
}

/**
 * Why a decision does not count; undefined where it does. It holds for exactly what people were
 * shown, and only with the workflow's signature.
 */
export async function whyNotProved(
  received: ReceivedDecision,
  { asker, digest }: OwnRequest,
  signer: KmsSigner,
): Promise<string | undefined> {
  const unsigned = await whyNotSigned(received, asker, signer);
  if (unsigned) return unsigned;
  return received.statement.digest === digest
    ? undefined
    : 'people were shown something else than what the sentry has asked';
}

/**
 * Why it is no decision for this asker. It proves that a workflow has sent it, and not what people
 * were shown.
 */
export async function whyNotSigned(
  { statement, statementText, mac }: ReceivedDecision,
  asker: string,
  signer: KmsSigner,
): Promise<string | undefined> {
  if (!(await signer.verify(statementText, mac))) return 'its workflow has not signed it';
  return statement.asker === asker ? undefined : `it is for ${statement.asker}`;
}
