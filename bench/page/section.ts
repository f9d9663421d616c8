/** One bench's part of the page. */
export interface Section {
  /** That of its bench, or begins with it and a hyphen. */
  readonly name: string;
  /** What measures it. Default: `npm run bench -- <name>`. */
  readonly command?: string;
  readonly title: string;
  /** Markdown: what was measured, and how. */
  readonly about: string;
  readonly goals: readonly Goal[];
  readonly parts: readonly Part[];
}

/** What was hoped for, beside what came out. */
export interface Goal {
  readonly goal: string;
  readonly figure: string;
  readonly isMet: boolean;
  /** Why it was missed: shown only if it was. */
  readonly reason?: string;
}

export type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'table'; readonly rows: readonly Row[] }
  | { readonly kind: 'plot'; readonly plot: Plot };

export type Row = Readonly<Record<string, string | number>>;

export interface Plot {
  /** The end of its file's name. */
  readonly name: string;
  readonly title: string;
  readonly svg: string;
}

export function markdownTable(rows: readonly Row[]): string {
  const names = Object.keys(rows[0] ?? {});
  const isNumber = (name: string) => rows.every((row) => /^[-\d.,]/.test(String(row[name])));
  return [
    line(names),
    line(names.map((name) => (isNumber(name) ? '---:' : '---'))),
    ...rows.map((row) => line(names.map((name) => String(row[name] ?? '')))),
  ].join('\n');
}

function line(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
