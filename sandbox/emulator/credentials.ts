import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  IAMClient,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import * as z from 'zod/mini';
import { emulatorAccess, HOME } from './emulator-access';

const ADMINISTRATOR = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
};

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

const UserKey = z.object({ AccessKeyId: z.string(), SecretAccessKey: z.string() });
const SessionKey = z.object({
  AccessKeyId: z.string(),
  SecretAccessKey: z.string(),
  SessionToken: z.string(),
});

export async function createAdministrator(
  emulatorEndpoint: string,
  name: string,
  accountId = HOME.accountId,
): Promise<AwsCredentials> {
  const iam = new IAMClient(emulatorAccess(emulatorEndpoint, { ...HOME, accountId }));
  await iam.send(new CreateUserCommand({ UserName: name }));
  await iam.send(
    new PutUserPolicyCommand({
      UserName: name,
      PolicyName: 'administrator',
      PolicyDocument: JSON.stringify(ADMINISTRATOR),
    }),
  );
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: name }));
  const { AccessKeyId, SecretAccessKey } = UserKey.parse(AccessKey);
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey };
}

export async function assumeRole(
  emulatorEndpoint: string,
  roleArn: string,
  sessionName: string,
): Promise<AwsCredentials> {
  const sts = new STSClient(emulatorAccess(emulatorEndpoint));
  const { Credentials } = await sts.send(
    new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: sessionName }),
  );
  const { AccessKeyId, SecretAccessKey, SessionToken } = SessionKey.parse(Credentials);
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: SessionToken,
  };
}
