import type { Change } from '../../../../src/security-group/domain/changes/change';
import { isAcceptedRemoval } from '../../../../src/security-group/domain/changes/default-group-removal';
import { by, changeOf, deployer, eve, removed } from '../../samples/changes';
import { rule } from '../../samples/rules';

const ROLES = [deployer.roleArn!];
const removal = by(deployer, removed({ id: 'sgr-1' }));

function withRules(rules: Partial<Change['rules']>): Change {
  return { ...removal, rules: { ...removal.rules, ...rules } };
}

test('a role that may empty default groups is trusted to take their rules away', () => {
  expect(isAcceptedRemoval(removal, 'default', ROLES)).toBe(true);
});

test.each<[string, Change, string | undefined]>([
  ['in another group', removal, 'web'],
  ['in a group without a name', removal, undefined],
  ['by someone else', by(eve, removal), 'default'],
  ['by another role', by({ ...deployer, roleArn: `${deployer.roleArn}2` }, removal), 'default'],
  ['by what is no session of the role', by({ ...deployer, type: 'IAMUser' }, removal), 'default'],
  ['by a call that adds', by(deployer, changeOf({})), 'default'],
  ['where it adds a rule', withRules({ present: [rule()] }), 'default'],
  ['where it modifies a rule', withRules({ modifiedIds: ['sgr-2'] }), 'default'],
  ['where it describes a rule', withRules({ described: [{ id: 'sgr-2' }] }), 'default'],
  ['where the record does not name all', withRules({ complete: false }), 'default'],
])('but with nothing else: not %s', (_, change, groupName) => {
  expect(isAcceptedRemoval(change, groupName, ROLES)).toBe(false);
});
