import type { ReceivedDecision } from './approval-queue-messages';
import type { KmsSigner } from './kms-signer';

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
