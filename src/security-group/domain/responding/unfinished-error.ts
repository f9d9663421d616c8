import type { ChangeReport } from '../reporting/change-report';

/** Something is still to be done in the group: the event has to come back. */
export class UnfinishedError extends Error {
  constructor(
    groupId: string,
    reason: string,
    readonly report?: ChangeReport,
  ) {
    super(`${groupId}: ${reason}`);
    this.name = 'UnfinishedError';
  }
}
