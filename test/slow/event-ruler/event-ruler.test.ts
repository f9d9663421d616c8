import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as events from 'aws-cdk-lib/aws-events';
import { groupChangePattern } from '../../../src/security-group/constructs/group-change-pattern';
import type { MonitoredGroups } from '../../../src/security-group/domain/groups/monitored-groups';
import {
  callsOnGroup,
  callsOnGroupNamed,
  type CallShape,
  callsThatMakeGroups,
  callsWithoutParameters,
  envelopeOf,
  IDENTITIES,
  prefixListCalls,
  recordOf,
  taggingCalls,
  wrappedCallsOnGroup,
} from '../../security-group/samples/change-events';
import { describeByEngine, matchesOfEventRuler } from '../../support/event-ruler/event-ruler';

const GROUP_ID = 'sg-0123456789abcdef0';
const OTHER_ID = 'sg-0fedcba9876543210';

const BY_ID = { kind: 'ids', groupIds: [GROUP_ID] } as const;
const BY_TAG = { kind: 'tag', key: 'watched', value: 'yes' } as const;

const CHOICES = {
  'by id': { include: [BY_ID], exclude: [] },
  'by id, but for a tag': { include: [BY_ID], exclude: [BY_TAG] },
  'by tag': { include: [BY_TAG], exclude: [] },
  'by VPC': { include: [{ kind: 'vpc', vpcId: 'vpc-1' }], exclude: [] },
  all: { include: [{ kind: 'all' }], exclude: [] },
} satisfies Record<string, MonitoredGroups>;
type Choice = keyof typeof CHOICES;

const EACH: readonly Choice[] = ['by id', 'by id, but for a tag', 'by tag', 'by VPC', 'all'];
const NOT_BY_ID: readonly Choice[] = ['by tag', 'by VPC', 'all'];
const WHERE_TAGS_DECIDE: readonly Choice[] = ['by id, but for a tag', 'by tag'];

interface Case extends CallShape {
  /** For which choices of groups the call may concern a monitored one. */
  readonly concerns: readonly Choice[];
}

const concerning = (concerns: readonly Choice[], calls: CallShape[]): Case[] =>
  calls.map((call) => ({ ...call, concerns }));

const MAY_CONCERN_EACH: Case[] = concerning(EACH, [
  ...callsOnGroup(GROUP_ID),
  ...wrappedCallsOnGroup(GROUP_ID),
  ...callsOnGroupNamed('web'),
  ...callsWithoutParameters(),
  ...prefixListCalls('pl-1'),
]);

const named = (prefix: string, calls: CallShape[]): CallShape[] =>
  calls.map(({ name, values }) => ({ name: `${prefix}: ${name}`, values }));
const failedWith = (errorCode: string): CallShape[] =>
  named(errorCode, [...callsOnGroup(GROUP_ID), ...wrappedCallsOnGroup(GROUP_ID)]).map(
    ({ name, values }) => ({
      name,
      values: { ...values, errorCode, responseElements: null },
    }),
  );

const CASES: Case[] = [
  ...MAY_CONCERN_EACH,
  ...Object.entries(IDENTITIES).flatMap(([identity, values]) =>
    MAY_CONCERN_EACH.map((call) => ({
      ...call,
      name: `${call.name}, by ${identity}`,
      values: { ...call.values, ...values },
    })),
  ),
  ...concerning(NOT_BY_ID, named('another group', callsOnGroup(OTHER_ID))),
  ...concerning(
    EACH,
    named('another group, where a pattern cannot know', wrappedCallsOnGroup(OTHER_ID)),
  ),
  ...concerning(NOT_BY_ID, callsThatMakeGroups()),
  ...concerning(WHERE_TAGS_DECIDE, [
    ...taggingCalls([GROUP_ID]),
    ...taggingCalls([OTHER_ID]),
    ...taggingCalls(['i-1', 'vpc-1', GROUP_ID]),
    {
      name: 'CreateTags, parameters omitted',
      values: { eventName: 'CreateTags', requestParameters: { omitted: true } },
    },
  ]),
  ...concerning([], taggingCalls(['i-1', 'sgr-1'])),
  ...concerning(EACH, failedWith('Client.DryRunOperation')),
  ...concerning([], failedWith('Client.UnauthorizedOperation')),
  ...concerning([], failedWith('Client.InvalidPermission.Duplicate')),
  ...concerning([], failedWith('Server.InternalError')),
  ...concerning(
    [],
    [
      {
        name: 'another call',
        values: { eventName: 'RunInstances', requestParameters: { groupId: GROUP_ID } },
      },
      {
        name: 'another service',
        values: { eventSource: 'rds.amazonaws.com', requestParameters: { groupId: GROUP_ID } },
      },
    ],
  ),
];

describeByEngine(`EventBridge's own matching engine`, () => {
  let matches: boolean[];

  beforeAll(() => {
    matches = matchesOfEventRuler(
      EACH.flatMap((choice) => {
        const pattern = patternOf(CHOICES[choice]);
        return [...CASES.map(({ values }) => envelopeOf(recordOf(values))), forged()].map(
          (event) => ({ pattern, event }),
        );
      }),
    );
  });

  describe.each(EACH.map((choice, index) => ({ choice, index })))(
    'groups chosen: $choice',
    ({ choice, index }) => {
      const answersFrom = index * (CASES.length + 1);

      test('what may concern them matches, whatever the call, its shape and who made it', () => {
        expect(
          namesWhere(({ concerns }, at) => concerns.includes(choice) && !matches[answersFrom + at]),
        ).toEqual([]);
      });

      test('what is known not to concern them does not', () => {
        expect(
          namesWhere(
            ({ concerns }, at) => !concerns.includes(choice) && matches[answersFrom + at]!,
          ),
        ).toEqual([]);
      });

      test('nor does an event that someone else put on the bus', () => {
        expect(matches[answersFrom + CASES.length]).toBe(false);
      });
    },
  );
});

function namesWhere(holds: (call: Case, at: number) => boolean): string[] {
  return CASES.filter(holds).map(({ name }) => name);
}

/** Customers cannot put events whose source is of AWS. */
function forged(): string {
  return envelopeOf(recordOf({ requestParameters: { groupId: GROUP_ID } }), { source: 'mine' });
}

/** As it is deployed. */
function patternOf(groups: MonitoredGroups): string {
  const stack = new Stack();
  new events.Rule(stack, 'Rule', { eventPattern: groupChangePattern(groups) });
  return JSON.stringify(
    Object.values(Template.fromStack(stack).findResources('AWS::Events::Rule'))[0]!.Properties
      .EventPattern,
  );
}
