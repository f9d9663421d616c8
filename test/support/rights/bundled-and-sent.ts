import { join } from 'node:path';
import { type PossibleRight, rightsPossiblyAskedBy } from './asked-rights';
import { callsImportedBy } from './bundled-calls';
import type { RightsHolder } from './rights-apps';

const SOURCES = join(__dirname, '..', '..', '..', 'src');

/**
 * Calls of functions that work in members, which they make with a role of the member. Roles are
 * listed in the own account alone, to find a sentry of another Region.
 */
const IN_A_MEMBER =
  /^(ec2:|iam:(?!ListRoles$)|cloudtrail:LookupEvents$|events:(DescribeRule|ListTargetsByRule)$)/;

/** By handler: such calls that it makes in members alone, and never in its own account. */
const IN_MEMBERS_ALONE: Readonly<Record<string, RegExp>> = {
  'organization/handlers/look-at-member': IN_A_MEMBER,
  'security-group/handlers/reconcile-member': IN_A_MEMBER,
  // A member says there how much it allows.
  'access-key/handlers/check-access-keys': /^iam:GetRole$/,
  'access-key/handlers/carry-out-key-decision': /^iam:GetRole$/,
};

interface NeverSent {
  /** Such as `ec2:CreateTags`; or `dynamodb:Query on dynamodb:index`, for one kind of them. */
  readonly calls: readonly string[];
  readonly because: string;
}

const CHANGES_OF_RULES = [
  'ec2:AuthorizeSecurityGroupEgress',
  'ec2:AuthorizeSecurityGroupIngress',
  'ec2:CreateTags',
  'ec2:ModifySecurityGroupRules',
  'ec2:RevokeSecurityGroupEgress',
  'ec2:RevokeSecurityGroupIngress',
];

const VPCS_OF_POLICIES: NeverSent = {
  calls: ['ec2:DescribeVpcs'],
  because: 'no policy of the example names a VPC',
};

const INDEX = 'dynamodb:Query on dynamodb:index';

/** The records of all groups are in an index. */
const OF_ALL_GROUPS = INDEX;

/**
 * By handler: calls whose commands stand in a file that it imports, and that it does not send.
 */
const NEVER_SENT: Readonly<Record<string, readonly NeverSent[]>> = {
  'security-group/handlers/respond-to-changes': [
    VPCS_OF_POLICIES,
    { calls: ['ec2:CreateTags'], because: 'rules that it makes get their tags as they are made' },
    { calls: [OF_ALL_GROUPS], because: 'it reads what is known of one group' },
    { calls: ['dynamodb:Scan'], because: 'what is covered is for others to see' },
  ],
  'security-group/handlers/reconcile-groups': [
    VPCS_OF_POLICIES,
    { calls: CHANGES_OF_RULES, because: 'it only looks at groups' },
    {
      calls: ['dynamodb:GetItem', 'dynamodb:Scan', 'dynamodb:UpdateItem', 'sts:AssumeRole'],
      because: 'other functions work for the members of a hub',
    },
  ],
  'security-group/handlers/operate-sentry': [
    VPCS_OF_POLICIES,
    { calls: CHANGES_OF_RULES, because: 'it only looks at groups' },
    { calls: ['dynamodb:DeleteItem'], because: 'what is over is forgotten by reconcile' },
    {
      calls: ['cloudtrail:LookupEvents', 'dynamodb:GetItem', 'dynamodb:UpdateItem'],
      because: 'it hears of no event, and looks for none',
    },
    { calls: ['dynamodb:Scan'], because: 'what is covered is for others to see' },
  ],
  'security-group/handlers/rehearse-policies': [
    VPCS_OF_POLICIES,
    { calls: CHANGES_OF_RULES, because: 'it only looks at groups' },
  ],
  'security-group/handlers/reconcile-member': [
    { calls: CHANGES_OF_RULES, because: 'it only looks at groups' },
    {
      calls: ['dynamodb:GetItem', 'dynamodb:Scan', 'dynamodb:UpdateItem'],
      because: 'it hears of no event, and what is covered is for others to see',
    },
  ],
  'security-group/handlers/schedule-members': [
    {
      calls: [
        'dynamodb:DeleteItem',
        'dynamodb:GetItem',
        'dynamodb:PutItem',
        'dynamodb:Query',
        'dynamodb:UpdateItem',
      ],
      because: 'it only sees what is covered',
    },
  ],
  'organization/handlers/watch-coverage': [
    { calls: [INDEX], because: 'its table has none' },
    {
      calls: ['dynamodb:GetItem', 'dynamodb:UpdateItem'],
      because: 'it reads and writes whole items, many at once',
    },
  ],
  'organization/handlers/look-at-member': [
    {
      calls: [
        'dynamodb:DeleteItem',
        'dynamodb:GetItem',
        'dynamodb:PutItem',
        'dynamodb:Query',
        'dynamodb:Scan',
      ],
      because: 'it only writes what it found in a member',
    },
    { calls: ['sqs:SendMessageBatch'], because: 'others have members looked at' },
  ],
  'security-group/handlers/carry-out-decision': [
    VPCS_OF_POLICIES,
    { calls: [OF_ALL_GROUPS], because: 'it reads what is known of one group' },
    { calls: ['dynamodb:Scan'], because: 'what is covered is for others to see' },
    { calls: ['kms:GenerateMac'], because: 'it verifies decisions, and makes none' },
  ],
  'access-key/handlers/check-access-keys': [{ calls: [INDEX], because: 'its tables have none' }],
  'access-key/handlers/carry-out-key-decision': [
    { calls: [INDEX], because: 'its tables have none' },
    { calls: ['iam:DeleteAccessKey'], because: 'people are asked about deactivating alone' },
    { calls: ['kms:GenerateMac'], because: 'it verifies decisions, and makes none' },
  ],
  'approval/handlers/receive-interaction': [
    {
      calls: ['dynamodb:GetItem', 'dynamodb:UpdateItem'],
      because: 'it adds clicks to the table, and nothing else',
    },
  ],
  'approval/handlers/advance-requests': [
    { calls: ['kms:VerifyMac'], because: 'it makes decisions, and verifies none' },
    { calls: ['dynamodb:PutItem'], because: 'it puts items in transactions only' },
  ],
  'approval/handlers/ask-approval': [
    { calls: ['dynamodb:UpdateItem'], because: 'how far a decision is, others write down' },
  ],
  'approval/handlers/carry-out-action': [
    { calls: ['dynamodb:PutItem'], because: 'what is asked is stored before people are' },
    { calls: ['kms:GenerateMac'], because: 'it verifies decisions, and makes none' },
  ],
  'approval/handlers/deliver-messages': [
    {
      calls: ['dynamodb:Query'],
      because: 'what is due is found by the function that advances requests',
    },
    {
      calls: ['dynamodb:UpdateItem'],
      because: 'the function that advances requests keeps what was written for longer',
    },
  ],
};

