import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  KEPT_RESOURCES,
  memberControlPolicy,
} from '../../../src/organization/contracts/member-control-policy';
import { MEMBER_NAME_PARTS } from '../../../src/organization/contracts/member-names';
import { rolesTemplate } from '../../../src/organization/contracts/member-templates/roles-template';
import { ruleTemplate } from '../../../src/organization/contracts/member-templates/rule-template';
import { TAMPER_CALLS } from '../../../src/shared/contracts/tamper-calls';

const PROJECT = join(__dirname, '..', '..', '..');
const MOST_CHARACTERS = 5_120;
const NAME = 'cdk-sentries';
const [STATEMENT] = memberControlPolicy(NAME).Statement;

test('the printed policy is up to date', () => {
  const printed = readFileSync(
    join(PROJECT, 'member-templates', 'keep-members.policy.json'),
    'utf8',
  );
  expect(JSON.parse(printed)).toEqual(memberControlPolicy(NAME));
});

test('the page of the docs shows the same', () => {
  const page = readFileSync(join(PROJECT, 'docs', 'organization.md'), 'utf8');
  const policies = [...page.matchAll(/^```json\n(.*?)^```$/gms)].map(([, json = '']) => json);
  expect(policies.map((json): unknown => JSON.parse(json))).toContainEqual(
    memberControlPolicy(NAME),
  );
});

test('all that members have a name for is kept, and no name of another hub', () => {
  expect([...KEPT_RESOURCES].sort()).toEqual(Object.keys(MEMBER_NAME_PARTS).sort());
  const templates = JSON.stringify([rolesTemplate().Resources, ruleTemplate().Resources]);
  const named = templates.matchAll(
    /"(?:RoleName|Name|QueueName)":\{"Fn::Sub":"\$\{HubName\}-([^"]+)"/g,
  );
  const parts = [...named].map(([, part]) => part);
  expect(parts.length).toBe(Object.keys(MEMBER_NAME_PARTS).length);
  for (const part of parts) {
    expect(STATEMENT!.Resource).toContainEqual(expect.stringMatching(`[:/]${NAME}-${part}$`));
  }
});

test.each(['Rules', 'Roles', 'Queues'] as const)(
  'it denies every call on %s of which members tell the hub',
  (kind) => {
    const { service, calls } = TAMPER_CALLS[kind];
    for (const name of calls.flatMap(({ eventNames }) => eventNames)) {
      expect(STATEMENT!.Action).toContain(`${service}:${name}`);
    }
  },
);

test('it denies no call by which the hub looks, nor one on anything else', () => {
  expect(STATEMENT!.Action.filter((action) => /\*|:(Get|List|Describe|Pass)/.test(action))).toEqual(
    [],
  );
  expect(STATEMENT!.Resource.filter((arn) => arn.endsWith(':*'))).toEqual([]);
});

test('those whom it spares are among what it keeps', () => {
  const spared = STATEMENT!.Condition.ArnNotLike['aws:PrincipalArn'];
  expect(spared).toContain('arn:*:iam::*:role/stacksets-exec-*');
  expect(STATEMENT!.Resource).toEqual(expect.arrayContaining(spared));
  expect(STATEMENT!.Action).toContain('iam:CreateRole');
});

test('AWS takes it, with the longest name of a hub', () => {
  expect(JSON.stringify(memberControlPolicy('x'.repeat(32))).length).toBeLessThan(MOST_CHARACTERS);
});
