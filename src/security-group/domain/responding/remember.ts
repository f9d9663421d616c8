import type { Answer } from './answer';
import type { Case } from './case';
import type { Target } from './target';
import { pendingChanges } from '../asking/asked-change';
import { nameOf } from '../changes/actor';
import { judge } from '../judging/judge';
import { ledgerChanges, writtenLast } from '../learning/ledger-changes';
import { type Grant, isAdopted } from '../ledger/ledger';
import { type LedgerChange, LedgerConflictError } from '../ledger/ledger-store';
import { ruleKey } from '../rules/rule';

/** Writes down what is new in the group where nothing was answered. */
export async function learn({ target, sentry, situation }: Case): Promise<void> {
  const changes = ledgerChanges(
    situation,
    judge(situation),
    [],
    situation.group,
    acceptanceBy(target, situation.now),
  );
  await sentry.ports.ledger.write(target.groupId, changes);
}

/** Writes down what came of the answers, and what may stand until people decide. */
export async function remember({
  target,
  situation,
  sentry: { configuration, ports },
  outcomes,
  after,
  asks,
}: Answer): Promise<void> {
  const learned = ledgerChanges(
    situation,
    judge(situation),
    outcomes,
    after,
    acceptanceBy(target, situation.now),
  );
  const isNoted = !isAdopted(situation.ledger);
  const pending = asks
    .flatMap((asked) => pendingChanges(asked, situation, configuration))
    .map(({ kind, entry }) => ({
      kind,
      entry: isNoted ? writtenLast(entry, target.call.time) : entry,
    }));
  // What people decide about goes before what would be learned without them.
  const changes = new Map<string, LedgerChange>(
    [...learned, ...pending].map((change) => [ruleKey(change.entry.rule), change]),
  );
  await ports.ledger.write(target.groupId, [...changes.values()]);
}

/**
 * Reconcile may have read the group before the act, and adopted what is gone: the next try takes
 * that out of the ledger.
 */
export async function refuseAdoptedMeanwhile({
  target: { groupId },
  situation,
  sentry: { ports },
}: Case): Promise<void> {
  if (isAdopted(situation.ledger) || !isAdopted(await ports.ledger.read(groupId))) return;
  throw new LedgerConflictError(groupId);
}

function acceptanceBy({ call, isConfirmed }: Target, now: Date): Grant {
  return {
    cause: 'trusted-actor',
    by: nameOf(call.actor),
    since: call.time,
    receivedAt: now,
    eventId: call.eventId,
    ...(isConfirmed && { confirmed: true }),
  };
}
