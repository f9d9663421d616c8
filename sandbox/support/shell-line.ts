/** What a shell leaves as it is. */
const PLAIN = /^[\w@%+=:,./-]+$/;

/** A command as one line that a shell splits into just these words. */
export function shellLine(words: readonly string[]): string {
  return words.map(shellWord).join(' ');
}

function shellWord(word: string): string {
  return PLAIN.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
