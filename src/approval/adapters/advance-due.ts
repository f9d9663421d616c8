import pLimit from 'p-limit';
import type { Clock } from '../../shared/domain/clock';
import type { DueThings } from '../domain/approval-store';

const AT_ONCE = 10;
const PAGE = 50;

/** Shorter than the minute until the next run, and than the function may take. */
const RUN_MILLISECONDS = 45_000;

/** A run over what is due needs these. */
export interface DueWork {
  due(now: Date, limit: number): Promise<DueThings>;
  request(id: string): Promise<void>;
  click(id: string): Promise<void>;
  failed(id: string, error: unknown): void;
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
  const attempt = async (id: string, act: (id: string) => Promise<void>) => {
    if (isOver()) return;
    try {
      await act(id);
    } catch (error) {
      work.failed(id, error);
      failures.push(error);
    }
  };
  while (!isOver()) {
    const { requestIds, clickIds } = await work.due(clock.now(), seen.size + PAGE);
    const found = [
      ...clickIds.map((id) => ({ id, key: `click ${id}`, act: work.click })),
      ...requestIds.map((id) => ({ id, key: `request ${id}`, act: work.request })),
    ].filter(({ key }) => !seen.has(key));
    if (found.length === 0) break;
    found.forEach(({ key }) => seen.add(key));
    await Promise.all(found.map(({ id, act }) => limit(attempt, id, act)));
  }
  return failures;
}
