import type { AskedChange } from '../asking/asked-change';
import { isAdopted } from '../ledger/ledger';
import type { Ports } from '../responding/ports';
import { type GroupReading, readGroup } from '../responding/read-group';
import { UnfinishedError } from '../responding/unfinished-error';

/**
 * The group, once it is adopted: before, the ledger is no ground to add anything. Undefined where
 * it is watched no more.
 */
export async function adoptedReading(
  asked: AskedChange,
  ports: Ports,
): Promise<GroupReading | undefined> {
  const reading = await readGroup(asked.group.id, ports);
  if (isAdopted(reading.ledger)) return reading;
  if (reading.ledger.record) return undefined;
  throw new UnfinishedError(
    asked.group.id,
    'it is not adopted yet: what was approved is applied once reconcile has adopted it, usually within two hours from when it came into sight.',
  );
}
