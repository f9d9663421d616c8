import { IAMClient } from '@aws-sdk/client-iam';
import type { ApiCall } from '../../sandbox/cloudtrail/tap';
import { usedByAws } from '../support/rights/bundled-and-sent';
import type { RoleStatement } from '../support/rights/policy-statement';
import { type Right, whatIsNotAllowed, whatIsNotNeeded } from '../support/rights/role-rights';
import { seenRights } from '../support/rights/seen-rights';
import { ALICE, ApprovalSandbox, MALLORY } from '../support/sandbox/approval-sandbox';
import { policyStatements } from '../support/sandbox/role-policies';

jest.setTimeout(600_000);

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 25 * HOUR_MS;

/**
 * What each function does with a message that it could not handle. Not every one meets such a
 * message here.
 */
const USED_ON_FAILURE = /^(sqs:ChangeMessageVisibility|sns:Publish|kms:GenerateDataKey)$/;

/**
 * What a function that carries out does for changes of the other kind, or shares with the one that
 * responds, whose own test has these used.
 */
const USED_FOR_OTHERS =
  /^(ec2:((Authorize|Revoke)SecurityGroupEgress|DescribeSecurityGroups|DescribeManagedPrefixLists|GetManagedPrefixListEntries)|cloudtrail:LookupEvents)$/;

const RIGHTS_ON_FAILURE = ['sqs:ChangeMessageVisibility on sqs:queue', 'sns:Publish on sns:topic'];

/** The same, by right: for rules that let traffic out, and rules that name prefix lists. */
const RIGHTS_FOR_OTHERS = [
  'cloudtrail:LookupEvents on all',
  'ec2:AuthorizeSecurityGroupEgress on ec2:security-group',
  'ec2:AuthorizeSecurityGroupEgress on ec2:security-group-rule',
  'ec2:AuthorizeSecurityGroupEgress: ec2:CreateTags on ec2:security-group-rule',
  'ec2:DescribeManagedPrefixLists on all',
  'ec2:DescribeSecurityGroups on all',
  'ec2:GetManagedPrefixListEntries on ec2:prefix-list',
  'ec2:ModifySecurityGroupRules on ec2:prefix-list',
  'ec2:RevokeSecurityGroupEgress on ec2:security-group',
];

/** Rules that name prefix lists, and, in lenient groups, rules that get tags. */
const FOR_OTHER_RULES = [
  'ec2:ModifySecurityGroupRules on ec2:prefix-list',
  'ec2:AuthorizeSecurityGroupIngress on ec2:security-group-rule',
];

const ROLES = [
  'ApprovalsReceiveInteraction',
  'ApprovalsAdvanceRequests',
  'ApprovalsDeliverMessages',
  'GuardCarryOutDecision',
  'LeniencyCarryOutDecision',
];

let sandbox: ApprovalSandbox;
let statements: RoleStatement[];
let own: ApiCall[];

/**
 * All that the functions do: both ways of asking, each kind of change and of answer, and what goes
 * wrong.
 */
beforeAll(async () => {
  sandbox = await ApprovalSandbox.start(4);
  for (const group of [() => sandbox.guarded, () => sandbox.lenient]) {
    sandbox.begin();
    await open(group(), 8080);
    await sandbox.click(MALLORY, 'Approve');
    await sandbox.approve('Approve for 1 h');
    await sandbox.pass(61 * MINUTE_MS);
    const [https] = await sandbox.described(group());
    await sandbox.modify(group(), https!.SecurityGroupRuleId!, '10.0.0.0/8');
    await sandbox.approve('Approve for 1 h');
    await sandbox.pass(61 * MINUTE_MS);
    const [restored] = await sandbox.described(group());
    await sandbox.revoke(group(), restored!.SecurityGroupRuleId!);
    await sandbox.click(ALICE, 'Deny');
    await open(group(), 8081);
    await sandbox.pass(DAY_MS);
  }
  await sandbox.slack.down(true);
  await open(sandbox.guarded, 8082);
  await sandbox.slack.down(false);
  await sandbox.pass(2 * MINUTE_MS);
  sandbox.skipWaits(2 * MINUTE_MS, async () => sandbox.slack.down(false));
  await sandbox.slack.down(true);
  await sandbox.click(ALICE, 'Approve');
  for (const action of ['TransactWriteItems', 'VerifyMac']) {
    sandbox.localAws.failNext({
      service: action === 'VerifyMac' ? 'kms' : 'dynamodb',
      action,
      errorCode: 'AccessDeniedException',
      times: 1,
    });
  }
  await sandbox.approve();
  await sandbox.pass(DAY_MS);
  const { endpoint, region } = sandbox.localAws;
  const roles = new Set(ROLES.map((role) => sandbox.physicalId('AWS::IAM::Role', role)));
  const iam = new IAMClient({
    endpoint,
    region,
    credentials: await sandbox.localAws.createUser('auditor'),
  });
  statements = (await policyStatements(iam, sandbox.stack)).filter(({ role }) => roles.has(role));
  own = sandbox.calls.filter(
    ({ invocationId, callerArn = '' }) =>
      invocationId !== undefined &&
      [...roles].some((role) => callerArn.includes(`:assumed-role/${role}/`)),
  );
});

