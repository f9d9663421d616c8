const MODULUS = 2_147_483_647;
const MULTIPLIER = 48_271;

/**
 * Numbers from 0 to below 1, the same for the same seed, so that a run can be repeated: the
 * generator of Park and Miller.
 */
export function randomNumbers(seed: number): () => number {
  let state = (seed % (MODULUS - 1)) + 1;
  return () => {
    state = (state * MULTIPLIER) % MODULUS;
    return state / MODULUS;
  };
}

/** The same values in another order. */
export function shuffled<Value>(values: readonly Value[], random: () => number): Value[] {
  const order = values.map((value) => ({ value, at: random() }));
  return order.sort((one, other) => one.at - other.at).map(({ value }) => value);
}
