import type { FaultyAccount, Fate } from './faulty-account';
import {
  carryOutKeyDecision,
  type ProvedKeyDecision,
} from '../../../src/access-key/domain/carry-out-key-decision';
import type { KeyApproval, KeyDecision } from '../../../src/access-key/domain/key-approval';
import type { KeySentryConfiguration } from '../../../src/access-key/domain/run-key-sentry';
import { type AskResult, isConcluded, isOvertaken } from '../../../src/approval/domain/ask-result';

/** A request as the workflow knows it. */
export interface KeyRequest {
  readonly requestId: string;
  readonly keyId: string;
  readonly question: string;
  readonly askedAt: Date;
  /** How often it was sent. */
  times: number;
  decision?: KeyDecision;
  attempt: number;
  /** Of its last attempt, as the sentry told it. */
  outcome?: AskResult;
}

/**
 * A stand-in for the approval workflow: it keeps what it was asked, and has decided what the test
 * says that people did.
 */
export class KeyPeopleInMemory {
  readonly requests: KeyRequest[] = [];
  /** Decisions on their way to the sentry. */
  readonly queue: ProvedKeyDecision[] = [];

  ask(keyId: string, { requestId, question }: KeyApproval, askedAt: Date): void {
    const known = this.request(requestId);
    if (known) {
      known.times += 1;
    } else {
      this.requests.push({
        requestId,
        keyId,
        question: JSON.stringify(question),
        askedAt,
        times: 1,
        attempt: 1,
      });
    }
  }

  request(requestId: string | undefined): KeyRequest | undefined {
    return this.requests.find((each) => each.requestId === requestId);
  }

  get undecided(): KeyRequest[] {
    return this.requests.filter(({ decision }) => !decision);
  }

  decide(request: KeyRequest, kind: KeyDecision['kind'], at: Date): void {
    request.decision = { kind, at };
    this.send(request);
  }

  /** Somebody clicks on what a request offers whose decision could not be carried out. */
  retry(request: KeyRequest): void {
    if (request.outcome?.outcome !== 'failed') return;
    request.attempt += 1;
    request.outcome = undefined;
    this.send(request);
  }

  /** At the latest attempt only, as the workflow does. */
  conclude(requestId: string, result: AskResult): void {
    const request = this.request(requestId);
    if (request?.attempt === result.attempt) request.outcome = result;
  }

  private send({ requestId, keyId, decision, attempt }: KeyRequest): void {
    if (decision) this.queue.push({ ...decision, requestId, keyId, phase: 'decision', attempt });
  }
}

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
