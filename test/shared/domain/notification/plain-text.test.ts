import fc from 'fast-check';
import { plainText, subjectLine } from '../../../../src/shared/domain/notification/plain-text';

test('line breaks, control and bidirectional characters cannot forge a message', () => {
  expect(plainText('web\r\nSeverity: low\u202e\u0007\u2028x')).toBe('web Severity: low x');
});

test('long text is cut', () => {
  expect(plainText('a'.repeat(400))).toHaveLength(300);
});

test('a subject is what SNS takes: at most 100 printable ASCII characters', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => {
      expect(subjectLine(`x${text}`)).toMatch(/^[\x20-\x7e]{1,100}$/);
    }),
  );
});
