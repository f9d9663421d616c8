import { getHeapStatistics } from 'node:v8';
import { RandomPlan } from './random-plan';
import type { Change } from '../../src/security-group/domain/changes/change';
import { backOffSeconds } from '../../src/shared/domain/queue/back-off';
import { Faults } from '../../test/security-group/in-memory/faults';
import { GroupsInMemory } from '../../test/security-group/in-memory/groups-in-memory';
import { SentryInMemory } from '../../test/security-group/in-memory/sentry-in-memory';
import { changeOf, configurationOf, forbidSsh } from '../../test/security-group/samples/changes';
import { rule } from '../../test/security-group/samples/rules';
import { randomNumbers, shuffled } from '../figures/random';

export const GROUPS = 1_000;
export const SHARE_OF_FAULTS = 0.05;
export const SHARE_DOUBLED = 0.1;

const SSH = 22;
/** Above it, nothing is forbidden. */
const FIRST_HARMLESS = 1_000;
/** One change in so many opens no forbidden port. */
const HARMLESS = 4;
const FIRST_TRY = 1;

/** What became of so many changes. */
export interface Flooded {
  readonly changes: number;
  readonly deliveries: number;
  readonly tries: number;
  readonly faults: number;
  readonly calls: number;
  readonly cpuMilliseconds: number;
  /** With what the models hold in place of AWS, and what is not collected yet. */
  readonly peakHeapBytes: number;
  readonly problems: readonly string[];
}

/** How the events went. */
interface Drained {
  readonly tries: number;
  /** The events that a first try was enough for. */
  readonly doneAtFirst: ReadonlySet<string>;
  readonly peakHeapBytes: number;
}

interface Delivery {
  readonly change: Change;
  readonly tries: number;
  readonly visibleAt: number;
}

/**
 * Rules are opened in a thousand groups; the events come in any order, some twice, and any call may
 * go wrong. The domain's own code answers; behind its ports stand models in memory, which count.
 */
export async function flood(changes: number): Promise<Flooded> {
  const random = randomNumbers(changes);
  const plan = new RandomPlan(SHARE_OF_FAULTS, random);
  const sentry = sentryWith(plan);
  const made = Array.from({ length: changes }, (_, number) => open(sentry.groups, number));
  const doubled = made.filter(() => random() < SHARE_DOUBLED);
  const deliveries = shuffled([...made, ...doubled], random);
  const start = process.cpuUsage();
  const { tries, peakHeapBytes, doneAtFirst } = await drain(deliveries, sentry);
  const { user, system } = process.cpuUsage(start);
  const problems = made.flatMap((change) =>
    problemsOf(change, sentry, doneAtFirst.has(change.eventId)),
  );
  return {
    changes,
    deliveries: deliveries.length,
    tries,
    faults: plan.made,
    calls: sentry.faults.calls,
    cpuMilliseconds: (user + system) / 1_000,
    peakHeapBytes,
    problems,
  };
}

function sentryWith(plan: RandomPlan): SentryInMemory {
  const configuration = configurationOf([forbidSsh], {
    monitoredGroups: { include: [{ kind: 'all' }], exclude: [] },
  });
  const sentry = new SentryInMemory(configuration, new GroupsInMemory());
  for (let group = 0; group < GROUPS; group += 1) {
    sentry.groups.create({ id: `sg-${group}`, name: 'web', vpcId: 'vpc-1' });
    sentry.ledger.adopt(`sg-${group}`, []);
  }
  sentry.faults = new Faults(plan);
  return sentry;
}

/** Each rule is another one in its group. */
function open(groups: GroupsInMemory, number: number): Change {
  const groupId = `sg-${number % GROUPS}`;
  const inGroup = Math.floor(number / GROUPS);
  const ports = isHarmless(number)
    ? { fromPort: FIRST_HARMLESS + inGroup, toPort: FIRST_HARMLESS + inGroup }
    : { fromPort: SSH, toPort: SSH + inGroup };
  const opened = groups.open(groupId, rule(ports));
  if (!opened) throw new Error(`${groupId} has a rule like change ${number} already.`);
  return changeOf(
    { present: [opened] },
    {
      eventId: `event-${number}`,
      subject: { kind: 'group', group: { id: groupId } },
      time: groups.now(),
    },
  );
}

/** The groups are told apart first, so that each has some of both. */
function isHarmless(number: number): boolean {
  return (number + Math.floor(number / GROUPS)) % HARMLESS === 0;
}

/** As the queue shows a message again: later, and ever later. */
async function drain(changes: readonly Change[], sentry: SentryInMemory): Promise<Drained> {
  let tries = 0;
  let peakHeapBytes = 0;
  const doneAtFirst = new Set<string>();
  let due: Delivery[] = changes.map((change) => ({ change, tries: FIRST_TRY, visibleAt: 0 }));
  while (due.length > 0) {
    const later: Delivery[] = [];
    for (const delivery of due) {
      tries += 1;
      sentry.faults.restart();
      const done = await isDone(delivery, sentry);
      peakHeapBytes = Math.max(peakHeapBytes, getHeapStatistics().used_heap_size);
      if (!done) {
        later.push({ ...delivery, tries: delivery.tries + 1, visibleAt: backOff(delivery) });
      } else if (delivery.tries === FIRST_TRY) {
        doneAtFirst.add(delivery.change.eventId);
      }
    }
    await sentry.pass(Math.max(0, ...later.map(({ visibleAt }) => visibleAt)));
    due = later;
  }
  return { tries, doneAtFirst, peakHeapBytes };
}

function backOff({ tries }: Delivery): number {
  return backOffSeconds(tries) * 1_000;
}

async function isDone({ change, tries }: Delivery, sentry: SentryInMemory): Promise<boolean> {
  try {
    const { failures } = await sentry.responsesTo(change, tries);
    return failures.length === 0;
  } catch {
    return false;
  }
}

/** That it did not converge, or is not accounted for. */
function problemsOf(change: Change, sentry: SentryInMemory, doneAtFirst: boolean): string[] {
  const [opened] = change.rules.present;
  const { subject, eventId } = change;
  if (!opened || subject.kind !== 'group') return [`${eventId} opened nothing.`];
  const groupId = subject.group.id ?? '';
  const stands = sentry.groups.rulesIn(groupId).some(({ id }) => id === opened.id);
  const state = sentry.ledger.events.get(`${eventId} ${groupId}`)?.state;
  const isForbidden = opened.fromPort === SSH;
  // What asks for nothing at its first try is not written down.
  const leftNothing = !isForbidden && doneAtFirst && state === undefined;
  return [
    ...(stands === isForbidden ? [`${eventId}: the rule ${stands ? 'stands' : 'is gone'}.`] : []),
    ...(state !== 'told' && !leftNothing ? [`${eventId} is ${state ?? 'not accounted for'}.`] : []),
  ];
}
