import {
  type AccessKeyMetadata,
  DeleteAccessKeyCommand,
  GetAccessKeyLastUsedCommand,
  type IAMClient,
  IAMServiceException,
  NoSuchEntityException,
  paginateGetGroup,
  paginateListAccessKeys,
  paginateListUserTags,
  UpdateAccessKeyCommand,
} from '@aws-sdk/client-iam';
import pLimit from 'p-limit';
import { fetchCredentialReport } from './credential-report';
import { CLIENT_SETTINGS } from '../../shared/adapters/aws/client-settings';
import type { Clock } from '../../shared/domain/clock';
import type { AccessKey, KeyStatus, LastUse } from '../domain/access-key';
import type { ReportRow } from '../domain/credential-report';
import type { ChangeAnswer, KeyChanger } from '../domain/ports';
import type { AccessKeySource } from '../domain/survey';

/**
 * IAM throttles the whole account, with everyone else in it: the client slows down by itself, and
 * gives up late.
 */
export const IAM_CLIENT_SETTINGS = { ...CLIENT_SETTINGS, maxAttempts: 10, retryMode: 'adaptive' };

const CALLS_AT_ONCE = 12;

const STATUSES: readonly string[] = ['Active', 'Inactive', 'Expired'] satisfies KeyStatus[];

export class IamAccessKeys implements AccessKeySource, KeyChanger {
  private readonly limit = pLimit(CALLS_AT_ONCE);

  constructor(
    private readonly client: IAMClient,
    private readonly clock: Clock,
  ) {}

  async credentialReport(): Promise<ReportRow[]> {
    return this.limit(() => named(fetchCredentialReport(this.client, this.clock)));
  }

  async keysOf(userName: string): Promise<AccessKey[] | undefined> {
    return this.ask(async () => {
      const keys: AccessKey[] = [];
      for await (const { AccessKeyMetadata: page } of paginateListAccessKeys(
        { client: this.client },
        { UserName: userName },
      )) {
        keys.push(...(page ?? []).map((metadata) => accessKey(metadata, userName)));
      }
      return keys;
    });
  }

  async lastUseOf(keyId: string): Promise<LastUse | undefined> {
    return this.ask(async () => {
      const { AccessKeyLastUsed: use } = await this.client.send(
        new GetAccessKeyLastUsedCommand({ AccessKeyId: keyId }),
      );
      if (!use) throw new Error('IAM answers nothing about its last use');
      const { LastUsedDate: at, ServiceName: service, Region: region } = use;
      return at ? { kind: 'used', at, service, region } : { kind: 'never' };
    });
  }

  async membersOf(groupName: string): Promise<string[] | undefined> {
    return this.ask(async () => {
      const names: string[] = [];
      for await (const { Users: page } of paginateGetGroup(
        { client: this.client, pageSize: 1000 },
        { GroupName: groupName },
      )) {
        names.push(...(page ?? []).flatMap(({ UserName: name }) => name ?? []));
      }
      return names;
    });
  }

  async tagsOf(userName: string): Promise<ReadonlyMap<string, string> | undefined> {
    return this.ask(async () => {
      const tags = new Map<string, string>();
      for await (const { Tags: page } of paginateListUserTags(
        { client: this.client },
        { UserName: userName },
      )) {
        for (const { Key: key, Value: value } of page ?? []) {
          if (key !== undefined) tags.set(key, value ?? '');
        }
      }
      return tags;
    });
  }

  /**
   * Without the user's name, here and below, IAM would take the key for one of the caller's own.
   */
  async deactivate(userName: string, keyId: string): Promise<ChangeAnswer> {
    return this.change(() =>
      this.client.send(
        new UpdateAccessKeyCommand({ UserName: userName, AccessKeyId: keyId, Status: 'Inactive' }),
      ),
    );
  }

  async delete(userName: string, keyId: string): Promise<ChangeAnswer> {
    return this.change(() =>
      this.client.send(new DeleteAccessKeyCommand({ UserName: userName, AccessKeyId: keyId })),
    );
  }

  private async change(call: () => Promise<unknown>): Promise<ChangeAnswer> {
    try {
      await this.limit(async () => named(call()));
      return { kind: 'done' };
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      if (error.cause instanceof NoSuchEntityException) return goneAfter(error.cause);
      if (isRefusal(error)) return { kind: 'refused', reason: error.message };
      throw error;
    }
  }

  /**
   * Undefined where the user, group or key is not there (any more). Everything else that goes wrong
   * is told by name.
   */
  private async ask<T>(call: () => Promise<T>): Promise<T | undefined> {
    return this.limit(() =>
      named(
        call().catch((error: unknown) => {
          if (error instanceof NoSuchEntityException) return undefined;
          throw error;
        }),
      ),
    );
  }
}

function goneAfter({ $metadata: { attempts = 1 } }: NoSuchEntityException): ChangeAnswer {
  return { kind: 'gone', ...(attempts > 1 && { attempts }) };
}

function accessKey(
  { AccessKeyId: id, Status: status, CreateDate: createdAt }: AccessKeyMetadata,
  userName: string,
): AccessKey {
  if (!id) throw new Error('IAM lists a key without an id');
  if (!createdAt) throw new Error(`IAM does not say when ${id} was created`);
  if (!isKeyStatus(status)) {
    throw new Error(`IAM says that the status of ${id} is ${status}: that is not known here`);
  }
  return { id, userName, status, createdAt };
}

function isKeyStatus(status: string | undefined): status is KeyStatus {
  return status !== undefined && STATUSES.includes(status);
}

/** IAM looked at the call and did not make it. After a throttled or broken one, no one knows. */
function isRefusal(error: unknown): error is Error {
  if (!(error instanceof Error) || !(error.cause instanceof IAMServiceException)) return false;
  const {
    name,
    $metadata: { httpStatusCode = 0 },
  } = error.cause;
  return (
    httpStatusCode >= 400 &&
    httpStatusCode < 500 &&
    !/Throttl|RequestLimit|TooManyRequests/.test(name)
  );
}

/** Reports quote the message only, and "Rate exceeded" does not say as much as "Throttling". */
async function named<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof Error) || error.name === 'Error') throw error;
    throw new Error(`${error.name}: ${error.message}`, { cause: error });
  }
}
