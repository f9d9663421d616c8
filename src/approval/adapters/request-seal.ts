import { canonicalJson } from './approval-digest';
import type { KmsSigner } from './kms-signer';
import type { ApprovalRequest } from '../domain/approval-request';

/**
 * Before what is sealed, so that no seal is ever the MAC of a decision's statement, which is JSON.
 */
const PREFIX = 'state of a request\n';

const MOST_KNOWN = 100;

/**
 * Seals what of a request decides, by the key that only the function has that judges clicks: anyone
 * who writes into the table can destroy a request, but have nothing approved. An earlier state with
 * its seal is no way to it, either: people would have to click again.
 */
export class RequestSeals {
  private readonly known = new Map<string, Promise<string>>();

  constructor(private readonly signer: Pick<KmsSigner, 'sign'>) {}

  async sealOf(request: ApprovalRequest): Promise<string> {
    const text = sealedText(request);
    const known = this.known.get(text);
    if (known) return known;
    const made = this.signer.sign(text);
    this.known.set(text, made);
    made.catch(() => this.known.delete(text));
    for (const oldest of [...this.known.keys()].slice(0, -MOST_KNOWN)) this.known.delete(oldest);
    return made;
  }

  /** Throws where someone else has written what decides. */
  async verify(request: ApprovalRequest, seal: string | undefined): Promise<void> {
    if (seal !== undefined && (await this.sealOf(request)) === seal) return;
    throw new Error(
      `The request ${request.id} ${seal ? 'is not as it was sealed' : 'has no seal'}, so nothing is decided by it. Who has changed it?`,
    );
  }
}

/**
 * All but its messages, and how far its telling is: those who deliver messages write these, and
 * cannot seal.
 */
function sealedText(request: ApprovalRequest): string {
  const {
    id,
    askedAs,
    asker,
    subject,
    digest,
    route,
    askedAt,
    expiresAt,
    requesters,
    votes,
    judgedClicks,
    waitingClicks,
    consultation,
    decision,
    extension,
    carrying,
  } = request;
  const phase = carrying && [carrying.phase, carrying.attempt];
  return `${PREFIX}${canonicalJson({ id, askedAs, asker, subject, digest, route, askedAt, expiresAt, requesters, votes, judgedClicks, waitingClicks, consultation, decision, extension, phase })}`;
}
