import type { ApprovalConfiguration } from './approval-configuration';
import {
  type ApprovalRequest,
  isDue,
  isToOne,
  type MessageName,
  type MessageSlot,
  nameKey,
} from './approval-request';
import type { ApprovalStore } from './approval-store';
import { type Change, revise } from './revise-request';

/** A message of a request, as it was written last: by others, too, where it is revised. */
export class WrittenSlot {
  private readonly key: string;

  constructor(
    private latest: ApprovalRequest | undefined,
    name: MessageName,
    private readonly configuration: ApprovalConfiguration,
    private readonly store: ApprovalStore,
  ) {
    this.key = nameKey(name);
  }

  /** Undefined where it is gone. */
  get request(): ApprovalRequest | undefined {
    return this.latest;
  }

  get slot(): MessageSlot | undefined {
    return this.latest?.messages.find(({ name }) => nameKey(name) === this.key);
  }

  async reviseRequest(change: Change): Promise<void> {
    if (!this.latest) return;
    this.latest = await revise(this.latest, change, this.configuration, this.store);
  }

  async revise(change: (current: MessageSlot) => MessageSlot): Promise<void> {
    await this.reviseRequest((request) => withSlot(request, this.key, change));
  }
}

function withSlot(
  request: ApprovalRequest,
  key: string,
  change: (current: MessageSlot) => MessageSlot,
): ApprovalRequest {
  const current = request.messages.find(({ name }) => nameKey(name) === key);
  const changed = current && change(current);
  if (!current || !changed || changed === current) return request;
  const isOver = isToOne(changed.name) && !isDue(changed);
  return {
    ...request,
    messages: request.messages.flatMap((each) =>
      each === current ? (isOver ? [] : [changed]) : [each],
    ),
  };
}
