/**
 * An operator asked for something that cannot be done: the message says so, and what to do instead.
 */
export class OperatorError extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'OperatorError';
  }
}
