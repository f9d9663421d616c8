import type { Preferences } from './stack-set-properties';
import type { CreatedStack } from '../deployer/create-stack';
import type { Place } from '../emulator/emulator-access';

/** A stack of a StackSet in one account and Region, or why there is none. */
export interface StackInstance extends Place {
  readonly status: 'SUCCEEDED' | 'FAILED' | 'CANCELLED' | 'SKIPPED_SUSPENDED_ACCOUNT';
  readonly reason?: string;
  readonly stackName?: string;
  readonly stack?: CreatedStack;
}

export interface Operation {
  readonly accountIds: readonly string[];
  readonly regions: readonly string[];
  readonly preferences: Preferences;
}

export interface OperationEnd {
  readonly instances: readonly StackInstance[];
  /** More accounts failed in a Region than are tolerated. */
  readonly hasFailed: boolean;
}

/**
 * Region by Region; where more accounts of one fail than are tolerated, the rest of them and the
 * Regions after it are cancelled. Regions that go on side by side cancel none but their own
 * accounts.
 */
export async function runOperation(
  { accountIds, regions, preferences }: Operation,
  deploy: (place: Place) => Promise<StackInstance>,
): Promise<OperationEnd> {
  const instances: StackInstance[] = [];
  let hasFailed = false;
  for (const region of inOrder(regions, preferences)) {
    const places = accountIds.map((accountId) => ({ accountId, region }));
    const isStopped = hasFailed && preferences.RegionConcurrencyType === 'SEQUENTIAL';
    const ended = isStopped ? places.map(cancelled) : await inRegion(places, preferences, deploy);
    instances.push(...ended);
    hasFailed ||= isExceeded(ended, preferences);
  }
  return { instances, hasFailed };
}

async function inRegion(
  places: readonly Place[],
  preferences: Preferences,
  deploy: (place: Place) => Promise<StackInstance>,
): Promise<StackInstance[]> {
  const ended: StackInstance[] = [];
  const atOnce = concurrencyFor(places.length, preferences);
  while (ended.length < places.length) {
    const tolerated = toleranceFor(places.length, preferences);
    if (failuresIn(ended) > tolerated) {
      return [...ended, ...places.slice(ended.length).map(cancelled)];
    }
    const next = places.slice(ended.length, ended.length + atOnce);
    ended.push(...(await Promise.all(next.map(deploy))));
  }
  return ended;
}

function inOrder(regions: readonly string[], { RegionOrder: order }: Preferences): string[] {
  return [
    ...order.filter((region) => regions.includes(region)),
    ...regions.filter((region) => !order.includes(region)),
  ];
}

function isExceeded(ended: readonly StackInstance[], preferences: Preferences): boolean {
  return failuresIn(ended) > toleranceFor(ended.length, preferences);
}

function failuresIn(ended: readonly StackInstance[]): number {
  return ended.filter(({ status }) => status === 'FAILED').length;
}

function toleranceFor(
  accounts: number,
  { FailureToleranceCount: count, FailureTolerancePercentage: percentage = 0 }: Preferences,
): number {
  return count ?? Math.floor((accounts * percentage) / 100);
}

function concurrencyFor(accounts: number, preferences: Preferences): number {
  const {
    MaxConcurrentCount: count,
    MaxConcurrentPercentage: percentage,
    ConcurrencyMode,
  } = preferences;
  const most = count ?? Math.max(1, Math.floor((accounts * (percentage ?? 0)) / 100));
  return ConcurrencyMode === 'STRICT_FAILURE_TOLERANCE'
    ? Math.min(most, toleranceFor(accounts, preferences) + 1)
    : most;
}

function cancelled(place: Place): StackInstance {
  return {
    ...place,
    status: 'CANCELLED',
    reason: 'Cancelled since failure tolerance has exceeded',
  };
}
