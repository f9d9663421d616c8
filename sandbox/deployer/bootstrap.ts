import { BucketLocationConstraint, CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { emulatorAccess, type Place } from '../emulator/emulator-access';

const QUALIFIER = 'hnb659fds';
const BOOTSTRAP_VERSION = '30';

/**
 * What `cdk bootstrap` would have made, as far as templates ask for it. Doing it again does no
 * harm.
 */
export async function bootstrap(endpoint: string, place: Place): Promise<void> {
  const access = emulatorAccess(endpoint, place);
  const s3 = new S3Client({ ...access, forcePathStyle: true });
  const ssm = new SSMClient(access);
  await s3.send(
    new CreateBucketCommand({
      Bucket: `cdk-${QUALIFIER}-assets-${place.accountId}-${place.region}`,
      CreateBucketConfiguration: locationOf(place),
    }),
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

/** S3 wants to be told of every Region but its first. */
function locationOf({ region }: Place) {
  const location = Object.values(BucketLocationConstraint).find((each) => each === region);
  return location && { LocationConstraint: location };
}
