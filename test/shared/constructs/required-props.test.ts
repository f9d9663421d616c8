import { App, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import {
  ApprovedAction,
  MemberStackSets,
  MonitoredGroups,
  SecurityGroupBaseline,
  SecurityGroupRehearsal,
  SecurityGroupSentry,
  SentryHub,
  SentryMember,
  SentryMemberRegion,
  SlackApprovalWorkflow,
} from '../../../src';
import { refuseMissing } from '../../../src/shared/constructs/required-props';

/** As JavaScript lets someone write it. */
type Untyped = new (scope: Construct, id: string, props?: object) => Construct;

test.each<[string, unknown, object | undefined, string]>([
  [
    'a sentry',
    SecurityGroupSentry,
    {},
    '"monitoredGroups" and "policies": write it, as in { monitoredGroups: MonitoredGroups.all(), policies: [{ baseline: …, response: … }] }.',
  ],
  [
    'a sentry without any props',
    SecurityGroupSentry,
    undefined,
    '"monitoredGroups" and "policies"',
  ],
  [
    'a workflow',
    SlackApprovalWorkflow,
    { approvalChannelId: 'C0123ABCD' },
    '"signingSecret" and "botToken" and "approvers"',
  ],
  ['an action', ApprovedAction, {}, '"workflow" and "actionFunction"'],
  [
    'a hub',
    SentryHub,
    {},
    '"accounts": write it, as in { accounts: MemberAccounts.organization() }',
  ],
  ['StackSets', MemberStackSets, {}, '"hub" and "targets" and "regions"'],
  ['a member', SentryMember, {}, '"hub"'],
  ['a further Region of a member', SentryMemberRegion, { hub: null }, '"hub"'],
])('%s names itself, and what it lacks', (_, construct, props, lacking) => {
  expect(() => make(construct, props)).toThrow(`Stack/One lacks ${lacking}`);
});

test.each([SecurityGroupSentry, SecurityGroupRehearsal])(
  'so does a policy of %p, by its number',
  (construct) => {
    const complete = { baseline: SecurityGroupBaseline.locked(), response: 'revert' };
    const policies = [complete, { baseline: SecurityGroupBaseline.locked() }];
    expect(() => make(construct, { monitoredGroups: MonitoredGroups.all(), policies })).toThrow(
      'Stack/One: policy 2 lacks "response": write it, as in { response: ChangeResponse.revert() }.',
    );
  },
);

test.each([
  [
    'a class with a getter',
    new (class {
      get hub(): string {
        return 'hub';
      }
    })(),
  ],
  ['an object below the one that has it', Object.create({ hub: 'hub' }) as { hub: string }],
])('what %s holds is not missing', (_, props) => {
  expect(() => refuseMissing('Stack/One', props, { hub: 'the SentryHub' })).not.toThrow();
});

function make(construct: unknown, props: object | undefined): void {
  new (construct as Untyped)(new Stack(new App(), 'Stack'), 'One', props);
}
