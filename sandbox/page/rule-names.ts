interface KnownRule {
  readonly text: string;
  /** What it was before it was given other values. */
  readonly before?: string;
}

/** What rules are about, by their ids: an id is seen nowhere else on the page. */
export class RuleNames {
  private readonly known = new Map<string, KnownRule>();

  learn(id: string, text: string): void {
    const before = this.known.get(id)?.text;
    if (before !== text) this.known.set(id, { text, before });
  }

  /** "tcp 22 from 0.0.0.0/0"; the id itself where the rule was never seen. */
  nameOf(id: string): string {
    return this.known.get(id)?.text ?? id;
  }

  /** What it was before it became this, whether or not that is known already. */
  nameBefore(id: string, text: string): string {
    const known = this.known.get(id);
    return (known?.text === text ? known.before : known?.text) ?? id;
  }
}
