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

function without(texts: readonly string[], others: readonly string[]): string[] {
  return texts.filter((text) => !others.includes(text));
}

function shown(text: string): string {
  const line = text.replaceAll('\n', ' / ');
  return line.length > SHOWN ? `${line.slice(0, SHOWN)} …` : line;
}
