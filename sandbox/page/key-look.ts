import {
  type AccessKeyMetadata,
  GetAccessKeyLastUsedCommand,
  IAMClient,
  ListAccessKeysCommand,
  paginateListUsers,
} from '@aws-sdk/client-iam';
import type { FactOf, KeysShown } from './facts';
import type { LocalAws } from '../local-aws';

const DAY_MS = 86_400_000;

/** All access keys of the account, the oldest first. */
export async function lookAtKeys(localAws: LocalAws, maxAgeDays: number): Promise<FactOf<'keys'>> {
  const { accountId, region } = localAws;
  const client = new IAMClient(localAws.accessTo({ accountId, region }));
  try {
    const keys = await Promise.all(
      (await metadataOf(client)).map(async (key) => ({ key, lastUse: await lastUse(key, client) })),
    );
    const shown = keys.map(({ key, lastUse: at }) => shownKey(key, at, localAws.now()));
    return {
      kind: 'keys',
      maxAgeDays,
      keys: shown.sort((one, other) => other.ageDays - one.ageDays),
    };
  } finally {
    client.destroy();
  }
}

async function metadataOf(client: IAMClient): Promise<AccessKeyMetadata[]> {
  const keys: AccessKeyMetadata[] = [];
  for await (const { Users = [] } of paginateListUsers({ client }, {})) {
    for (const { UserName } of Users) {
      const { AccessKeyMetadata: ofUser = [] } = await client.send(
        new ListAccessKeysCommand({ UserName }),
      );
      keys.push(...ofUser);
    }
  }
  return keys;
}

async function lastUse(
  { AccessKeyId }: AccessKeyMetadata,
  client: IAMClient,
): Promise<Date | undefined> {
  const { AccessKeyLastUsed } = await client.send(new GetAccessKeyLastUsedCommand({ AccessKeyId }));
  return AccessKeyLastUsed?.LastUsedDate;
}

function shownKey(
  { AccessKeyId = '', UserName = '', Status, CreateDate }: AccessKeyMetadata,
  usedAt: Date | undefined,
  now: Date,
): KeysShown['keys'][number] {
  return {
    id: AccessKeyId,
    user: UserName,
    status: Status ?? 'unknown',
    ageDays: daysBetween(CreateDate ?? now, now),
    ...(usedAt && { unusedDays: daysBetween(usedAt, now) }),
  };
}

function daysBetween(from: Date, to: Date): number {
  return Math.max(0, Math.floor((to.getTime() - from.getTime()) / DAY_MS));
}
