import type { Case } from './case';
import { detailsOf } from './group-details';
import type { Ports } from './ports';
import type { Target } from './target';
import { asksIn } from '../asking/asked-change';
import type { NewAsk, AskedChange } from '../asking/asked-change';
import { referencedGroups } from '../asking/change-question';
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

/** Kept before the ledger is written, which tells by it what may stand until people decide. */
export async function asksAbout(
  one: Case,
  outcomes: readonly RuleOutcome[],
): Promise<AskedChange[]> {
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
  const asks = await Promise.all(found.map(async (ask) => identified(ask, target, ports)));
  const kept = await Promise.all(asks.map(async (asked) => openAsk(asked, ports)));
  return kept.flatMap((asked) => asked ?? []);
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
  { asker, groups }: Ports,
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
    groupNames,
    requestId: asker.identify(JSON.stringify([eventId, groupId, workflow, response, keys])),
  };
}
