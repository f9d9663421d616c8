import type { Clock } from '../../domain/clock';

/** CloudTrail tells times to the second. */
const TIME_UNIT_MILLISECONDS = 1_000;

/** How long a warm function may go on with what it has read, at the most. */
const KEPT_FOR_MILLISECONDS = 60_000;

/** A configuration that is read once for many events, and again where it could be out of date. */
export class CachedConfiguration<Configuration> {
  private kept?: { readonly at: number; readonly value: Promise<Configuration> };
  private read?: Configuration;

  constructor(
    private readonly load: () => Promise<Configuration>,
    private readonly clock: Pick<Clock, 'now'>,
  ) {}

  /**
   * As of `time` or later: an event from after a deployment must not be judged by what was read
   * before it.
   */
  asOf(time: Date): Promise<Configuration> {
    const now = this.clock.now().getTime();
    if (
      this.kept &&
      this.kept.at > time.getTime() + TIME_UNIT_MILLISECONDS &&
      now < this.kept.at + KEPT_FOR_MILLISECONDS
    ) {
      return this.kept.value;
    }
    const kept = { at: now, value: this.load() };
    this.kept = kept;
    kept.value.then(
      (configuration) => {
        this.read = configuration;
      },
      () => {
        if (this.kept === kept) this.kept = undefined;
      },
    );
    return kept.value;
  }

  /** As it was last read, however long ago: for what is looked at again before anything is done. */
  get last(): Configuration | undefined {
    return this.read;
  }
}
