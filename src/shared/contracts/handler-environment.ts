/**
 * One handler, as both sides know it: the folder of its bundle, how long it may take, and every
 * variable that its environment must hold.
 */
export interface HandlerContract<Variable extends string, Optional extends string = never> {
  readonly bundle: string;
  /** Leases that the handler takes, and the visibility timeout of its queue, are longer. */
  readonly timeoutSeconds: number;
  readonly variables: readonly Variable[];
  /** Those that the environment holds for some users only. */
  readonly optionalVariables?: readonly Optional[];
}

/** The whole record: a construct that leaves one variable out does not compile. */
export type HandlerEnvironment<Variable extends string, Optional extends string = never> = Readonly<
  Record<Variable, string> & Partial<Record<Optional, string>>
>;

/**
 * A construct's instructions for deploying a handler. `Given` is what becomes known on the way,
 * such as its role.
 */
export interface HandlerDeployment<
  Variable extends string,
  Given,
  Optional extends string = never,
> {
  readonly contract: HandlerContract<Variable, Optional>;
  readonly environment: (given: Given) => HandlerEnvironment<NoInfer<Variable>, NoInfer<Optional>>;
}

export function handlerContract<
  const Variable extends string,
  const Optional extends string = never,
>(contract: HandlerContract<Variable, Optional>): HandlerContract<Variable, Optional> {
  return contract;
}

/**
 * Reads the record once, at cold start. Throws an error that names all variables that are missing.
 */
export function readEnvironment<Variable extends string, Optional extends string = never>(
  { bundle, variables, optionalVariables = [] }: HandlerContract<Variable, Optional>,
  environment: Readonly<Record<string, string | undefined>>,
): HandlerEnvironment<Variable, Optional> {
  const missing = variables.filter((name) => !environment[name]);
  if (missing.length > 0) {
    throw new Error(
      `${bundle}: the environment lacks ${missing.join(', ')}. Deploy the function with the construct of the same library version.`,
    );
  }
  const given = optionalVariables.filter((name) => environment[name]);
  return Object.fromEntries(
    [...variables, ...given].map((name) => [name, environment[name]]),
  ) as HandlerEnvironment<Variable, Optional>;
}
