import * as z from 'zod/mini';

const Step = z.object({ what: z.string() });

/** As its item in the table of requests says. */
export function stepOfAudit(data = '{}'): string {
  return Step.parse(JSON.parse(data)).what;
}
