import { createHash } from 'node:crypto';
import type { AskResult } from '../../../src/approval/domain/ask-result';
import type { AskedChange } from '../../../src/security-group/domain/asking/asked-change';
import type {
  ChangeAsker,
  StoredAsk,
} from '../../../src/security-group/domain/asking/change-asker';
import type { PreparedAsk } from '../../../src/security-group/domain/reporting/announcement';

const ID_CHARACTERS = 40;

/** A model of what a sentry keeps of its questions. What is kept first stays. */
export class AskerInMemory implements ChangeAsker {
  readonly kept = new Map<string, StoredAsk>();

  identify(text: string): string {
    return digestOf(text).slice(0, ID_CHARACTERS);
  }

  render(asked: AskedChange): PreparedAsk {
    return {
      workflow: asked.workflow,
      message: JSON.stringify({
        requestId: asked.requestId,
        digest: digestOf(JSON.stringify(asked)),
      }),
    };
  }

  async keep(asked: AskedChange): Promise<boolean> {
    const known = this.kept.get(asked.requestId);
    if (!known) {
      this.kept.set(asked.requestId, {
        asked,
        digest: digestOf(JSON.stringify(asked)),
        isGranted: false,
      });
    }
    return known?.result === undefined;
  }

  async read(requestId: string): Promise<StoredAsk | undefined> {
    return this.kept.get(requestId);
  }

  async granted(requestId: string): Promise<void> {
    this.update(requestId, { isGranted: true });
  }

  async concluded(requestId: string, result: AskResult): Promise<void> {
    this.update(requestId, { result });
  }

  private update(requestId: string, values: Partial<StoredAsk>): void {
    const known = this.kept.get(requestId);
    if (!known) throw new Error(`No one has asked for ${requestId}.`);
    this.kept.set(requestId, { ...known, ...values });
  }
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
