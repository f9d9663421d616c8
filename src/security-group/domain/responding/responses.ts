import { GROUPS_AT_ONCE } from '../at-once';
import { UnfinishedError } from './unfinished-error';
import type { ChangeReport } from '../reporting/change-report';
import { inTurns } from '../turns';

/** The results of an event, group by group. */
export interface Responses {
  /** No report: there was nothing to say. */
  readonly reports: readonly ChangeReport[];
  /** Why groups could not be judged or answered to the end; what was done in the others is done. */
  readonly failures: readonly unknown[];
}

export const NOTHING: Responses = { reports: [], failures: [] };

/** What came of each, some at a time: one that fails is no reason to leave out another. */
export async function together<T>(
  items: readonly T[],
  respond: (item: T) => Promise<ChangeReport | undefined>,
): Promise<Responses> {
  return joined(
    await inTurns(items, GROUPS_AT_ONCE, async (item) =>
      respond(item).then(
        (report): Responses => ({ reports: report ? [report] : [], failures: [] }),
        (reason: unknown): Responses => ({ reports: reportOf(reason), failures: [reason] }),
      ),
    ),
  );
}

export function joined(responses: readonly Responses[]): Responses {
  return {
    reports: responses.flatMap(({ reports }) => reports),
    failures: responses.flatMap(({ failures }) => failures),
  };
}

function reportOf(reason: unknown): ChangeReport[] {
  return reason instanceof UnfinishedError && reason.report ? [reason.report] : [];
}
