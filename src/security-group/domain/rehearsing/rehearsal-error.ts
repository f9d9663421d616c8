/** A rehearsal that cannot be held, in a sentence for the one who asked for it. */
export class RehearsalError extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'RehearsalError';
  }
}
