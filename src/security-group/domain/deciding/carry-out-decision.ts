import { acceptChange } from './accept-change';
import { applyChange } from './apply-change';
import type { ChangeDecision } from './change-decision';
import { extendApproval } from './extend-approval';
import { statesText } from './outcome-text';
import { revertAsked } from './revert-asked';
import type { CarriedOut } from '../../../approval/domain/ask-result';
import { WHY_NOT_ASKED } from '../../../approval/domain/request-text';
import { plainText } from '../../../shared/domain/notification/plain-text';
import type { AskedChange } from '../asking/asked-change';
import type { StoredAsk } from '../asking/change-asker';
import type { Grant } from '../ledger/ledger';
import type { Sentry } from '../responding/sentry';
import { sentryInGroup } from '../responding/sentry-in';

/**
 * Makes true what people decided, as things stand now. The ledger is written first: what is applied
 * is accepted before it stands, and what is reverted has nothing left that speaks for it. Throws
 * an UnfinishedError where it has to be tried again.
 */
export async function carryOutDecision(
  decision: ChangeDecision,
  kept: StoredAsk,
  given: Sentry,
): Promise<CarriedOut> {
  const { asked } = kept;
  const sentry = await sentryInGroup(asked.group.id, given);
  if (decision.kind === 'ended') {
    return revertAsked({ decision, asked, why: 'The time of the approval is over' }, sentry);
  }
  if (decision.isExtension && decision.until) {
    const { requestId, until } = decision;
    return extendApproval({ ...grantBy(decision), requestId, until }, asked, sentry);
  }
  if (asked.response === 'revertUntilApproved') {
    return decision.kind === 'approved'
      ? applyChange(grantBy(decision), kept, sentry)
      : leftReverted(asked, whyNot({ ...decision, kind: decision.kind }));
  }
  if (decision.kind === 'approved') {
    return decision.isLate
      ? applyChange(grantBy(decision), kept, sentry)
      : acceptChange(grantBy(decision), asked, sentry.ports);
  }
  if (decision.kind === 'expired') {
    if (decision.isClickWaiting) {
      const why = 'A click could not be judged before the end';
      return revertAsked({ decision, asked, why }, sentry);
    }
    if (decision.isRouteLost) {
      const why = 'No one could decide, as the route was changed by which people were asked';
      return revertAsked({ decision, asked, why }, sentry);
    }
    if (asked.whenUnanswered === 'accept') {
      return acceptChange(grantBy(decision), asked, sentry.ports);
    }
  }
  return revertAsked(
    { decision, asked, why: whyNot({ ...decision, kind: decision.kind }) },
    sentry,
  );
}

/** Of a reason in an outcome, which has more to tell. */
const MOST_QUOTED_CHARACTERS = 120;

function whyNot({ kind, reason, denialReason }: Unapproved): string {
  if (kind === 'not-asked' && reason) return `${REASONS[kind]}, as ${WHY_NOT_ASKED[reason]}`;
  return denialReason === undefined
    ? REASONS[kind]
    : `${REASONS[kind]} (${plainText(denialReason, MOST_QUOTED_CHARACTERS)})`;
}

interface Unapproved extends Pick<ChangeDecision, 'reason' | 'denialReason'> {
  readonly kind: keyof typeof REASONS;
}

const REASONS = {
  denied: 'It was denied',
  expired: 'No one answered',
  'not-asked': 'No one was asked',
  unaskable: 'No one could be asked',
};

function leftReverted({ rules }: AskedChange, why: string): CarriedOut {
  const states = rules.map((rule) => ({ rule, state: 'left-reverted' as const }));
  return { outcome: 'carried-out', text: `${why}. ${statesText(states)}` };
}

/** By whom a grant is that counts because people let the time pass. */
export const NO_ONE_ANSWERED = 'no one answered';

function grantBy({ requestId, at, by, until, kind }: ChangeDecision): Grant {
  const people = kind === 'expired' ? NO_ONE_ANSWERED : by.join(', ');
  return {
    cause: 'approval-request',
    by: people,
    since: at,
    requestId,
    ...(until && { until }),
    ...(kind === 'approved' && { confirmed: true }),
  };
}
