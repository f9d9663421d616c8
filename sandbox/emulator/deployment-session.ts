import { CreateRoleCommand, EntityAlreadyExistsException, IAMClient } from '@aws-sdk/client-iam';
import { assumeRole, type AwsCredentials } from './credentials';
import { emulatorAccess, type Place } from './emulator-access';
import { CLOUD_FORMATION } from '../cloudtrail/caller';

const QUALIFIER = 'hnb659fds';

const TRUST_POLICY = {
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: CLOUD_FORMATION } },
  ],
};

/**
 * The session in which CloudFormation makes the changes of a deployment by the CDK, under the role
 * that `cdk bootstrap` makes for it.
 *
 * @see https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-env.html
 */
export async function deploymentSession(endpoint: string, place: Place): Promise<AwsCredentials> {
  const { accountId, region } = place;
  const name = `cdk-${QUALIFIER}-cfn-exec-role-${accountId}-${region}`;
  const iam = new IAMClient(emulatorAccess(endpoint, place));
  const command = new CreateRoleCommand({
    RoleName: name,
    AssumeRolePolicyDocument: JSON.stringify(TRUST_POLICY),
  });
  await iam
    .send(command)
    .catch((error: unknown) => {
      if (!(error instanceof EntityAlreadyExistsException)) throw error;
    })
    .finally(() => iam.destroy());
  return assumeRole(endpoint, `arn:aws:iam::${accountId}:role/${name}`, 'AWSCloudFormation');
}
