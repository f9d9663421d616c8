import type { KeyRecord, UntoldStep } from '../../../src/access-key/domain/key-actions';
import type { StepReport } from '../../../src/access-key/domain/key-step';
import type { KnownOwner } from '../../../src/access-key/domain/owner';
import { afterUnheard } from '../../../src/access-key/domain/step-records';
import { daysAgo, NOW } from '../in-memory/account-in-memory';

const ownerOf = (name: string): KnownOwner => ({ kind: 'known', name, source: 'tag' });
const [OLGA, BEN] = [ownerOf('olga@example.com'), ownerOf('ben@example.com')];
const TAKEN: UntoldStep = { step: 'deactivate', at: daysAgo(1) };
const DONE: StepReport = { kind: 'done', step: 'deactivate', at: TAKEN.at };

function recordWith(untold?: UntoldStep): KeyRecord {
  return { keyId: 'AKIA-0', userName: 'ann', noticeAt: {}, toldAt: {}, ...(untold && { untold }) };
}

describe('where SQS refuses the message to an owner', () => {
  test('a step that was taken stays untold, with the owner who was to hear', () => {
    const after = afterUnheard(recordWith(TAKEN), DONE, NOW, BEN);
    expect(after.untold).toEqual({ ...TAKEN, reportedAt: NOW, owner: BEN });
    expect(after.deactivated).toEqual({ times: 1, lastAt: TAKEN.at });
  });

  test('it keeps the owner it had, where no one can say now whose it is', () => {
    const untold = { ...TAKEN, owner: OLGA } as const;
    expect(afterUnheard(recordWith(untold), DONE, NOW, undefined).untold?.owner).toBe(OLGA);
  });

  test('a step that failed is still due, and not looked for in the key later', () => {
    const failed: StepReport = { kind: 'failed', step: 'deactivate', reason: 'Throttling' };
    expect(afterUnheard(recordWith(TAKEN), failed, NOW, OLGA)).toEqual(recordWith());
  });

  test.each<[string, StepReport]>([
    ['another step', { ...DONE, step: 'delete' }],
    ['an earlier one', { ...DONE, at: daysAgo(3) }],
    ['a question', { kind: 'asked', step: 'deactivate', at: NOW, requestId: '1' }],
  ])('a step that was taken since is not marked as reported with %s', (_, report) => {
    expect(afterUnheard(recordWith(TAKEN), report, NOW, OLGA)).toEqual(recordWith(TAKEN));
  });
});
