import { type Figures, noticedShare } from './figures';

const TABLE = /(<!-- figures -->\n\n)([^]*?)(<!-- end of figures -->)/;
const HEAD = [
  '| folder | measured on | noticed | killed | timed out | survived | no test | left out |',
  '| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |',
];

/** What a folder's row says, beside its name. */
export interface Measured extends Figures {
  /** Such as 2026-11-30. */
  readonly day: string;
}

/**
 * The page with this folder's figures. The other rows stay as they are, without those of folders
 * that are gone.
 */
export function withFigures(
  page: string,
  folder: string,
  measured: Measured,
  allFolders: readonly string[],
): string {
  const rows = new Map(rowsIn(page).map((row) => [folderOf(row), row]));
  rows.set(folder, rowOf(folder, measured));
  const kept = allFolders.map((one) => rows.get(one) ?? `| \`${one}\` | not yet | | | | | | |`);
  const table = `${[...HEAD, ...kept].join('\n')}\n\n`;
  return page.replace(TABLE, (_, before, __, after) => `${before}${table}${after}`);
}

/** Of all folders in the table, with those that were not measured yet. */
export function foldersIn(page: string): string[] {
  return rowsIn(page).map(folderOf);
}

function rowsIn(page: string): string[] {
  const [, , table = ''] = TABLE.exec(page) ?? [];
  return table.split('\n').filter((line) => line.startsWith('| `'));
}

function folderOf(row: string): string {
  return row.split('`')[1]!;
}

function rowOf(folder: string, measured: Measured): string {
  const { day, killed, timedOut, survived, uncovered, leftOut } = measured;
  const share = noticedShare(measured);
  const cells = [killed, timedOut, survived, uncovered, leftOut].join(' | ');
  return `| \`${folder}\` | ${day} | ${share === undefined ? '–' : `${share.toFixed(1)} %`} | ${cells} |`;
}
