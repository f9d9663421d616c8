import {
  GetAccessKeyLastUsedCommand,
  IAMClient,
  ListAccessKeysCommand,
  paginateListUsers,
} from '@aws-sdk/client-iam';
import type { AwsCredentials, LocalAws } from '../../sandbox/local-aws';

/**
 * Our own short re-creation of what the known scripts do, but for all pages: one call after
 * another, for every user and every key.
 */
export async function classicScan(localAws: LocalAws, credentials: AwsCredentials): Promise<void> {
  const iam = new IAMClient({
    endpoint: localAws.endpoint,
    region: localAws.region,
    credentials,
  });
  for await (const { Users = [] } of paginateListUsers({ client: iam }, {})) {
    for (const { UserName } of Users) {
      const { AccessKeyMetadata = [] } = await iam.send(new ListAccessKeysCommand({ UserName }));
      for (const { AccessKeyId } of AccessKeyMetadata) {
        await iam.send(new GetAccessKeyLastUsedCommand({ AccessKeyId }));
      }
    }
  }
}
