import fc from 'fast-check';
import { csvText } from '../../../src/access-key/domain/csv-text';

/** A reader of RFC 4180, written from the text of it. */
function cellsOf(csv: string): string[][] {
  const rows: string[][] = [];
  let [row, cell, isQuoted]: [string[], string, boolean] = [[], '', false];
  for (let at = 0; at < csv.length; at += 1) {
    const character = csv[at]!;
    if (isQuoted) {
      if (character !== '"') {
        cell += character;
      } else if (csv[at + 1] === '"') {
        cell += '"';
        at += 1;
      } else {
        isQuoted = false;
      }
    } else if (character === '"') {
      isQuoted = true;
    } else if (character === ',') {
      [row, cell] = [[...row, cell], ''];
    } else if (character === '\r' && csv[at + 1] === '\n') {
      rows.push([...row, cell]);
      [row, cell] = [[], ''];
      at += 1;
    } else {
      cell += character;
    }
  }
  return rows;
}

const HOSTILE = [
  '=',
  '+',
  '-',
  '@',
  '\t',
  '\r',
  '\n',
  ' ',
  '"',
  "'",
  ',',
  ';',
  '＝',
  '​',
  'a',
  '1',
];
const hostileText = fc
  .array(fc.constantFrom(...HOSTILE), { maxLength: 12 })
  .map((all) => all.join(''));
const text = fc.oneof(hostileText, fc.string({ maxLength: 30 }), fc.string({ unit: 'grapheme' }));

test('no cell begins as a formula does, behind whatever spaces and quotes, and none is lost', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(text, text), { maxLength: 6 }), (rows) => {
      const read = cellsOf(csvText(rows));
      expect(read.map((cells) => cells.length)).toEqual(rows.map(() => 2));
      for (const cell of read.flat()) {
        expect(cell).not.toMatch(/[\t\r\n]/);
        if (!cell.startsWith("'")) expect(cell).not.toMatch(/^[\s"]*[=+\-@＝＋－＠]/u);
      }
    }),
    { numRuns: 300 },
  );
});

test.each([
  ['AKIAIOSFODNN7EXAMPLE', 'AKIAIOSFODNN7EXAMPLE'],
  ['jane.doe@example.com', 'jane.doe@example.com'],
  ['2026-06-01T03:00:00.000Z', '2026-06-01T03:00:00.000Z'],
  ['Über, "quoted"', 'Über, "quoted"'],
  ['=cmd', "'=cmd"],
  [' "=1+1', '\'"=1+1'],
  ['\t@sum', "'@sum"],
  ['-1', "'-1"],
])('%j is read as %j', (value, expected) => {
  expect(cellsOf(csvText([[value]]))).toEqual([[expected]]);
});

test('a value is cut that is longer than a cell is worth', () => {
  expect(cellsOf(csvText([['x'.repeat(5_000)]]))[0]![0]).toHaveLength(1_000);
});
