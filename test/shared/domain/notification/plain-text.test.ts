import fc from 'fast-check';
import { plainText, subjectLine } from '../../../../src/shared/domain/notification/plain-text';

test('line breaks, control and bidirectional characters cannot forge a message', () => {
  expect(plainText('web\r\nSeverity: low\u202e\u0007\u2028x')).toBe('web Severity: low x');
});

test.each(['\u180f', '\ufff0', '\u{1bca0}', '\u{1d173}', '\u{e0fff}', '\u3164', '\u2800'])(
  'what cannot be seen, as %j, makes no other name',
  (unseen) => {
    expect(plainText(`${unseen}Deploy${unseen}${unseen}er${unseen}`)).toBe('Deploy er');
  },
);

test('no code point that Unicode has ignored by default is left', () => {
  const codePoints = Array.from({ length: 0x110000 }, (_, point) => point);
  const ignorable = codePoints
    .map((point) => String.fromCodePoint(point))
    .filter((character) => /\p{Default_Ignorable_Code_Point}/u.test(character));
  expect(ignorable.length).toBeGreaterThan(4_000);
  expect(plainText(ignorable.join(''))).toBe('');
});

test('letters, marks and symbols of all scripts stay', () => {
  expect(plainText('Zoë 安 ابن 👩‍💻 ①')).toBe('Zoë 安 ابن 👩 💻 ①');
});

test('long text is cut', () => {
  expect(plainText('a'.repeat(400))).toHaveLength(300);
});

test.each([9, 10])('no character is cut in two, as at %i', (maxLength) => {
  expect(plainText('\u{20000}'.repeat(20), maxLength)).toBe(`${'\u{20000}'.repeat(4)}…`);
});

test('a subject is what SNS takes: at most 100 printable ASCII characters', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => {
      expect(subjectLine(`x${text}`)).toMatch(/^[\x20-\x7e]{1,100}$/);
    }),
  );
});

test('in a subject, what is not ASCII is a question mark, and the end of a long one is cut off', () => {
  expect(subjectLine('Zoë 安全 opened a port')).toBe('Zo? ? opened a port');
  expect(subjectLine('a'.repeat(100))).toBe('a'.repeat(100));
  expect(subjectLine('a'.repeat(101))).toBe(`${'a'.repeat(97)}...`);
});
