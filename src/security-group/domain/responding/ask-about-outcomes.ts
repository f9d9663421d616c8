import type { Case } from './case';
import { detailsOf } from './group-details';
import type { Ports } from './ports';
import type { Target } from './target';
import { UnfinishedError } from './unfinished-error';
import { reasonOf } from '../../../shared/domain/failure/failure';
import { portioned } from '../asking/askable';
import { asksIn, memberKey } from '../asking/asked-change';
import type { NewAsk, AskedChange } from '../asking/asked-change';
import { referencedGroups } from '../asking/change-question';
import { questionTags } from '../asking/question-tags';
import type { Notice } from '../reporting/change-report';
import type { RuleOutcome } from '../reporting/outcome';
import { ruleKey } from '../rules/rule';

export function noticeOfAsk({ requestId, workflow, response }: AskedChange): Notice {
  const question =
    response === 'revertIfDenied' ? 'whether it may stay' : 'whether it may be made again';
  return {
    severity: 'low',
    text: `People are asked by ${workflow} ${question}: request ${requestId}.`,
  };
}

export function noticeOfUnasked(
  { workflow, response }: Pick<AskedChange, 'workflow' | 'response'>,
  reason?: string,
): Notice {
  const question =
    response === 'revertIfDenied' ? 'whether it may stay' : 'whether it may be made again';
  const end =
    response === 'revertIfDenied' ? 'It is reverted, as if it were denied.' : 'It stays reverted.';
  return {
    severity: 'high',
    text: `No one could be asked by ${workflow} ${question}${reason ? `: ${reason.replace(/\.$/, '')}` : ''}. ${end}`,
  };
}

/** A question that cannot be kept, however often it is tried. */
export interface Unasked {
  readonly ask: NewAsk;
  readonly reason: string;
}

/** The questions about a change, and those that no one can be asked. */
export interface Asks {
  readonly asks: readonly AskedChange[];
  readonly unasked: readonly Unasked[];
}

/**
 * Kept before the ledger is written, which tells by it what may stand until people decide. Throws
 * where a question cannot be kept now; or, while the change stands, at all: then the next try
 * reverts it.
 */
export async function asksAbout(one: Case, outcomes: readonly RuleOutcome[]): Promise<Asks> {
  const { ports } = one.sentry;
  const { askable, tooLarge } = portioned(await newAsks(one, outcomes));
  const standing = tooLarge.find(({ ask }) => ask.response === 'revertIfDenied');
  if (standing) throw new UnfinishedError(one.target.groupId, standing.reason);
  const kept = await Promise.all(
    askable.map(async (asked): Promise<AskedChange | Unasked | undefined> => {
      try {
        return await openAsk(asked, ports);
      } catch (error) {
        if (asked.response === 'revertIfDenied' || !ports.isToBeLeftOut(error)) throw error;
        return { ask: asked, reason: reasonOf(error) };
      }
    }),
  );
  return {
    asks: kept.flatMap((each) => (each && 'requestId' in each ? [each] : [])),
    unasked: [...tooLarge, ...kept.flatMap((each) => (each && 'reason' in each ? [each] : []))],
  };
}

/**
 * Questions about what stands until it is denied that can never be kept. Only those that are too
 * large are known before one has tried.
 */
export async function unaskedIn(
  one: Case,
  outcomes: readonly RuleOutcome[],
): Promise<readonly Unasked[]> {
  const { ports } = one.sentry;
  const found = await newAsks(one, outcomes);
  const { askable, tooLarge } = portioned(
    found.filter(({ response }) => response === 'revertIfDenied'),
  );
  if (ports.tries === 1) return tooLarge;
  const failed = await Promise.all(
    askable.map(async (asked) =>
      ports.asker.keep(asked).then(
        () => [],
        (error: unknown) =>
          ports.isToBeLeftOut(error) ? [{ ask: asked, reason: reasonOf(error) }] : [],
      ),
    ),
  );
  return [...tooLarge, ...failed.flat()];
}

async function newAsks(one: Case, outcomes: readonly RuleOutcome[]): Promise<AskedChange[]> {
  const { target, situation, sentry } = one;
  const { configuration, ports } = sentry;
  if (
    configuration.mode === 'OBSERVE' ||
    !outcomes.some(({ violations }) => violations.some(({ asking }) => asking))
  ) {
    return [];
  }
  const group = await detailsOf(one);
  const isFailing = outcomes.some(({ outcome }) => outcome.kind === 'failed');
  // What was reverted is asked about when all of it was: a later try finds it again by what was
  // meant to be done.
  const found = asksIn(outcomes, target.call, group, situation).filter(
    ({ response }) => !isFailing || response === 'revertIfDenied',
  );
  const tagged = found.map((ask) => ({
    ...ask,
    ...questionTags(group, situation.ledger, ask.workflow, configuration),
  }));
  return Promise.all(tagged.map(async (ask) => identified(ask, target, ports)));
}

/**
 * As an earlier try has kept it, if one has: what people are shown has to be what is carried out.
 */
async function openAsk(asked: AskedChange, { asker }: Ports): Promise<AskedChange | undefined> {
  return (await asker.keep(asked)) ? (await asker.read(asked.requestId))?.asked : undefined;
}

async function identified(
  ask: NewAsk,
  { eventId, groupId }: Target,
  { asker, groups, place }: Ports,
): Promise<AskedChange> {
  const { workflow, response, rules } = ask;
  const keys = rules
    .map(({ rule, change }) => `${change === 'removed' ? 'removed' : 'made'} ${ruleKey(rule)}`)
    .sort();
  const groupIds = referencedGroups(
    rules.flatMap(({ rule, before }) => [rule.peer, ...(before ? [before.peer] : [])]),
  );
  // A name is not worth a failure.
  const named =
    groupIds.length > 0 ? await groups.find({ kind: 'ids', groupIds }).catch(() => []) : [];
  const groupNames = Object.fromEntries(
    named.flatMap(({ id, name }) => (name ? [[id, name]] : [])),
  );
  return {
    ...ask,
    ...(place && { place }),
    groupNames,
    requestId: asker.identify(
      JSON.stringify([...memberKey(place), eventId, groupId, workflow, response, keys]),
    ),
  };
}
