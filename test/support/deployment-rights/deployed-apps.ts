import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { ManagementEventsTrail, MemberStackSets, SentryHub, SentryMember } from '../../../src';
import { appWithAction } from '../cost/action-app';
import { ALL_THREE, appOf } from '../cost/cost-apps';

/** What is deployed together, and the templates of it. */
export interface DeployedApp {
  readonly name: string;
  readonly templates: readonly DeployedTemplate[];
}

export interface DeployedTemplate {
  readonly Resources: Readonly<Record<string, DeployedResource>>;
}

export interface DeployedResource {
  readonly Type: string;
  readonly DeletionPolicy?: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

/** Types of the app itself, which the library is given and does not make. */
export const OF_THE_APP: readonly string[] = ['AWS::SecretsManager::Secret'];

const HUB_ELSEWHERE = SentryHub.fromSentryHubAttributes({
  hubAccountId: '444455556666',
  hubRegion: 'us-east-1',
  organizationId: 'o-abc1234567',
});

export function deployedApps(): readonly DeployedApp[] {
  return [
    appNamed('SecurityGroupSentry', appOf(['SecurityGroupSentry'])),
    appNamed('its rehearsal', appOf(['SecurityGroupSentry'], { rehearsal: true })),
    appNamed('its dashboard', appOf(['SecurityGroupSentry'], { dashboard: true })),
    appNamed('IamKeySentry', appOf(['IamKeySentry'])),
    appNamed('SlackApprovalWorkflow, with sentries that ask', appOf(ALL_THREE)),
    appNamed('ApprovedAction', ...appWithAction('beside its workflow')),
    appNamed('SentryHub, with its sentries', appOf(ALL_THREE, { hub: true })),
    appNamed('ManagementEventsTrail', trailTemplate()),
    appNamed('MemberStackSets', membersTemplate()),
    appNamed('SentryMember', memberTemplate()),
  ];
}

function appNamed(name: string, ...templates: object[]): DeployedApp {
  return { name, templates: templates.map((template) => template as DeployedTemplate) };
}

function trailTemplate(): object {
  const stack = stackNamed('Trail');
  new ManagementEventsTrail(stack, 'Trail', { notificationEmails: ['security@example.com'] });
  return Template.fromStack(stack).toJSON();
}

function membersTemplate(): object {
  const stack = stackNamed('Members');
  new MemberStackSets(stack, 'Members', {
    hub: HUB_ELSEWHERE,
    targets: [{ units: ['ou-abcd-12345678'] }],
    regions: ['us-east-1'],
  });
  return Template.fromStack(stack).toJSON();
}

function memberTemplate(): object {
  const stack = stackNamed('Member');
  new SentryMember(stack, 'Member', { hub: HUB_ELSEWHERE });
  return Template.fromStack(stack).toJSON();
}

function stackNamed(id: string): Stack {
  return new Stack(new App(), id, { env: { account: '111122223333', region: 'us-east-1' } });
}
