import assert from 'node:assert/strict';
import type { CountedAws } from './counted-aws';

/** What a piece of work takes. */
export interface Measured {
  readonly work: string;
  /** By service and call. */
  readonly calls: ReadonlyMap<string, number>;
  readonly bytesRead: number;
  readonly bytesWritten: number;
  /** The longest thing sent or stored by then, by kind. */
  readonly longest: CountedAws['longest'];
  readonly notifications: number;
  /** Of this process, so it says something about growth alone. */
  readonly cpuMilliseconds: number;
}

export async function measure(
  work: string,
  aws: CountedAws,
  doIt: () => Promise<unknown>,
): Promise<Measured> {
  aws.takeCalls();
  Object.assign(aws.longest, { item: 0, message: 0, notification: 0 });
  const { bytesRead, bytesWritten } = aws;
  const notifications = aws.published.length;
  const start = process.cpuUsage();
  await doIt();
  const { user, system } = process.cpuUsage(start);
  return {
    work,
    calls: aws.takeCalls(),
    bytesRead: aws.bytesRead - bytesRead,
    bytesWritten: aws.bytesWritten - bytesWritten,
    longest: { ...aws.longest },
    notifications: aws.published.length - notifications,
    cpuMilliseconds: (user + system) / 1_000,
  };
}

/** @throws if the bench measured something else than it means to. */
export function assertTold(measured: Measured, told: number): Measured {
  assert.equal(measured.notifications, told, `messages told: ${measured.work}`);
  return measured;
}

export function sumOf(calls: ReadonlyMap<string, number>): number {
  return [...calls.values()].reduce((sum, count) => sum + count, 0);
}
