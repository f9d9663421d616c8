import { rightsForAll } from '../../../src/organization/domain/needed-rights';

test.each([
  [[], 'OBSERVE'],
  [['OBSERVE'], 'OBSERVE'],
  [['REVOKE', 'OBSERVE'], 'REVOKE'],
  [['OBSERVE', 'FULL', 'REVOKE'], 'FULL'],
] as const)('for sentries that need %j, %s is the least that is enough', (needed, expected) => {
  expect(rightsForAll(needed)).toBe(expected);
});
