import type { ApprovalConfiguration } from './approval-configuration';
import type { ApprovalRequest } from './approval-request';
import { ApprovalConflictError, type ApprovalStore } from './approval-store';
import { dueAt } from './due';

const TRIES = 8;

/** Changes a request once something was done. */
export type Change = (request: ApprovalRequest) => ApprovalRequest;

/**
 * Writes what `change` makes of the request, as it was last read or written here; where someone
 * else wrote in between, of what they left. Nothing, where nothing changes. Undefined, where it is
 * gone.
 */
export async function revise(
  known: ApprovalRequest,
  change: Change,
  configuration: ApprovalConfiguration,
  store: ApprovalStore,
): Promise<ApprovalRequest | undefined> {
  return retried(async (isFirst) => {
    const before = isFirst ? known : await store.read(known.id);
    if (!before) return undefined;
    const after = change(before);
    return after === before ? before : save(after, before, configuration, store);
  });
}

export async function save(
  after: ApprovalRequest,
  before: ApprovalRequest,
  configuration: ApprovalConfiguration,
  store: ApprovalStore,
): Promise<ApprovalRequest> {
  await store.write(after, before, dueAt(after, configuration));
  return onceWritten(after);
}

export function onceWritten(request: ApprovalRequest): ApprovalRequest {
  return { ...request, revision: request.revision + 1 };
}

export async function retried<T>(act: (isFirst: boolean) => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await act(tries === 1);
    } catch (error) {
      if (!(error instanceof ApprovalConflictError) || tries === TRIES) throw error;
    }
  }
}
