import { DAY_MILLISECONDS } from './access-key';

/**
 * No ratio of small whole numbers comes near it. So however many days lie between two reports, they
 * begin in ever new places, and leave no one out.
 */
const GOLDEN_RATIO = (1 + Math.sqrt(5)) / 2;

/**
 * As many as may be told, one after the other in a ring. The time of the report says who begins:
 * with reports at regular times each has a turn, and the same report, tried again, has the same.
 */
export function inTurn<One>(ring: readonly One[], most: number, at: Date): readonly One[] {
  if (ring.length <= most) return ring;
  const turns = (at.getTime() / DAY_MILLISECONDS) * GOLDEN_RATIO;
  const first = Math.floor((turns % 1) * ring.length);
  return Array.from({ length: most }, (_, index) => ring[(first + index) % ring.length]!);
}
