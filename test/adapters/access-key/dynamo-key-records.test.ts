import fc from 'fast-check';
import { itemOf, recordOf } from '../../../src/adapters/access-key/dynamo-key-records';
import type { KeyRecord } from '../../../src/domain/access-key/key-actions';

const time = fc.date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true });
const step = fc.constantFrom('deactivate' as const, 'delete' as const);
const records: fc.Arbitrary<KeyRecord> = fc.record({
  keyId: fc.string({ minLength: 1 }),
  userName: fc.string({ minLength: 1 }),
  noticeAt: fc.record({ deactivate: time, delete: time }, { requiredKeys: [] }),
  toldAt: fc.record({ deactivate: time, delete: time }, { requiredKeys: [] }),
  inactiveSince: fc.option(time, { nil: undefined }),
  untold: fc.option(fc.record({ step, at: time }), { nil: undefined }),
});

test('what is written comes back as it was', () => {
  fc.assert(fc.property(records, (record) => expect(recordOf(itemOf(record))).toEqual(record)));
});

const ITEM = itemOf({ keyId: 'AKIA-1', userName: 'ann', noticeAt: { deactivate: new Date('2026-01-01T00:00:00Z') }, toldAt: {} });

test.each([
  ['another version', { ...ITEM, version: { N: '2' } }],
  ['no version', { keyId: ITEM.keyId!, userName: ITEM.userName!, noticeAt: ITEM.noticeAt! }],
  ['a time that is none', { ...ITEM, inactiveSince: { S: 'yesterday' } }],
  ['another type', { ...ITEM, userName: { N: '7' } }],
  ['an unknown step', { ...ITEM, untold: { M: { step: { S: 'rotate' }, at: { S: '2026-01-01T00:00:00.000Z' } } } }],
])('an item with %s is an error that names the key', (_, item) => {
  expect(() => recordOf(item)).toThrow('What the table says of the key AKIA-1 is not of version 1');
});
