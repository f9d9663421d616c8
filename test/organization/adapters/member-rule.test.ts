import { stateOfRule } from '../../../src/organization/adapters/member-rule';
import { changePattern } from '../../../src/organization/contracts/forwarded-events';

const MEMBER = 'arn:aws:iam::111122223333:role/cdk-sentries';
const TARGET = {
  arn: 'arn:aws:events:eu-west-1:999988887777:event-bus/cdk-sentries',
  roleArn: `${MEMBER}-forward`,
};
const PATTERN = changePattern(`${MEMBER}-read`);
const EXPECTED = { name: 'cdk-sentries-changes', pattern: PATTERN, target: TARGET };

const RULE = { State: 'ENABLED', EventPattern: JSON.stringify(PATTERN) } as const;
const TARGETS = [{ Arn: TARGET.arn, RoleArn: TARGET.roleArn }];

test('a rule is as it was made, in whatever order AWS writes its pattern', () => {
  expect(stateOfRule({ rule: RULE, targets: TARGETS }, EXPECTED)).toBe('as-made');
  const turned = Object.fromEntries(Object.entries(PATTERN).reverse());
  const rule = { ...RULE, EventPattern: JSON.stringify(turned) };
  expect(stateOfRule({ rule, targets: TARGETS }, EXPECTED)).toBe('as-made');
});

test('a rule that is disabled is that', () => {
  const rule = { ...RULE, State: 'DISABLED' } as const;
  expect(stateOfRule({ rule, targets: TARGETS }, EXPECTED)).toBe('disabled');
});

test("a rule that forwards the hub's heartbeats alone is changed, whatever version it names", () => {
  const onlyHeartbeats = {
    ...Object(PATTERN),
    detail: { errorCode: ['Client.DryRunOperation'] },
  };
  const rule = {
    ...RULE,
    Description: 'Forwards security group changes to the hub. Version: 2',
    EventPattern: JSON.stringify(onlyHeartbeats),
  };
  expect(stateOfRule({ rule, targets: TARGETS }, EXPECTED)).toBe('changed');
});

test('a rule whose target has another role is changed: EventBridge could not forward by it', () => {
  const targets = [{ Arn: TARGET.arn, RoleArn: `${MEMBER}-nothing` }];
  expect(stateOfRule({ rule: RULE, targets }, EXPECTED)).toBe('changed');
  expect(stateOfRule({ rule: RULE, targets: [] }, EXPECTED)).toBe('changed');
});
