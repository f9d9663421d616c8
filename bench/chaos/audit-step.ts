import * as z from 'zod/mini';

/**
 * Whom Slack shows an error clicks again, also where the click was stored; and whether a reminder
 * comes is a matter of how long all of it took.
 */
const ON_THE_WAY = ['refused-click', 'reminded', 'end-reminded'];

const Step = z.object({ what: z.string() });

/** As its item in the table of requests says. None, where it says nothing of the end. */
export function stepsOfAudit(data = '{}'): string[] {
  const { what } = Step.parse(JSON.parse(data));
  return ON_THE_WAY.includes(what) ? [] : [what];
}
