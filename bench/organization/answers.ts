/** Undefined: it is asked for something else. `accountId`: whose session asks, if any. */
export type Answer = (command: object, accountId: string) => object | undefined;

/** What AWS says to one kind of command. */
export function answering<Input>(
  kind: abstract new (...inputs: never[]) => { readonly input: Input },
  answer: (input: Input, accountId: string) => object,
): Answer {
  return (command, accountId) =>
    command instanceof kind ? answer(command.input, accountId) : undefined;
}
