/**
 * Names, descriptions and session names are chosen by the one who makes the call: control
 * characters, line breaks and bidirectional overrides could forge lines of a message or turn its
 * words around, and what cannot be seen could make two names look alike.
 */
const UNPRINTABLE = new RegExp(
  [
    '[\\u0000-\\u001f\\u007f-\\u009f\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180e\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f',
    '\\u2800\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff9-\\ufffb\\u{e0000}-\\u{e0fff}]+',
  ].join(''),
  'gu',
);

export function plainText(text: string, maxLength = 300): string {
  const printable = text.replace(UNPRINTABLE, ' ').trim();
  return printable.length <= maxLength ? printable : `${printable.slice(0, maxLength - 1)}…`;
}

/** SNS subjects: at most 100 printable ASCII characters. */
export function subjectLine(text: string): string {
  const ascii = plainText(text).replace(/[^\x20-\x7e]+/g, '?');
  return ascii.length <= 100 ? ascii : `${ascii.slice(0, 97)}...`;
}
