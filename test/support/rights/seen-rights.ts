import { rightsAskedBy } from './asked-rights';
import { rightsOfCalls } from './bundled-and-sent';
import { HOLDERS } from './rights-apps';
import type { ApiCall } from '../../../sandbox/cloudtrail/tap';

/** How what the files of a function say of its calls compares with those that it made. */
export interface SeenRights {
  /** That its calls can ask for, and did not. */
  readonly unseen: readonly string[];
  /** That its calls asked for, and its files say nothing of. */
  readonly unknown: readonly string[];
}

/**
 * The name of the dead-letter queue is asked for when a message is given up, which
 * `test/slow/failures-are-named.test.ts` plays.
 */
const PLAYED_ELSEWHERE = ['sqs:GetQueueAttributes on sqs:queue'];

const MEMBER_ROLES = [
  'sts:AssumeRole on sts:role',
  'sts:AssumeRole: sts:SetSourceIdentity on sts:role',
];

const MANY_MESSAGES = 'sqs:SendMessageBatch: sqs:SendMessage on sqs:queue';

/** That only sentries with a bucket for inventories ask for: `iam-key-sentry-findings.test.ts`. */
const WITH_A_BUCKET: Readonly<Record<string, readonly string[]>> = {
  'check-access-keys': ['s3:PutObject on s3:object'],
};

/** That direct messages to owners of keys ask for: `iam-key-approval.test.ts`. */
const WITH_DIRECT_MESSAGES: Readonly<Record<string, readonly string[]>> = {
  'deliver-messages': ['dynamodb:PutItem on dynamodb:table'],
};

/** That only sentries with a hub ask for, as `test/slow/organization-*.test.ts` play it. */
const IN_A_HUB: Readonly<Record<string, readonly string[]>> = {
  'respond-to-changes': [...MEMBER_ROLES, MANY_MESSAGES],
  'carry-out-decision': MEMBER_ROLES,
  'operate-sentry': MEMBER_ROLES,
  'check-access-keys': [
    ...MEMBER_ROLES,
    MANY_MESSAGES,
    'dynamodb:GetItem on dynamodb:table',
    'dynamodb:Query on dynamodb:table',
    'sqs:ChangeMessageVisibility on sqs:queue',
  ],
  'carry-out-key-decision': [...MEMBER_ROLES, 'dynamodb:Query on dynamodb:table'],
};

/**
 * Of sentries without a hub.
 *
 * @param bundle of the function's handler, such as `respond-to-changes`.
 */
export async function seenRights(bundle: string, calls: readonly ApiCall[]): Promise<SeenRights> {
  const holder = HOLDERS.find(({ handler }) => handler.endsWith(`/${bundle}`));
  if (!holder) throw new Error(`No function has the handler ${bundle}.`);
  const playedElsewhere = [
    ...PLAYED_ELSEWHERE,
    ...(WITH_A_BUCKET[bundle] ?? []),
    ...(WITH_DIRECT_MESSAGES[bundle] ?? []),
    ...(IN_A_HUB[bundle] ?? []),
  ];
  const expected = new Set(
    (await rightsOfCalls(holder)).map(({ call, action, type }) =>
      nameOf(call, action.name, type?.name),
    ),
  );
  const seen = new Set(
    (
      await Promise.all(
        calls.map(async (call) =>
          (await rightsAskedBy(call)).map(({ action, resourceType }) =>
            nameOf(`${call.service}:${call.action}`, action, resourceType),
          ),
        ),
      )
    ).flat(),
  );
  return {
    unseen: [...expected]
      .filter((right) => !seen.has(right) && !playedElsewhere.includes(right))
      .sort(),
    unknown: [...seen].filter((right) => !expected.has(right)).sort(),
  };
}

function nameOf(call: string, action: string, resourceType = 'all'): string {
  return call === action ? `${call} on ${resourceType}` : `${call}: ${action} on ${resourceType}`;
}
