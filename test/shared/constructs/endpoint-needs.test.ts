import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Duration, Stack } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import {
  Approvers,
  ChangeResponse,
  ChangeSource,
  KeyActions,
  MemberAccounts,
  MonitoredGroups,
  SecurityGroupBaseline,
  SentryHub,
  SlackApprovalWorkflow,
} from '../../../src';
import { endpointNeeds as keySentryNeeds } from '../../../src/access-key/constructs/endpoint-needs';
import {
  ACTION_ENDPOINTS,
  WORKFLOW_ENDPOINTS,
} from '../../../src/approval/constructs/endpoint-needs';
import { endpointNeeds as hubNeeds } from '../../../src/organization/constructs/endpoint-needs';
import {
  endpointNeeds as groupSentryNeeds,
  REHEARSAL_ENDPOINTS,
} from '../../../src/security-group/constructs/endpoint-needs';

const DOCS = join(__dirname, '..', '..', '..', 'docs');
const RIGHTS = readFileSync(join(DOCS, 'rights.md'), 'utf8');
const PAGE = readFileSync(join(DOCS, 'company-rules.md'), 'utf8');

/** Without endpoints in most Regions, which the warning says in words. */
const GLOBAL = ['iam', 'organizations'];

const stack = new Stack();
const secret = (name: string) => secretsmanager.Secret.fromSecretNameV2(stack, name, name);
const approvals = new SlackApprovalWorkflow(stack, 'Approvals', {
  signingSecret: secret('signing-secret'),
  botToken: secret('bot-token'),
  approvalChannelId: 'C0APPROVE',
  approvers: Approvers.users(['U0ALICE']),
});
const hubProps = {
  accounts: MemberAccounts.organization(),
  organizationId: 'o-abc1234567',
  sources: [
    ChangeSource.organizationTrail(s3.Bucket.fromBucketName(stack, 'Logs', 'log-archive')),
    ChangeSource.cloudTrailLake(
      'arn:aws:cloudtrail:eu-west-1:111122223333:eventdatastore/01234567-89ab-cdef-0123-456789abcdef',
    ),
  ],
};
const hub = new SentryHub(stack, 'Hub', hubProps);
const actions = KeyActions.of({
  deactivateAfter: Duration.days(100),
  askBeforeDeactivating: approvals,
});
const policies = [
  {
    baseline: SecurityGroupBaseline.locked(),
    response: ChangeResponse.revertUntilApproved(approvals),
  },
];

const NEEDS: Readonly<Record<string, readonly string[]>> = {
  SecurityGroupSentry: groupSentryNeeds({ hub, policies, monitoredGroups: MonitoredGroups.all() })
    .services,
  SecurityGroupRehearsal: REHEARSAL_ENDPOINTS.services,
  IamKeySentry: keySentryNeeds({
    hub,
    actions,
    inventoryBucket: s3.Bucket.fromBucketName(stack, 'Reports', 'audit-evidence'),
  }).services,
  SlackApprovalWorkflow: WORKFLOW_ENDPOINTS.services,
  ApprovedAction: ACTION_ENDPOINTS.services,
  SentryHub: hubNeeds(hubProps).services,
};

test.each(Object.entries(NEEDS))(
  'the endpoints of a %s are those of all that its functions call',
  (construct, services) => {
    expect([...services].sort()).toEqual(
      servicesCalledBy(construct).filter((service) => !GLOBAL.includes(service)),
    );
  },
);

test.each(Object.entries(NEEDS))('the page lists all endpoints of a %s', (construct, services) => {
  const [row = ''] = PAGE.split('\n').filter(
    (line) => line.startsWith(`| \`${construct}\` |`) && line.includes('`sns`'),
  );
  expect(services.filter((service) => !row.includes(`\`${service}\``))).toEqual([]);
});

/** By the page of rights, which a test makes from the bundles. */
function servicesCalledBy(construct: string): string[] {
  const sections = RIGHTS.split(/^## /m).filter((text) => text.startsWith(`${construct}: `));
  const calls = sections.flatMap((text) => {
    const [made = ''] = text.split('Used in its name by AWS:');
    return [...made.matchAll(/^\| `([a-z0-9-]+):/gm)].map(([, service]) => service!);
  });
  return [...new Set(calls)].sort();
}
