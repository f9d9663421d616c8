import { plainText } from '../../shared/domain/notification/plain-text';

const LONGEST_CELL = 1_000;

/**
 * What a spreadsheet takes for a formula: one of these at the beginning, also behind spaces or
 * quotes, and also as the wide characters of East Asia. Names of users may begin so.
 *
 * @see https://owasp.org/www-community/attacks/CSV_Injection
 */
const FORMULA = /^[\s"'`]*[=+\-@\uff1d\uff0b\uff0d\uff20]/u;

/**
 * A table as RFC 4180 has it, each cell in quotes: what a spreadsheet splits at other separators
 * than the comma then stays in its cell. An apostrophe marks what would be a formula as text.
 *
 * @see https://www.rfc-editor.org/rfc/rfc4180
 */
export function csvText(rows: readonly (readonly string[])[]): string {
  return rows.map((cells) => `${cells.map(csvCell).join(',')}\r\n`).join('');
}

function csvCell(value: string): string {
  const text = plainText(value, LONGEST_CELL);
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
}
