import pLimit from 'p-limit';
import type { Clock } from '../../shared/domain/clock';
import type { DueThings } from '../domain/approval-store';

const AT_ONCE = 10;
const PAGE = 50;

/** Shorter than the minute until the next run, and than the function may take. */
const RUN_MILLISECONDS = 45_000;

/** What is due. */
export interface DueThing {
  readonly kind: 'request' | 'click';
  readonly id: string;
}

/** A run over what is due needs these. */
export interface DueWork {
  due(now: Date, limit: number): Promise<DueThings>;
  request(id: string): Promise<void>;
  click(id: string): Promise<void>;
  failed(thing: DueThing, error: unknown): void;
}

/**
 * Does all that is due, once each. What fails stays due, and hides nothing that comes after it.
 * Gives the failures.
 */
export async function advanceDue(
  work: DueWork,
  clock: Pick<Clock, 'now'>,
): Promise<readonly unknown[]> {
  const end = clock.now().getTime() + RUN_MILLISECONDS;
  const isOver = () => clock.now().getTime() >= end;
  const seen = new Set<string>();
  const failures: unknown[] = [];
  const limit = pLimit(AT_ONCE);
  const attempt = async (thing: DueThing) => {
    if (isOver()) return;
    try {
      await work[thing.kind](thing.id);
    } catch (error) {
      work.failed(thing, error);
      failures.push(error);
    }
  };
  while (!isOver()) {
    const { requestIds, clickIds } = await work.due(clock.now(), seen.size + PAGE);
    const found = [
      ...clickIds.map((id): DueThing => ({ kind: 'click', id })),
      ...requestIds.map((id): DueThing => ({ kind: 'request', id })),
    ].filter((thing) => !seen.has(keyOf(thing)));
    if (found.length === 0) break;
    found.forEach((thing) => seen.add(keyOf(thing)));
    // A click of before the end comes before what the end brings.
    for (const kind of ['click', 'request'] as const) {
      const all = found.filter((thing) => thing.kind === kind);
      await Promise.all(all.map((thing) => limit(attempt, thing)));
    }
  }
  return failures;
}

function keyOf({ kind, id }: DueThing): string {
  return `${kind} ${id}`;
}
