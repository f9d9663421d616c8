/** Something that someone can have done in a scene, by a button of the page. */
export interface Move {
  readonly id: string;
  readonly label: string;
  /** What will happen, in a sentence. */
  readonly hint: string;
  do(): Promise<void>;
}

/** One at a time: what one does would disturb what another shows. */
export class OneAtATime {
  private current: string | undefined;

  constructor(private readonly onChange: (current: string | undefined) => void) {}

  /** Gives back why it is not done, if so. `onFailure` is told what went wrong. */
  begin(
    id: string,
    act: () => Promise<void>,
    onFailure: (reason: string) => void,
  ): string | undefined {
    if (this.current !== undefined) return 'Something goes on already: wait until it is done.';
    this.set(id);
    act()
      .catch((error: unknown) => onFailure(error instanceof Error ? error.message : String(error)))
      .finally(() => this.set(undefined));
    return undefined;
  }

  private set(current: string | undefined): void {
    this.current = current;
    this.onChange(current);
  }
}
