import { CloudTrailEvent } from './record';

/** The way of CloudTrail's events to EventBridge, which is best effort and keeps no order. */
export class EventDelivery {
  private readonly losses: { readonly eventName: string; left: number }[] = [];
  private held: CloudTrailEvent[] | undefined;

  constructor(private readonly deliver: (event: CloudTrailEvent) => Promise<void>) {}

  /** The next events of that name do not arrive. */
  lose(eventName: string, times: number): void {
    this.losses.push({ eventName, left: times });
  }

  hold(): void {
    this.held ??= [];
  }

  /**
   * Lets events through again, and delivers those that waited, one after the other, as `order`
   * says.
   */
  async release(
    order: (held: readonly CloudTrailEvent[]) => readonly CloudTrailEvent[],
  ): Promise<void> {
    const held = this.held ?? [];
    this.held = undefined;
    for (const event of order(held)) await this.deliver(event);
  }

  async take(event: CloudTrailEvent): Promise<void> {
    const loss = this.losses.find(
      ({ eventName, left }) => left > 0 && eventName === event.detail.eventName,
    );
    if (loss) {
      loss.left -= 1;
      return;
    }
    if (this.held) this.held.push(event);
    else await this.deliver(event);
  }
}
