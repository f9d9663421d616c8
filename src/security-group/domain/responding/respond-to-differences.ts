import { answerDifferences } from './answer-differences';
import {
  type Difference,
  differencesIn,
  explained,
  type FoundIn,
  type Place,
  targetOf,
  unknownDifference,
} from './differences';
import { hintsOf } from './event-hints';
import type { Ports } from './ports';
import { type GroupReading, readGroup } from './read-group';
import { respondUnexplained } from './respond-unexplained';
import { joined, NOTHING, type Responses, together } from './responses';
import type { Sentry } from './sentry';
import { sentryInGroup } from './sentry-in';
import { reasonOf } from '../../../shared/domain/failure/failure';
import type { Change } from '../changes/change';
import { earliest } from '../earliest';
import { explanationOf } from '../learning/event-history';
import { entryOf, isAdopted } from '../ledger/ledger';
import { isPaused, type SentryConfiguration } from '../policies/sentry-configuration';
import { ruleKey } from '../rules/rule';

/** How far back the call may lie that made a difference which reconcile saw first. */
const LOOK_BACK_MILLISECONDS = 3 * 60 * 60_000;

/**
 * Answers what reconcile found, once it has waited long enough by the ledger itself: the message
 * only points to the group. Who did it is looked up in CloudTrail's event history, since the event
 * may have been lost on its way.
 */
export async function respondToDifferences(
  groupId: string,
  place: Place,
  sentry: Sentry,
): Promise<Responses> {
  return respondInGroup(groupId, place, await sentryInGroup(groupId, sentry));
}

/** The same, for a sentry with the policies that hold for the group. */
export async function respondInGroup(
  groupId: string,
  place: Place,
  sentry: Sentry,
): Promise<Responses> {
  const { configuration, ports } = sentry;
  // Reconcile points to it again when the pause is over.
  if (isPaused(configuration, ports.clock.now())) return NOTHING;
  const rounds: Responses[] = [];
  let answered: readonly Difference[] = [];
  while (rounds.length < MOST_ROUNDS) {
    const reading = await readGroup(groupId, ports);
    const differences = differencesToAnswer(reading, answered, sentry);
    if (differences.length === 0) break;
    answered = [...answered, ...differences];
    rounds.push(await answerRound({ groupId, place, reading }, differences, sentry));
  }
  return joined(rounds);
}

/** Someone can give a rule other values while it is being answered; not for ever. */
const MOST_ROUNDS = 3;

function differencesToAnswer(
  reading: GroupReading,
  answered: readonly Difference[],
  { configuration, ports }: Sentry,
): readonly Difference[] {
  if (!isAdopted(reading.ledger)) return [];
  if (answered.length === 0) return differencesIn(reading, ports, configuration);
  return reading.group.rules.flatMap((rule) => {
    const before = answered.find((one) => one.isPresent && one.rule.id === rule.id);
    const isRewritten =
      before !== undefined &&
      entryOf(rule, reading.ledger) === undefined &&
      !answered.some((one) => ruleKey(one.rule) === ruleKey(rule));
    return isRewritten ? [unknownDifference(rule, before.since)] : [];
  });
}

async function answerRound(
  found: FoundIn,
  differences: readonly Difference[],
  sentry: Sentry,
): Promise<Responses> {
  const { configuration, ports } = sentry;
  const history = await historyOf(found.groupId, differences, ports);
  if (!history.known) return respondUnexplained(differences, history.reason, found, sentry);
  const due = withoutHeirs(differences, history.changes, configuration);
  const targets = explained(due, history.changes).map((explanation) =>
    targetOf(found, explanation, configuration),
  );
  return together(targets, async (target) => answerDifferences(target, sentry));
}

/**
 * Without rules that only share the wait of values that a trusted actor turns out to have written:
 * they begin one of their own.
 */
function withoutHeirs(
  differences: readonly Difference[],
  history: readonly Change[],
  configuration: SentryConfiguration,
): readonly Difference[] {
  const trusted = differences.filter(({ entry, rule, isPresent }) => {
    const change = explanationOf(rule, isPresent, history);
    return entry.revision > 0 && change && hintsOf(change, configuration).byTrustedActor;
  });
  return differences.filter(
    ({ entry, rule }) => entry.revision > 0 || !trusted.some((one) => one.rule.id === rule.id),
  );
}

type KnownHistory =
  | { readonly known: true; readonly changes: readonly Change[] }
  | { readonly known: false; readonly reason: string };

async function historyOf(
  groupId: string,
  differences: readonly Difference[],
  { history, clock }: Ports,
): Promise<KnownHistory> {
  const since = earliest(differences.map((difference) => difference.since)).getTime();
  const from = since > 0 ? since : clock.now().getTime();
  try {
    const changes = await history.changesOf(groupId, new Date(from - LOOK_BACK_MILLISECONDS));
    return { known: true, changes };
  } catch (error) {
    return { known: false, reason: reasonOf(error) };
  }
}
