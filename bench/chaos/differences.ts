import type { EndState } from './approval-life';

const SHOWN = 160;

/** What one life has left and the other has not, part by part. */
export function differencesOf(state: EndState, expected: EndState): string[] {
  const lists = (['rules', 'ledgers', 'audit', 'slack', 'told'] as const).flatMap((part) => [
    ...without(state[part], expected[part]).map((text) => `more in ${part}: ${shown(text)}`),
    ...without(expected[part], state[part]).map((text) => `less in ${part}: ${shown(text)}`),
  ]);
  const letters = state.deadLetters - expected.deadLetters;
  return [...lists, ...(letters === 0 ? [] : [`${letters} dead letters`])];
}

function without(texts: readonly string[], others: readonly string[]): string[] {
  return texts.filter((text) => !others.includes(text));
}

function shown(text: string): string {
  const line = text.replaceAll('\n', ' / ');
  return line.length > SHOWN ? `${line.slice(0, SHOWN)} …` : line;
}