/** All whose commands are in the bundle. */
export function callsBundledWith({ handler }: RightsHolder): string[] {
  return callsImportedBy(join(SOURCES, `${handler}.lambda.ts`));
}

export function neverSentBy({ handler }: RightsHolder): readonly NeverSent[] {
  return NEVER_SENT[handler] ?? [];
}

/** The calls that the function makes with its own role. */
export function callsMadeBy(holder: RightsHolder): string[] {
  return callsSentBy(holder).filter((call) => !isForMembersAlone(holder, call));
}

/** With whatever role. */
function callsSentBy(holder: RightsHolder): string[] {
  const never = neverSentBy(holder).flatMap(({ calls }) => calls);
  return callsBundledWith(holder).filter((call) => !never.includes(call));
}

function isForMembersAlone({ handler }: RightsHolder, call: string): boolean {
  return IN_MEMBERS_ALONE[handler]?.test(call) ?? false;
}

/** The calls that the function makes in members, with a role of theirs. */
export function callsMadeInMembers(holder: RightsHolder): string[] {
  return callsSentBy(holder).filter((call) => IN_A_MEMBER.test(call));
}

/** All that the calls which the function makes can ask for. */
export async function rightsOfCalls(holder: RightsHolder): Promise<RightOfCall[]> {
  const never = neverSentBy(holder).flatMap(({ calls }) => calls);
  const rights = await Promise.all(
    callsMadeBy(holder).map(async (call) =>
      (await rightsPossiblyAskedBy(call))
        .filter(({ type }) => !never.includes(`${call} on ${type?.name}`))
        .map((right) => ({ ...right, call })),
    ),
  );
  return rights.flat();
}

export interface RightOfCall extends PossibleRight {
  readonly call: string;
}

/**
 * Rights that no call of a function shows, since AWS uses them in the role's name. The key of a
 * decision is used by functions themselves.
 */
const USED_BY_AWS: readonly { readonly actions: RegExp; readonly by: string }[] = [
  { actions: /^logs:(CreateLogStream|PutLogEvents)$/, by: 'Lambda, for the log' },
  {
    actions: /^sqs:(ReceiveMessage|DeleteMessage|GetQueueUrl|GetQueueAttributes)$/,
    by: 'Lambda, to take messages from the queue',
  },
  { actions: /^kms:(?!.*Mac$).*$/, by: 'the service whose data the key encrypts' },
];

/** Undefined where it is one for calls of functions alone. */
export function usedByAws(action: string): string | undefined {
  return USED_BY_AWS.find(({ actions }) => actions.test(action))?.by;
}
