import { rightsAskedBy } from './asked-rights';
import { rightsOfCalls } from './bundled-and-sent';
import { HOLDERS } from './rights-apps';
import type { ApiCall } from '../../../sandbox/cloudtrail/tap';

/** How what the files of a function say of its calls compares with those that it made. */
export interface SeenRights {
  /** That its calls can ask for, and did not. */
  readonly unseen: readonly string[];
  /** That its calls asked for, and its files say nothing of. */
  readonly unknown: readonly string[];
}

/**
 * The name of the dead-letter queue is asked for when a message is given up, which
 * `test/slow/failures-are-named.test.ts` plays.
 */
const PLAYED_ELSEWHERE = ['sqs:GetQueueAttributes on sqs:queue'];

/** @param bundle of the function's handler, such as `respond-to-changes`. */
export async function seenRights(bundle: string, calls: readonly ApiCall[]): Promise<SeenRights> {
  const holder = HOLDERS.find(({ handler }) => handler.endsWith(`/${bundle}`));
  if (!holder) throw new Error(`No function has the handler ${bundle}.`);
  const expected = new Set(
    (await rightsOfCalls(holder)).map(({ call, action, type }) =>
      nameOf(call, action.name, type?.name),
    ),
  );
  const seen = new Set(
    (
      await Promise.all(
        calls.map(async (call) =>
          (await rightsAskedBy(call)).map(({ action, resourceType }) =>
            nameOf(`${call.service}:${call.action}`, action, resourceType),
          ),
        ),
      )
    ).flat(),
  );
  return {
    unseen: [...expected]
      .filter((right) => !seen.has(right) && !PLAYED_ELSEWHERE.includes(right))
      .sort(),
    unknown: [...seen].filter((right) => !expected.has(right)).sort(),
  };
}

function nameOf(call: string, action: string, resourceType = 'all'): string {
  return call === action ? `${call} on ${resourceType}` : `${call}: ${action} on ${resourceType}`;
}
