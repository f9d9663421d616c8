import { readFileSync } from 'node:fs';
import { QUESTIONS } from '../../verify/questions';

/** The headings of its entries. */
const ENTRIES = [...readFileSync('docs/what-is-unknown.md', 'utf8').matchAll(/^### (.+)$/gm)].map(
  ([, title]) => title!,
);

test('each entry of the page is asked, or is said not to be, and no other is', () => {
  expect(ENTRIES.length).toBeGreaterThan(30);
  expect(QUESTIONS.map(({ title }) => title).sort()).toEqual([...ENTRIES].sort());
});

test('what is asked comes first, and is over within the hour', () => {
  const minutes = QUESTIONS.map((question) => ('probe' in question ? question.probe.minutes : 0));
  const asked = minutes.filter((most) => most > 0);

  expect(asked.length).toBeGreaterThan(10);
  expect(minutes.slice(0, asked.length)).toEqual(asked);
  expect(Math.max(...asked)).toBeLessThanOrEqual(60);
});
