import { UnfinishedError } from './unfinished-error';
import type { ChangeReport } from '../reporting/change-report';

/** The results of an event, group by group. */
export interface Responses {
  /** No report: there was nothing to say. */
  readonly reports: readonly ChangeReport[];
  /** Why groups could not be judged or answered to the end; what was done in the others is done. */
  readonly failures: readonly unknown[];
}

export const NOTHING: Responses = { reports: [], failures: [] };

export async function together(
  responses: readonly Promise<ChangeReport | undefined>[],
): Promise<Responses> {
  const settled = await Promise.allSettled(responses);
  return {
    reports: settled.flatMap((result) =>
      result.status === 'fulfilled' ? (result.value ?? []) : reportOf(result.reason),
    ),
    failures: settled.flatMap((result): unknown[] =>
      result.status === 'rejected' ? [result.reason] : [],
    ),
  };
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
