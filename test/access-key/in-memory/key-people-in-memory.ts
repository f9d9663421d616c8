import type { ProvedKeyDecision } from '../../../src/access-key/domain/carry-out-key-decision';
import type { DeactivationReason } from '../../../src/access-key/domain/deactivation-reasons';
import type { KeyApproval, KeyDecision } from '../../../src/access-key/domain/key-approval';
import type { AskResult } from '../../../src/approval/domain/ask-result';

/** A request as the workflow knows it. */
export interface KeyRequest {
  readonly requestId: string;
  readonly keyId: string;
  readonly question: string;
  readonly reasons: readonly DeactivationReason[];
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

  ask(keyId: string, { requestId, question, reasons = [] }: KeyApproval, askedAt: Date): void {
    const known = this.request(requestId);
    if (known) {
      known.times += 1;
    } else {
      this.requests.push({
        requestId,
        keyId,
        question: JSON.stringify(question),
        reasons,
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

  decide(
    request: KeyRequest,
    kind: KeyDecision['kind'],
    at: Date,
    values: Pick<KeyDecision, 'isClickWaiting' | 'denialReason'> = {},
  ): void {
    request.decision = { kind, at, ...values };
    this.send(request);
  }

  /** Someone clicks on what a request offers whose decision could not be carried out. */
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
