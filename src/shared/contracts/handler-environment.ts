/**
 * One handler, as both sides know it: the folder of its bundle, how long it may take, and every
 * variable that its environment must hold.
 */
export interface HandlerContract<Variable extends string> {
  readonly bundle: string;
  /** Leases that the handler takes, and the visibility timeout of its queue, are longer. */
  readonly timeoutSeconds: number;
  readonly variables: readonly Variable[];
}

/** The whole record: a construct that leaves one variable out does not compile. */
export type HandlerEnvironment<Variable extends string> = Readonly<Record<Variable, string>>;

/**
 * A construct's instructions for deploying a handler. `Given` is what becomes known on the way,
 * such as its role.
 */
export interface HandlerDeployment<Variable extends string, Given> {
  readonly contract: HandlerContract<Variable>;
  readonly environment: (given: Given) => HandlerEnvironment<NoInfer<Variable>>;
}

export function handlerContract<const Variable extends string>(
  contract: HandlerContract<Variable>,
): HandlerContract<Variable> {
  return contract;
}

/**
 * Reads the record once, at cold start. Throws an error that names all variables that are missing.
 */
export function readEnvironment<Variable extends string>(
  { bundle, variables }: HandlerContract<Variable>,
  environment: Readonly<Record<string, string | undefined>>,
): HandlerEnvironment<Variable> {
  const missing = variables.filter((name) => !environment[name]);
  if (missing.length > 0) {
    throw new Error(
      `${bundle}: the environment lacks ${missing.join(', ')}. Deploy the function with the construct of the same library version.`,
    );
  }
  return Object.fromEntries(
    variables.map((name) => [name, environment[name]]),
  ) as HandlerEnvironment<Variable>;
}
