import type { Context } from 'aws-lambda';

/** How long an invocation still has. */
export type InvocationTime = Pick<Context, 'getRemainingTimeInMillis'>;

/** Lambda ends a function without a word: a message has to be out before. */
const LAST_MILLISECONDS = 7_000;

export const TIMED_OUT = 'It did not come to an end in the time that the function has.';

/** Comes back with the work's result. `late` is called when the time is almost over. */
export async function beforeTimeout<Result>(
  time: InvocationTime,
  work: Promise<Result>,
  late: () => Promise<void>,
): Promise<Result> {
  const timer = setTimeout(
    () => void late().catch(() => undefined),
    Math.max(0, time.getRemainingTimeInMillis() - LAST_MILLISECONDS),
  );
  try {
    return await work;
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Throws when the time is almost over, however long the work still takes. A function that Lambda
 * ends forgets all that it has counted.
 */
export async function endedBeforeTimeout<Result>(
  time: InvocationTime,
  work: Promise<Result>,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const late = async () => reject(new Error(TIMED_OUT));
    beforeTimeout(time, work, late).then(resolve, reject);
  });
}
