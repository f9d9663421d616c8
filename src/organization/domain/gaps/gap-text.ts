import type { Gap, GapCause } from './find-gaps';
import { SOURCE_NAMES } from '../sources';

/** What a gap means, and what to do about it. */
const WORDS: Readonly<Record<GapCause, string>> = {
  SUSPENDED:
    'the account is suspended or closed. AWS takes no calls there: nothing can be done, and little can happen.',
  REGION_OFF: 'the Region is not enabled in this account. Leave it out, or enable it.',
  ROLE_REFUSES: "the member's roles are missing, or trust another hub. Put them back as they were.",
  SCP_DENIES:
    'a control policy of the organization denies it. Let the roles of the hub pass where the policy denies calls.',
  NO_RULE: 'nothing forwards its events. Put the rule back in this Region.',
  RIGHTS_TOO_LOW:
    'the member allows less than the policies need: what cannot be done is only reported. Raise its rights, or lower what the policies do.',
  NEVER_SEEN:
    'nothing was ever heard of it. See whether a trail records its management events, and whether its rule reaches the hub.',
  SILENT:
    'nothing was heard of it for more than two hours, not even of a call of the hub itself. See whether its trail still records management events.',
};

/** The gap in a sentence or two; `account`: in the words in which accounts are named. */
export function gapText({ place, source, cause, reason }: Gap, account: string): string {
  const by = source ? ` by ${SOURCE_NAMES[source]}` : '';
  const why = reason ? ` ${reason}` : '';
  return `${account}, ${place.region}: not covered${by}, ${WORDS[cause]}${why}`;
}
