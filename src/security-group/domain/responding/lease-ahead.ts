import { hintsOf } from './event-hints';
import type { Ports } from './ports';
import type { Change } from '../changes/change';
import { isSelectedById } from '../groups/monitored-groups';
import { judge } from '../judging/judge';
import { isAbout, type Judgement } from '../judging/judgement';
import { EMPTY_LEDGER } from '../ledger/ledger';
import type { Claim, EventKey } from '../ledger/ledger-store';
import { namesGroups } from '../policies/configuration-for';
import { isPaused, type SentryConfiguration } from '../policies/sentry-configuration';
import { prefixListIds } from '../rules/rule';

/** A lease that was taken while the group was read. */
export interface LeaseAhead {
  /** By the event alone. */
  readonly intent: readonly Judgement[];
  readonly claim: Extract<Claim, { kind: 'claimed' }>;
}

/** What the sentry is to do, as it is, and as it was when someone last looked. */
export interface Configurations {
  /** Absent where no one has looked yet. */
  readonly last?: SentryConfiguration;
  /** At the time of the change, or later. */
  current(): Promise<SentryConfiguration>;
}

/**
 * A rule stands open while the sentry waits for AWS: where the event alone says that its rules are
 * to be revoked, the lease waits neither for the group nor for the configuration. Undefined where
 * the group or the ledger has a say in more than whether the rules still stand there, where no one
 * is in a hurry, and where another try was quicker: how far that is, is asked after the reading.
 */
export async function leaseAhead(
  groupId: string,
  change: Change,
  configuration: SentryConfiguration,
  { events, clock }: Ports,
): Promise<LeaseAhead | undefined> {
  const now = clock.now();
  const intent = revokedByEventAlone(groupId, change, configuration, now);
  if (intent.length === 0) return undefined;
  const claim = await events.claim({ eventId: change.eventId, groupId }, intent, now);
  return claim.kind === 'claimed' ? { intent, claim } : undefined;
}

/** Whether the lease holds just what is about to be done. */
export function holds({ intent }: LeaseAhead, judgements: readonly Judgement[]): boolean {
  return (
    intent.length === judgements.length &&
    judgements.every((judgement) =>
      intent.some((one) => isAbout(one, judgement) && one.verdict === judgement.verdict),
    )
  );
}

/** The event asked for nothing after all: something speaks for its rules that it does not know. */
export async function endUnanswered(
  ahead: LeaseAhead | undefined,
  key: EventKey,
  { events }: Ports,
): Promise<void> {
  if (ahead) await events.told(key, []);
}

/** So that the next try need not wait for its end. */
export async function giveBack(ahead: LeaseAhead | undefined, { events }: Ports): Promise<void> {
  // It ends by itself, should this fail too.
  if (ahead) await events.release(ahead.claim.lease).catch(() => undefined);
}

/** The same, for a lease that may come only now: something beside it has failed. */
export async function giveBackLate(
  leasing: Promise<LeaseAhead | undefined>,
  ports: Ports,
): Promise<void> {
  await giveBack(await leasing.catch(() => undefined), ports);
}

function revokedByEventAlone(
  groupId: string,
  change: Change,
  configuration: SentryConfiguration,
  now: Date,
): readonly Judgement[] {
  const { monitoredGroups, mode, policies } = configuration;
  if (mode === 'OBSERVE' || isPaused(configuration, now)) return [];
  if (namesGroups(configuration) || !isSelectedById(groupId, monitoredGroups)) return [];
  const hints = hintsOf(change, configuration);
  const { present, complete } = hints;
  if (!complete || prefixListIds(present).length > 0) return [];
  const judgements = judge({
    groupId,
    group: { rules: present, unreadableRuleIds: [] },
    ledger: EMPTY_LEDGER,
    policies,
    prefixLists: new Map(),
    hints,
    now,
  }).filter(({ violations }) => violations.length > 0);
  return judgements.every(({ verdict }) => verdict === 'revoke') ? judgements : [];
}
