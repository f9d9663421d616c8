import { CloudTrailEvent } from './record';
import { Place, placeKey } from '../emulator/emulator-access';

type Ordering = (held: readonly CloudTrailEvent[]) => readonly CloudTrailEvent[];

interface Loss {
  readonly eventName: string;
  readonly place: Place | undefined;
  left: number;
}

interface Hold {
  readonly place: Place | undefined;
  readonly events: CloudTrailEvent[];
}

/**
 * The way of CloudTrail's events to EventBridge, which is best effort and keeps no order. What is
 * said without a place holds for all of them.
 */
export class EventDelivery {
  private readonly losses: Loss[] = [];
  private readonly holds: Hold[] = [];

  constructor(private readonly deliver: (event: CloudTrailEvent) => Promise<void>) {}

  /** The next events of that name do not arrive. */
  lose(eventName: string, times: number, place?: Place): void {
    this.losses.push({ eventName, place, left: times });
  }

  hold(place?: Place): void {
    if (this.indexOfHold(place) < 0) this.holds.push({ place, events: [] });
  }

  /**
   * Lets events through again that were held by the same words, and delivers those that waited, one
   * after the other, as `order` says.
   */
  async release(order: Ordering, place?: Place): Promise<void> {
    const index = this.indexOfHold(place);
    const [hold] = index < 0 ? [] : this.holds.splice(index, 1);
    for (const event of order(hold?.events ?? [])) await this.deliver(event);
  }

  async take(event: CloudTrailEvent): Promise<void> {
    const loss = this.losses.find(
      ({ eventName, left, place }) =>
        left > 0 && eventName === event.detail.eventName && covers(place, event),
    );
    if (loss) {
      loss.left -= 1;
      return;
    }
    const hold = this.holds.find(({ place }) => covers(place, event));
    if (hold) hold.events.push(event);
    else await this.deliver(event);
  }

  private indexOfHold(place: Place | undefined): number {
    return this.holds.findIndex((hold) => isSame(hold.place, place));
  }
}

function covers(place: Place | undefined, { account, region }: CloudTrailEvent): boolean {
  return place === undefined || isSame(place, { accountId: account, region });
}

function isSame(one: Place | undefined, other: Place | undefined): boolean {
  return (one && placeKey(one)) === (other && placeKey(other));
}
