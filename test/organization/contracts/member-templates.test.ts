import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CALL_DETAIL_TYPE,
  FORWARDED_SOURCES,
} from '../../../src/organization/contracts/forwarded-events';
import { hubBusStatement } from '../../../src/organization/contracts/hub-bus-policy';
import {
  callersOf,
  HUB_FUNCTIONS,
  hubRoleName,
} from '../../../src/organization/contracts/hub-roles';
import {
  LONGEST_HUB_NAME,
  MEMBER_NAME_PARTS,
} from '../../../src/organization/contracts/member-names';
import { rolesTemplate } from '../../../src/organization/contracts/member-templates/roles-template';
import { ruleTemplate } from '../../../src/organization/contracts/member-templates/rule-template';
import type { MemberTemplate } from '../../../src/organization/contracts/member-templates/template';
import { WATCHED_CALLS } from '../../../src/shared/contracts/watched-calls';

const MOST_TEMPLATE_BYTES = 51_200;
const MOST_PATTERN_CHARACTERS = 2_048;
const MOST_NAME_CHARACTERS = 64;

const TEMPLATES: [string, MemberTemplate][] = [
  ['roles', rolesTemplate()],
  ['rule', ruleTemplate()],
];

test.each(TEMPLATES)('the file of the template of %s is up to date', (name, template) => {
  const file = join(__dirname, '..', '..', '..', 'member-templates', `${name}.template.json`);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(JSON.parse(JSON.stringify(template)));
});

test.each(TEMPLATES)(
  'StackSets take the template of %s: small, and nothing but resources',
  (_, template) => {
    expect(JSON.stringify(template).length).toBeLessThan(MOST_TEMPLATE_BYTES / 2);
    expect(Object.keys(template)).not.toContain('Transform');
    expect(JSON.stringify(template)).not.toMatch(/cdk-bootstrap|AssetParameters|Fn::Transform/);
  },
);

test.each(TEMPLATES)(
  'nothing in the template of %s is of one partition, Region or account',
  (_, template) => {
    expect(JSON.stringify(template)).not.toMatch(/arn:aws|\d{12}"/);
  },
);

test('the patterns are as short as EventBridge demands, with the longest name of a hub', () => {
  for (const { EventPattern } of rules()) {
    const text = JSON.stringify(EventPattern)
      .replaceAll(/\{"Fn::Sub":("[^"]*")\}/g, '$1')
      .replaceAll('${HubName}', 'x'.repeat(LONGEST_HUB_NAME))
      .replaceAll('${AWS::Partition}', 'aws-us-gov')
      .replaceAll('${AWS::AccountId}', '111122223333');
    expect(text.length).toBeLessThanOrEqual(MOST_PATTERN_CHARACTERS);
  }
});

test('every call that a sentry can read is forwarded', () => {
  expect(rules()[0]).toMatchObject({
    EventPattern: { detail: { eventName: [...WATCHED_CALLS] } },
  });
});

test('no event of an archive is forwarded', () => {
  for (const { EventPattern } of rules()) {
    expect(EventPattern).toMatchObject({ 'replay-name': [{ exists: false }] });
  }
});

test("the hub's bus takes the sources that members forward, and no others", () => {
  const forwarded = rules().flatMap(({ EventPattern }) => {
    const pattern: unknown = EventPattern;
    return sourcesOf(pattern);
  });
  expect([...new Set(forwarded)].sort()).toEqual([...FORWARDED_SOURCES].sort());
  expect(
    hubBusStatement('arn', { kind: 'organization', organizationId: 'o-abc1234567' }).Condition,
  ).toMatchObject({
    'ForAllValues:StringEquals': {
      'events:source': FORWARDED_SOURCES,
      'events:detail-type': [CALL_DETAIL_TYPE],
    },
  });
});

test('the longest names fit into what AWS takes', () => {
  const hub = 'x'.repeat(LONGEST_HUB_NAME);
  const names = [
    ...Object.values(MEMBER_NAME_PARTS).map((part) => `${hub}-${part}`),
    ...Object.keys(HUB_FUNCTIONS).map((name) =>
      hubRoleName(hub, name as keyof typeof HUB_FUNCTIONS),
    ),
  ];
  expect(Math.max(...names.map((name) => name.length))).toBeLessThanOrEqual(MOST_NAME_CHARACTERS);
});

test('only functions that change groups may take on the roles that do', () => {
  expect(callersOf('revokeRole')).toEqual(['respond', 'decide']);
  expect(callersOf('addRole')).toEqual(['respond', 'decide']);
  expect(callersOf('keysRole')).toEqual(['check-keys', 'decide-keys']);
  expect(callersOf('readRole')).toEqual(Object.keys(HUB_FUNCTIONS));
});

test('where a member allows less, it has fewer roles', () => {
  const { Resources } = rolesTemplate();
  const conditions = Object.entries(Resources).map(([id, { Condition }]) => [id, Condition]);
  expect(Object.fromEntries(conditions)).toEqual({
    ReadRole: undefined,
    RevokeRole: 'MayRevoke',
    AddRole: 'MayDoAll',
    KeysRole: 'MayDoAll',
    ForwardRole: undefined,
  });
});

test.each(['ReadRole', 'RevokeRole', 'AddRole', 'KeysRole'])(
  '%s trusts roles of the hub by their names, in its organization, for someone who is named',
  (id) => {
    expect(rolesTemplate().Resources[id]!.Properties).toMatchObject({
      MaxSessionDuration: 3600,
      AssumeRolePolicyDocument: {
        Statement: [
          {
            Principal: {
              AWS: { 'Fn::Sub': 'arn:${AWS::Partition}:iam::${HubAccountId}:root' },
            },
            Action: ['sts:AssumeRole', 'sts:SetSourceIdentity'],
            Condition: {
              ArnEquals: { 'aws:PrincipalArn': { Ref: expect.stringMatching(/Roles$/) } },
              StringEquals: {
                'Fn::If': [
                  'IsInOrganization',
                  { 'aws:PrincipalOrgID': { Ref: 'OrganizationId' } },
                  { Ref: 'AWS::NoValue' },
                ],
              },
              StringLike: { 'sts:SourceIdentity': '*' },
            },
          },
        ],
      },
    });
  },
);

function rules() {
  return Object.values(ruleTemplate().Resources)
    .filter(({ Type }) => Type === 'AWS::Events::Rule')
    .map(({ Properties }) => Properties);
}

function sourcesOf(pattern: unknown): string[] {
  return JSON.stringify(pattern)
    .match(/"aws\.\w+"/g)!
    .map((source) => source.slice(1, -1));
}
