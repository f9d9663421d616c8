import * as z from 'zod/mini';

const Answer = z.object({ drained: z.boolean() });

/**
 * Until all of these queues are empty at the same time: every message is handled and deleted, also
 * those that wait for another try. By their ARNs; a name is that of a queue at home.
 */
export async function queuesDrained(
  emulatorEndpoint: string,
  queues: readonly string[],
): Promise<void> {
  while (!(await drainedSoon(emulatorEndpoint, queues)));
}

/** The emulator answers when they are, or after a while that they are not. */
async function drainedSoon(emulatorEndpoint: string, queues: readonly string[]): Promise<boolean> {
  const response = await fetch(`${emulatorEndpoint}/sandbox/drained`, {
    method: 'POST',
    body: JSON.stringify({ queues }),
  });
  if (!response.ok) {
    throw new Error(
      `The emulator cannot tell when its queues are empty: HTTP ${response.status}: ${await response.text()}`,
    );
  }
  return Answer.parse(await response.json()).drained;
}
