import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { Alarm, CfnAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { IConstruct } from 'constructs';
import {
  ApprovedAction,
  IamKeySentry,
  SecurityGroupSentry,
  SentryHub,
  SlackApprovalWorkflow,
} from '../../src';
import { REASONS_NOT_TO_ASK } from '../../src/approval/domain/approval-request';
import { allAlarms } from '../support/apps/all-alarms';

const RUNBOOK = readFileSync(join(__dirname, '..', '..', 'docs', 'runbook.md'), 'utf8');
/** All that stands before the first section. */
const INDEX = RUNBOOK.slice(0, RUNBOOK.search(/^## /m));
const HEADINGS = [...RUNBOOK.matchAll(/^#{2,3} (.+)$/gm)].map(([, heading = '']) => heading);
const CONSTRUCTS = [
  'ApprovedAction',
  'IamKeySentry',
  'ManagementEventsTrail',
  'SecurityGroupSentry',
  'SentryHub',
  'SlackApprovalWorkflow',
];

let alarms: readonly Alarm[];
let alarmIds: ReadonlyMap<string, readonly string[]>;

beforeAll(() => {
  alarms = allAlarms();
  alarmIds = idsByConstruct(alarms);
});

test('each alarm has one heading in the runbook, in order, and each such heading an alarm', () => {
  const ids = [...new Set([...alarmIds.values()].flat())].sort();

  expect(HEADINGS.filter((heading) => /^\w+Alarm$/.test(heading))).toEqual(ids);
});

test('the index of the runbook leads to each heading, and to nothing else', () => {
  expect([...new Set(linksIn(INDEX))].sort()).toEqual(HEADINGS.map(anchorOf).sort());
});

test('each output stands in the table of functions to invoke, or is the manifest', () => {
  const outputs = appOf(alarms)
    .node.findAll()
    .filter((construct) => construct instanceof CfnOutput);
  const listed = [...RUNBOOK.matchAll(/^\| `(\w+FunctionName)` \|/gm)].map(([, name]) => name!);
  expect([...new Set(outputs.map(({ node }) => node.id))].sort()).toEqual(
    [...listed, 'SlackAppManifest'].sort(),
  );
  for (const output of outputs) {
    expect(Stack.of(output).resolve(output.logicalId)).toContain(output.node.id);
  }
});

test('each queue that the runbook has redriven is one of the dead-letter queues', () => {
  const handles = appOf(alarms)
    .node.findAll()
    .filter(
      (one) =>
        one instanceof SecurityGroupSentry ||
        one instanceof IamKeySentry ||
        one instanceof SlackApprovalWorkflow ||
        one instanceof ApprovedAction ||
        one instanceof SentryHub,
    )
    .flatMap(({ deadLetterQueues }) => deadLetterQueues.map(({ node }) => node.id));
  expect([...new Set(handles)].sort()).toEqual([
    'UndeliveredEvents',
    'UnhandledClicks',
    'UnhandledDecisions',
    'UnhandledEvents',
    'UnhandledLogFiles',
    'UnhandledLooks',
    'UnhandledMessages',
    'UnhandledReconciles',
    'UnhandledRequests',
  ]);
});

test('these constructs have alarms', () => {
  expect([...alarmIds.keys()].sort()).toEqual(CONSTRUCTS);
});

test.each(CONSTRUCTS)('the index names each alarm of %s', (construct) => {
  const [, entry = ''] = new RegExp(`^  - ${construct}: (.+?)\\n *- `, 'ms').exec(INDEX) ?? [];

  expect(linksIn(entry)).toEqual(alarmIds.get(construct)?.map(anchorOf));
});

test('the description of each alarm names its heading', () => {
  const named = alarms.map((alarm) => {
    const { alarmDescription = '' } = alarm.node.defaultChild as CfnAlarm;
    const [, heading = alarmDescription] = /; runbook: (\w+?)\d*\)$/.exec(alarmDescription) ?? [];
    return heading;
  });

  expect(named).toEqual(alarms.map(headingOf));
});

function linksIn(text: string): string[] {
  return [...text.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor = '']) => anchor);
}

/** As GitHub makes it. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');
}

function idsByConstruct(all: readonly Alarm[]): Map<string, string[]> {
  const ids = new Map<string, Set<string>>();
  for (const alarm of all) {
    const owner = alarm.node.scope!.constructor.name;
    ids.set(owner, (ids.get(owner) ?? new Set()).add(headingOf(alarm)));
  }
  return new Map([...ids].map(([owner, found]) => [owner, [...found].sort()]));
}

/** The alarms of a second workflow, and so on, are numbered: they share a heading. */
function headingOf(alarm: Alarm): string {
  return alarm.node.id.replace(/\d+$/, '');
}

function appOf([alarm]: readonly Alarm[]): IConstruct {
  return alarm!.node.root;
}

test.each(['runbook.md', 'own-asker.md', 'schemas/approval-step.v1.schema.json'])(
  '%s names each reason for which no one is asked',
  (page) => {
    const text = readFileSync(join(__dirname, '..', '..', 'docs', page), 'utf8');
    expect(REASONS_NOT_TO_ASK.filter((reason) => !text.includes(reason))).toEqual([]);
  },
);
