/**
 * Names, descriptions and session names are chosen by the one who makes the call: control
 * characters, line breaks and bidirectional overrides could forge lines of a message or turn its
 * words around, and what cannot be seen could make two names look alike.
 */
const UNPRINTABLE = /[\p{Cc}\p{Default_Ignorable_Code_Point}\u2028\u2029\u2800\ufff9-\ufffb]+/gu;

export function plainText(text: string, maxLength = 300): string {
  const printable = text.replace(UNPRINTABLE, ' ').trim();
  return printable.length <= maxLength ? printable : `${beginningOf(printable, maxLength - 1)}…`;
}

/** Half a character is no text: what reads the message may refuse all of it. */
function beginningOf(text: string, maxLength: number): string {
  return text.slice(0, maxLength).replace(/[\ud800-\udbff]$/, '');
}

/** SNS subjects: at most 100 printable ASCII characters. */
export function subjectLine(text: string): string {
  const ascii = plainText(text).replace(/[^\x20-\x7e]+/g, '?');
  return ascii.length <= 100 ? ascii : `${ascii.slice(0, 97)}...`;
}