afterAll(async () => sandbox?.stop());

test('the roles allow every call that was made, with its resource', async () => {
  expect(own.length).toBeGreaterThan(200);
  expect(await whatIsNotAllowed(own, statements)).toEqual([]);
});

test.each([
  ['receive-interaction', 'ApprovalsReceiveInteraction', []],
  ['advance-requests', 'ApprovalsAdvanceRequests', RIGHTS_ON_FAILURE],
  ['deliver-messages', 'ApprovalsDeliverMessages', RIGHTS_ON_FAILURE],
  ['carry-out-decision', 'CarryOutDecision', RIGHTS_FOR_OTHERS],
])('%s uses all rights that its files can ask for', async (bundle, role, notPlayed: string[]) => {
  const calls = own.filter(({ callerArn = '' }) =>
    new RegExp(`:assumed-role/[^/]*${role}`).test(callerArn),
  );
  const { unseen, unknown } = await seenRights(bundle, calls);
  expect(unseen.filter((right) => !notPlayed.includes(right))).toEqual([]);
  expect(unknown).toEqual([]);
});

test('what asks people uses the rights to it', async () => {
  const calls = sandbox.calls.filter(({ callerArn = '' }) =>
    callerArn.includes('RespondToChanges'),
  );
  const { unseen } = await seenRights('respond-to-changes', calls);
  expect(unseen).not.toContain('dynamodb:GetItem on dynamodb:table');
  expect(unseen).not.toContain('sqs:SendMessage on sqs:queue');
});

test('the roles allow nothing that no call needs', async () => {
  const unneeded = (await whatIsNotNeeded(own, statements)).filter(
    ({ action }) => !usedByAws(action) && !USED_ON_FAILURE.test(action),
  );
  const carriers = ['GuardCarryOutDecision', 'LeniencyCarryOutDecision'].map((role) =>
    sandbox.physicalId('AWS::IAM::Role', role),
  );
  const isForOthers = ({ role, action, resourceType }: Right) =>
    carriers.includes(role) &&
    (USED_FOR_OTHERS.test(action) || FOR_OTHER_RULES.includes(`${action} on ${resourceType}`));
  expect(unneeded.filter((right) => !isForOthers(right))).toEqual([]);
});

test('only the function that judges clicks signs decisions, and only those that carry them out verify them', () => {
  const mayUse = (right: string) =>
    [
      ...new Set(
        statements
          .filter(({ effect, actions }) => effect === 'Allow' && actions.includes(right))
          .map(({ role }) => role),
      ),
    ].sort();
  expect(mayUse('kms:GenerateMac')).toEqual([
    sandbox.physicalId('AWS::IAM::Role', 'ApprovalsAdvanceRequests'),
  ]);
  expect(mayUse('kms:VerifyMac')).toEqual(
    ['GuardCarryOutDecision', 'LeniencyCarryOutDecision']
      .map((role) => sandbox.physicalId('AWS::IAM::Role', role))
      .sort(),
  );
});

async function open(groupId: string, port: number): Promise<void> {
  await sandbox.open(groupId, {
    IpProtocol: 'tcp',
    FromPort: port,
    ToPort: port,
    IpRanges: [{ CidrIp: '0.0.0.0/0' }],
  });
}
