import { lakeWindow } from '../../../../src/organization/domain/reading/lake-window';

const NOW = new Date('2026-11-29T12:00:00Z');

test.each([
  ['the first run reads twenty minutes', undefined, '11:40', '12:00'],
  ['as usual, ten minutes are read a second time', '11:50', '11:40', '12:00'],
  ['a run soon after another reads twenty minutes', '11:59', '11:40', '12:00'],
  ['after an outage, it goes on where reading ended', '09:00', '08:50', '12:00'],
  ['a long outage is caught up with in several runs', '01:00', '00:50', '06:50'],
])('%s', (_, readUntil, from, until) => {
  const window = lakeWindow(readUntil === undefined ? undefined : at(readUntil), NOW);
  expect(window).toEqual({ from: at(from), until: at(until) });
});

test('runs catch up with an outage without a gap between them', () => {
  let readUntil = new Date('2026-11-27T12:00:00Z');
  let runs = 0;
  while (readUntil < NOW) {
    const window = lakeWindow(readUntil, NOW);
    expect(window.from.getTime()).toBeLessThan(readUntil.getTime());
    readUntil = window.until;
    runs += 1;
  }
  expect(runs).toBe(9);
});

function at(time: string): Date {
  return new Date(`2026-11-29T${time}:00Z`);
}
