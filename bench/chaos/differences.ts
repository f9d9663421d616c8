import type { EndState } from './life';

const SHOWN = 160;

/** What one life has left and the other has not, part by part. */
export function differencesOf(state: EndState, expected: EndState): string[] {
  const parts = [...new Set([...Object.keys(expected), ...Object.keys(state)])];
  return parts.flatMap((part) => {
    const [found = [], wanted = []] = [state[part], expected[part]];
    return [
      ...without(found, wanted).map((text) => `more in ${part}: ${shown(text)}`),
      ...without(wanted, found).map((text) => `less in ${part}: ${shown(text)}`),
    ];
  });
}

/** One that is there twice, and among the others once, is there once more. */
function without(texts: readonly string[], others: readonly string[]): string[] {
  const rest = [...others];
  return texts.filter((text) => {
    const index = rest.indexOf(text);
    if (index !== -1) rest.splice(index, 1);
    return index === -1;
  });
}

/** On one line, and no longer than a cell of a table may be. */
export function shown(text: string): string {
  const line = text.replaceAll('\n', ' / ');
  return line.length > SHOWN ? `${line.slice(0, SHOWN)} …` : line;
}
