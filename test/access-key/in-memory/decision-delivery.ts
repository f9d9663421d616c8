import type { Fate, FaultyAccount } from './faulty-account';
import {
  carryOutKeyDecision,
  type ProvedKeyDecision,
} from '../../../src/access-key/domain/carry-out-key-decision';
import type { KeySentryConfiguration } from '../../../src/access-key/domain/run-key-sentry';
import { isConcluded, isOvertaken } from '../../../src/approval/domain/ask-result';

/**
 * Takes a decision off the queue, as the function that carries it out does; it stays there where
 * that throws.
 */
export async function deliver(
  account: FaultyAccount,
  decision: ProvedKeyDecision,
  configuration: KeySentryConfiguration,
  fates: readonly Fate[] = [],
): Promise<void> {
  const now = account.begin(fates);
  const { people } = account;
  const { requestId, keyId, phase, attempt } = decision;
  const approval = (await account.read(keyId))?.approval;
  if (approval?.requestId === requestId && !isOvertaken(decision, approval.result)) {
    const result = isConcluded(decision, approval.result)
      ? approval.result
      : { phase, attempt, ...(await carryOutKeyDecision(decision, configuration, account, now)) };
    await account.concluding(requestId, result);
  }
  people.queue.splice(people.queue.indexOf(decision), 1);
}
