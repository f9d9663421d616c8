import { IAMClient } from '@aws-sdk/client-iam';
import type { ApiCall } from '../../sandbox/cloudtrail/tap';
import type { AllowStatement } from '../support/rights/policy-statement';
import { whatIsNotAllowed, whatIsNotNeeded } from '../support/rights/role-rights';
import { ALICE, ApprovalSandbox, MALLORY } from '../support/sandbox/approval-sandbox';
import { policyStatements } from '../support/sandbox/role-policies';

jest.setTimeout(600_000);

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 25 * HOUR_MS;

/**
 * Used by AWS itself in the role's name, as no call of a function shows: by Lambda, for logs and to
 * poll the queues, and by services that encrypt.
 */
const USED_BY_AWS =
  /^(logs:(CreateLogStream|PutLogEvents)|kms:(?!.*Mac$).*|sqs:(ReceiveMessage|DeleteMessage|GetQueueUrl|GetQueueAttributes))$/;

/**
 * What each function does with a message that it could not handle. Not every one meets such a
 * message here.
 */
const USED_ON_FAILURE = /^sqs:ChangeMessageVisibility$/;

/**
 * What a function that carries out does for changes of the other kind, or shares with the one that
 * responds, whose own test has these used.
 */
const USED_FOR_OTHERS =
  /^(ec2:((Authorize|Revoke)SecurityGroupEgress|DescribeSecurityGroups|DescribeManagedPrefixLists|GetManagedPrefixListEntries)|cloudtrail:LookupEvents)$/;

const ROLES = [
  'ApprovalsReceiveInteraction',
  'ApprovalsAdvanceRequests',
  'ApprovalsDeliverMessages',
  'GuardCarryOutDecision',
  'LeniencyCarryOutDecision',
];

let sandbox: ApprovalSandbox;
let statements: AllowStatement[];
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
  sandbox.skipWaits(2 * MINUTE_MS, async () => sandbox.slack.down(false));
  await sandbox.slack.down(true);
  await open(sandbox.guarded, 8082);
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

test('the roles allow nothing that no call needs', async () => {
  const unneeded = (await whatIsNotNeeded(own, statements)).filter(
    ({ action }) => !USED_BY_AWS.test(action) && !USED_ON_FAILURE.test(action),
  );
  const carriers = ['GuardCarryOutDecision', 'LeniencyCarryOutDecision'].map((role) =>
    sandbox.physicalId('AWS::IAM::Role', role),
  );
  expect(
    unneeded.filter(
      ({ role, action }) => !(carriers.includes(role) && USED_FOR_OTHERS.test(action)),
    ),
  ).toEqual([]);
});

test('only the function that judges clicks signs decisions, and only those that carry them out verify them', () => {
  const mayUse = (right: string) =>
    [
      ...new Set(
        statements.filter(({ actions }) => actions.includes(right)).map(({ role }) => role),
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
