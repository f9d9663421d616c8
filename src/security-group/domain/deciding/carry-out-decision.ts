import { acceptChange } from './accept-change';
import { applyChange } from './apply-change';
import type { CarriedOut } from '../../../approval/domain/ask-result';
import type { AskedChange, AskedRule } from '../asking/asked-change';
import type { StoredAsk } from '../asking/change-asker';
import { NO_RULES } from '../changes/named-rules';
import type { Hints } from '../judging/situation';
import { put, withoutRequest } from '../ledger/grants';
import type { Grant, LedgerEntry, Suspension } from '../ledger/ledger';
import type { LedgerChange } from '../ledger/ledger-store';
import { withoutAsking } from '../policies/policy';
import { isPaused } from '../policies/sentry-configuration';
import { outcomeOfEvent } from '../responding/answer-event';
import { noticeOfUnasked } from '../responding/ask-about-outcomes';
import type { Ports } from '../responding/ports';
import { readGroup } from '../responding/read-group';
import type { Sentry } from '../responding/sentry';
import { ruleKey } from '../rules/rule';

/** People's decision about a change. */
export interface ChangeDecision {
  readonly requestId: string;
  /**
   * `ended`: the time of the approval is over. `not-asked`: people were asked enough, and no one
   * was. `unaskable`: the question could not be put to anyone; no workflow decides that.
   */
  readonly kind: 'approved' | 'denied' | 'expired' | 'not-asked' | 'unaskable' | 'ended';
  readonly phase: 'decision' | 'end';
  readonly attempt: number;
  readonly at: Date;
  /** Who decided, by their ids in Slack. */
  readonly by: readonly string[];
  readonly until?: Date;
}

/**
 * Makes true what people decided, as things stand now. The ledger is written first: what is applied
 * is accepted before it stands, and what is reverted has nothing left that speaks for it. Throws
 * an UnfinishedError where it has to be tried again.
 */
export async function carryOutDecision(
  decision: ChangeDecision,
  kept: StoredAsk,
  sentry: Sentry,
): Promise<CarriedOut> {
  const { asked } = kept;
  if (decision.kind === 'ended') {
    return revertAsked(decision, asked, 'The time of the approval is over', sentry);
  }
  if (asked.response === 'revertUntilApproved') {
    if (decision.kind !== 'approved') {
      return { outcome: 'carried-out', text: 'It stays reverted.' };
    }
    return applyChange(grantBy(decision), kept, sentry);
  }
  if (
    decision.kind === 'approved' ||
    (decision.kind === 'expired' && asked.whenUnanswered === 'accept')
  ) {
    return acceptChange(grantBy(decision), asked, sentry.ports);
  }
  return revertAsked(decision, asked, REASONS[decision.kind], sentry);
}

const REASONS = {
  denied: 'It was denied',
  expired: 'No one answered',
  'not-asked': 'People were asked enough about it',
  unaskable: 'Nobody could be asked',
};

function grantBy({ requestId, at, by, until, kind }: ChangeDecision): Grant {
  const people = kind === 'expired' ? 'no one answered' : by.join(', ');
  return {
    cause: 'approval-request',
    by: people,
    since: at,
    requestId,
    ...(until && { until }),
    ...(kind === 'approved' && { confirmed: true }),
  };
}

