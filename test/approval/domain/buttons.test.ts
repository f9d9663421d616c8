import {
  type ButtonAction,
  buttonText,
  isDeciding,
  parseButton,
} from '../../../src/approval/domain/click';
import { reasonOfDenial, reasonText } from '../../../src/approval/domain/denial-reason';
import { countsFrom, lateUntil } from '../../../src/approval/domain/late-click';
import { opinionButtonText, parseOpinionButton } from '../../../src/approval/domain/opinion';
import { HOUR, MINUTE } from '../in-memory/workflow-in-memory';

const DIGEST = '0123456789abcdef'.repeat(4);

describe('a button', () => {
  const valueOf = (action: ButtonAction) => ({ requestId: 'r-1_A', digest: DIGEST, action });

  test.each<[string, ButtonAction]>([
    ['v1.approve..r-1_A', { kind: 'approve' }],
    ['v1.approve.3600.r-1_A', { kind: 'approve', seconds: 3_600 }],
    ['v1.deny..r-1_A', { kind: 'deny' }],
    ['v1.retry..r-1_A', { kind: 'retry' }],
    ['v1.show-all..r-1_A', { kind: 'show-all' }],
    ['v1.extend.3600-2.r-1_A', { kind: 'extend', seconds: 3_600, number: 2 }],
  ])('carries %s, and is read as it was written', (text, action) => {
    expect(buttonText(valueOf(action))).toBe(`${text}.${DIGEST}`);
    expect(parseButton(`${text}.${DIGEST}`)).toStrictEqual(valueOf(action));
  });

  test.each([
    `v2.approve..r1.${DIGEST}`,
    `v1.approve.1234567890.r1.${DIGEST}`,
    `v1.approve.1h.r1.${DIGEST}`,
    `v1.approve..r 1.${DIGEST}`,
    `v1.approve...${DIGEST}`,
    `v1.approve..${'r'.repeat(65)}.${DIGEST}`,
    `v1.approve..r1.${DIGEST}0`,
    `v1.approve..r1.${DIGEST.slice(1)}`,
    `v1.approve..r1.${DIGEST.toUpperCase()}`,
    `xv1.approve..r1.${DIGEST}`,
    `v1.deny.3600.r1.${DIGEST}`,
    `v1.retry.0.r1.${DIGEST}`,
    `v1.show-all.1.r1.${DIGEST}`,
    `v1.extend.3600.r1.${DIGEST}`,
    `v1.extend.3600-.r1.${DIGEST}`,
    `v1.extend.-2.r1.${DIGEST}`,
    `v1.extend.1234567890-2.r1.${DIGEST}`,
    `v1.extend.3600-1234567890.r1.${DIGEST}`,
    `xv1.extend.3600-2.r1.${DIGEST}`,
    `v1.extend.3600-2.r1.${DIGEST}0`,
    `v1.grant..r1.${DIGEST}`,
    '',
  ])('of ours never carries: %s', (text) => {
    expect(parseButton(text)).toBeUndefined();
  });

  test('decides where it approves or denies', () => {
    expect(isDeciding({ kind: 'approve' })).toBe(true);
    expect(isDeciding({ kind: 'deny' })).toBe(true);
    expect(isDeciding({ kind: 'retry' })).toBe(false);
    expect(isDeciding({ kind: 'show-all' })).toBe(false);
    expect(isDeciding({ kind: 'extend', seconds: 1, number: 1 })).toBe(false);
  });
});

describe('a button for an opinion', () => {
  test.each([
    ['v1.still-needed.r-1_A', true],
    ['v1.not-needed.r-1_A', false],
  ])('carries %s, and is read as it was written', (text, isStillNeeded) => {
    const value = { requestId: 'r-1_A', digest: DIGEST, isStillNeeded };
    expect(opinionButtonText(value)).toBe(`${text}.${DIGEST}`);
    expect(parseOpinionButton(`${text}.${DIGEST}`)).toEqual(value);
  });

  test.each([
    `v1.approve..r1.${DIGEST}`,
    `v1.needed.r1.${DIGEST}`,
    `v1.not-needed..${DIGEST}`,
    `v1.not-needed.${'r'.repeat(65)}.${DIGEST}`,
    `xv1.not-needed.r1.${DIGEST}`,
    `v1.not-needed.r1.${DIGEST}0`,
    `v1.not-needed.r1.${DIGEST.slice(1)}`,
  ])('never carries: %s', (text) => {
    expect(parseOpinionButton(text)).toBeUndefined();
  });
});

describe('a reason that is submitted later counts as of the click before it', () => {
  const submitted = new Date('2026-11-30T12:00:00Z');
  const before = (milliseconds: number) => new Date(submitted.getTime() - milliseconds);

  test.each([
    ['the click', MINUTE, MINUTE],
    ['ten minutes before it at the earliest', HOUR, 10 * MINUTE],
    ['itself, where the click is dated later', -MINUTE, 0],
  ])('as of %s', (_, clicked, counts) => {
    expect(countsFrom(before(clicked), submitted)).toEqual(before(counts));
  });
});

test('a click from before the end can count for a day after it', () => {
  expect(lateUntil(new Date('2026-11-30T12:00:00Z'))).toEqual(new Date('2026-12-01T12:00:00Z'));
});

describe('the reason of a denial', () => {
  test('is one line of three hundred characters at the most, and none that is broken', () => {
    expect(reasonText(' No\nticket ')).toBe('No ticket');
    expect(reasonText('x'.repeat(400)).length).toBeLessThanOrEqual(300);
    expect(reasonText('no \ud83d')).toBe('no');
    expect(reasonText('\u200b \n')).toBe('');
  });

  test('is missing only where it was to be asked for', () => {
    expect(reasonOfDenial({}, { denialPrompt: 'optional' })).toEqual({ isReasonUnasked: true });
    expect(reasonOfDenial({}, {})).toEqual({});
    expect(reasonOfDenial({ reason: '' }, { denialPrompt: 'optional' })).toEqual({});
    expect(reasonOfDenial({ reason: 'No' }, {})).toEqual({ denialReason: 'No' });
  });
});
