import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { ACCOUNT_ID, emulatorAccess, REGION } from '../emulator/emulator-access';

const QUALIFIER = 'hnb659fds';
const BOOTSTRAP_VERSION = '30';

/**
 * What `cdk bootstrap` would have made, as far as templates ask for it. Doing it again does no
 * harm.
 */
export async function bootstrap(endpoint: string): Promise<void> {
  const s3 = new S3Client({ ...emulatorAccess(endpoint), forcePathStyle: true });
  const ssm = new SSMClient(emulatorAccess(endpoint));
  await s3.send(
    new CreateBucketCommand({ Bucket: `cdk-${QUALIFIER}-assets-${ACCOUNT_ID}-${REGION}` }),
  );
  await ssm.send(
    new PutParameterCommand({
      Name: `/cdk-bootstrap/${QUALIFIER}/version`,
      Type: 'String',
      Value: BOOTSTRAP_VERSION,
      Overwrite: true,
    }),
  );
}
