import { type Doubts, isInDoubt } from './doubts';
import type { ReconcileReport } from './reconcile-report';

/** Whether the report has anything that someone should hear. */
export function hasNews(report: ReconcileReport): boolean {
  const { adoptions, released, returned, endedDisablings, exclusionEnds, unconfirmed } = report;
  const once = [adoptions, released, returned, endedDisablings, exclusionEnds, unconfirmed];
  return once.some((things) => things.length > 0) || lasts(report);
}

/** What lasts is told by each run of the clock, for as long as it does. */
function lasts(report: ReconcileReport): boolean {
  const { isBraked, notAdoptedYet, doubts } = report;
  return isBraked || notAdoptedYet !== undefined || isInDoubt(doubts) || tellsOrders(report);
}

/** In a hub, its own place tells for all places what operators have ordered. */
function tellsOrders({ place, pause, refusedPause, disablings }: ReconcileReport): boolean {
  if (place?.isMember) return false;
  return pause !== undefined || refusedPause !== undefined || disablings.length > 0;
}

/** More, or longer names, than that are no part of the ledger's item. */
const MOST_KEPT = 1_000;
const LONGEST_KEPT = 200;

/** What lasts, each thing by a name that it has as long as it does. */
export function lastingOf(report: ReconcileReport): readonly string[] {
  const { isBraked, pause, refusedPause, disablings, notAdoptedYet, doubts } = report;
  const lasting = [
    ...(isBraked ? [BRAKED] : []),
    ...(pause ? [endOf(PAUSE, pause)] : []),
    ...(refusedPause ? [endOf(REFUSED, refusedPause)] : []),
    ...disablings.map(nameOfDisabling),
    ...(notAdoptedYet?.groups.map(({ id }) => `${NOT_ADOPTED} ${id}`) ?? []),
    ...doubts.lists.map(({ id }) => id),
    ...doubts.rules.flatMap(({ ruleIds }) => ruleIds),
    ...doubts.groups.map(({ group }) => group.id),
    ...doubts.selections.map(nameOfSelection),
    ...doubts.peers.map(({ peer }) => peer),
  ];
  return lasting.slice(0, MOST_KEPT);
}

/** Without what lasts and was told before. */
export function newsIn(report: ReconcileReport, told: readonly string[] = []): ReconcileReport {
  const known = new Set(told);
  const { isBraked, pause, refusedPause, notAdoptedYet, disablings, doubts } = report;
  const others = notAdoptedYet?.groups.filter(({ id }) => !known.has(`${NOT_ADOPTED} ${id}`)) ?? [];
  return {
    ...report,
    isBraked: isBraked && !known.has(BRAKED),
    pause: pause && known.has(endOf(PAUSE, pause)) ? undefined : pause,
    refusedPause:
      refusedPause && known.has(endOf(REFUSED, refusedPause)) ? undefined : refusedPause,
    disablings: disablings.filter((one) => !known.has(nameOfDisabling(one))),
    notAdoptedYet:
      notAdoptedYet && others.length > 0 ? { ...notAdoptedYet, groups: others } : undefined,
    doubts: newDoubts(doubts, known),
  };
}

function newDoubts(doubts: Doubts, known: ReadonlySet<string>): Doubts {
  return {
    lists: doubts.lists.filter(({ id }) => !known.has(id)),
    rules: doubts.rules
      .map(({ group, ruleIds }) => ({ group, ruleIds: ruleIds.filter((id) => !known.has(id)) }))
      .filter(({ ruleIds }) => ruleIds.length > 0),
    groups: doubts.groups.filter(({ group }) => !known.has(group.id)),
    selections: doubts.selections.filter((one) => !known.has(nameOfSelection(one))),
    peers: doubts.peers.filter(({ peer }) => !known.has(peer)),
  };
}

const BRAKED = 'braked';
const PAUSE = 'paused';
const REFUSED = 'refused pause';
const NOT_ADOPTED = 'not adopted yet';

interface Ending {
  readonly until: Date;
}

function endOf(name: string, { until }: Ending): string {
  return `${name} until ${until.toISOString()}`;
}

function nameOfSelection({ selection }: Doubts['selections'][number]): string {
  return selection.slice(0, LONGEST_KEPT);
}

function nameOfDisabling({ policy, until }: ReconcileReport['disablings'][number]): string {
  return endOf(`policy ${policy} disabled`, { until });
}