/** Judges the rules as if the policies asked no one; what something else speaks for stays. */
async function revertAsked(
  decision: ChangeDecision,
  asked: AskedChange,
  why: string,
  { configuration, ports }: Sentry,
): Promise<CarriedOut> {
  const { requestId, phase, attempt } = decision;
  const groupId = asked.group.id;
  const { clock } = ports;
  await rewrite(asked, (entry, own) => endedEntry(entry, own, asked, clock.now()), ports);
  if (configuration.mode === 'OBSERVE' || isPaused(configuration, clock.now())) {
    return {
      outcome: 'failed',
      text: `${why}, but nothing is reverted: the sentry observes only, or is paused. Retry it when it acts again.`,
    };
  }
  const reading = await readGroup(groupId, ports);
  const { reverted, notRestorable, reason } = await outcomeOfEvent(
    {
      groupId,
      eventId: `decision-${requestId}-${phase}-${attempt}`,
      call: asked.call,
      explainedBy: 'event',
      details: asked.group,
      reading,
      hints: hintsOfAsked(asked),
      notices: decision.kind === 'unaskable' ? [noticeOfUnasked(asked)] : [],
    },
    {
      configuration: { ...configuration, policies: configuration.policies.map(withoutAsking) },
      ports,
    },
  );
  await rewrite(asked, (entry) => withoutRequest(entry, requestId), ports);
  if (notRestorable > 0) {
    return {
      outcome: 'failed',
      text: `${why}, but ${notRestorable} rules cannot be put back: ${reason}`,
    };
  }
  return {
    outcome: 'carried-out',
    text: reverted > 0 ? `${why}: reverted.` : `${why}. Nothing is left to revert.`,
  };
}

/**
 * Gives the ledger's entries of the rules that were asked about, and of what they were before, what
 * is new in them.
 */
async function rewrite(
  { rules, group }: AskedChange,
  change: (entry: LedgerEntry, own: AskedRule | undefined) => LedgerEntry,
  { ledger }: Ports,
): Promise<void> {
  const own = new Map(rules.map((one) => [ruleKey(one.rule), one]));
  const { entries } = await ledger.read(group.id);
  const keys = new Set(
    rules.flatMap(({ rule, before }) => [ruleKey(rule), ...(before ? [ruleKey(before)] : [])]),
  );
  const changes = [...keys].flatMap((key): LedgerChange[] => {
    const entry = entries.get(key);
    const changed = entry && change(entry, own.get(key));
    return changed && JSON.stringify(changed) !== JSON.stringify(entry) ? [put(changed)] : [];
  });
  if (changes.length > 0) await ledger.write(group.id, changes);
}

/**
 * The request has ended, and is known as such until all is reverted: a try that finds the rule
 * until then does not ask people again.
 */
function endedEntry(
  entry: LedgerEntry,
  own: AskedRule | undefined,
  { requestId, call }: AskedChange,
  now: Date,
): LedgerEntry {
  const { suspension } = entry;
  const isMade = own?.change === 'added' || own?.change === 'modified';
  return {
    ...entry,
    rule: own ? describedBefore(entry, own) : entry.rule,
    // An adoption that found the rule while people were being asked is no answer of theirs.
    grants: entry.grants
      .filter(({ cause, since }) => !(isMade && cause === 'adopted' && since >= call.time))
      .map((grant) => (grant.requestId === requestId ? endedBy(grant, now) : grant)),
    ...(suspension?.requestId === requestId && { suspension: endedBy(suspension, now) }),
    toldAt: undefined,
  };
}

function endedBy<Ending extends Grant | Suspension>(ending: Ending, now: Date): Ending {
  return { ...ending, until: ending.until && ending.until < now ? ending.until : now };
}

/** An adoption may have taken the description, too, for an accepted one. */
function describedBefore(
  entry: LedgerEntry,
  { rule, before, change }: AskedRule,
): LedgerEntry['rule'] {
  const isAsMade = (entry.rule.description ?? '') === (rule.description ?? '');
  return change === 'described' && before && isAsMade ? before : entry.rule;
}

/**
 * By what the rules are, not by their ids: someone who put one back in the meantime made no other
 * rule of it.
 */
function hintsOfAsked({ rules }: AskedChange): Hints {
  const made = rules
    .filter(({ change }) => change === 'added' || change === 'modified')
    .map(({ rule }) => ({ ...rule, id: undefined }));
  return {
    ...NO_RULES,
    present: made,
    described: rules.filter(({ change }) => change === 'described').map(({ rule }) => ({ rule })),
    absent: rules.filter(({ change }) => change === 'removed').map(({ rule }) => ({ rule })),
    byTrustedActor: false,
  };
}
