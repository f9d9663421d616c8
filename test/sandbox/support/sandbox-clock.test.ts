import { SandboxClock } from '../../../sandbox/support/sandbox-clock';

const DAY_MS = 86_400_000;

test('what has happened before the clock was set keeps its time by the machine', () => {
  jest.useFakeTimers({ now: 1_000 });
  const clock = new SandboxClock();
  const times = [clock.now()];
  for (let day = 1; day <= 2; day += 1) {
    clock.set(day * DAY_MS);
    jest.advanceTimersByTime(500);
    times.push(clock.now());
  }
  jest.useRealTimers();
  expect(times).toEqual([1_000, 1_500 + DAY_MS, 2_000 + 2 * DAY_MS]);
  expect(times.map((time) => clock.machineTime(time))).toEqual([1_000, 1_500, 2_000]);
});
