import { HUB_BUS_ARN, HUB_NAME } from './members';
import { changePattern, tamperPattern } from '../../src/organization/contracts/forwarded-events';
import { memberName, type MemberResource } from '../../src/organization/contracts/member-names';
import { ruleDescription } from '../../src/organization/contracts/member-template-version';

/** In place of an account's id: a pattern is written out once. */
const ACCOUNT = '<account>';

const DESCRIPTION = ruleDescription(HUB_NAME);
const PATTERNS: ReadonlyMap<string, string> = new Map([
  [memberName(HUB_NAME, 'changeRule'), JSON.stringify(changePattern(roleArn('readRole')))],
  [
    memberName(HUB_NAME, 'tamperRule'),
    JSON.stringify(tamperPattern(`${HUB_NAME}-`, `/${memberName(HUB_NAME, 'undeliveredQueue')}`)),
  ],
]);

/** As EventBridge describes a rule that is as the member's template makes it. */
export function ruleAsMade(name: string, accountId: string) {
  const pattern = PATTERNS.get(name);
  if (pattern === undefined) throw new Error(`No template of members makes the rule ${name}.`);
  return {
    State: 'ENABLED',
    Description: DESCRIPTION,
    EventPattern: pattern.replaceAll(ACCOUNT, accountId),
  };
}

export function targetAsMade(accountId: string) {
  return { Arn: HUB_BUS_ARN, RoleArn: roleArn('forwardRole', accountId) };
}

function roleArn(role: MemberResource, accountId = ACCOUNT): string {
  return `arn:aws:iam::${accountId}:role/${memberName(HUB_NAME, role)}`;
}
