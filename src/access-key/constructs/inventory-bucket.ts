import { Stack, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import type { IamKeySentryProps } from './iam-key-sentry-props';
import { acknowledgeWildcard } from '../../shared/constructs/acknowledge-finding';
import type { BundledFunction } from '../../shared/constructs/bundled-function';
import { isKnownLater } from '../../shared/constructs/known-later';
import { warnAtSynth } from '../../shared/constructs/late-advice';
import type { InventoryPlace } from '../contracts/key-sentry-parameter';

const DEFAULT_PREFIX = 'access-keys/';

/**
 * A name of S3 takes 1,024 bytes, and the rest is for the time of the run.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
 */
const LONGEST_PREFIX = 900;

const BUCKET_POLICY_ADVICE = 'cdk-sentries:inventoryBucketPolicy';

/** The bucket that each run puts an inventory of all keys into. */
export class InventoryBucket {
  /** Undefined where no bucket is given. Throws for one that cannot work. */
  static of(
    scope: Construct,
    { inventoryBucket, inventoryPrefix }: IamKeySentryProps,
    homeRegion: string,
  ): InventoryBucket | undefined {
    if (inventoryBucket) {
      refuseOtherRegion(scope, inventoryBucket, homeRegion);
      return new InventoryBucket(scope, inventoryBucket, checkedPrefix(scope, inventoryPrefix));
    }
    if (inventoryPrefix === undefined) return undefined;
    throw new Error(
      `${scope.node.path}: "inventoryPrefix" is "${inventoryPrefix}" and does nothing without "inventoryBucket": name a bucket, or leave it out.`,
    );
  }

  private constructor(
    private readonly scope: Construct,
    private readonly bucket: s3.IBucket,
    private readonly prefix: string,
  ) {}

  public get place(): InventoryPlace {
    const { bucket, prefix } = this;
    return { bucket: bucket.bucketName, prefix, bucketOwner: bucket.env.account };
  }

  public grantWrite(writer: BundledFunction<string>): void {
    const { bucket, prefix } = this;
    const files = bucket.arnForObjects(`${prefix}*`);
    writer.addToRolePolicy(
      new iam.PolicyStatement({ actions: ['s3:PutObject'], resources: [files] }),
    );
    acknowledgeWildcard(writer.role!, files, 'Each run writes a file with a name of its own.');
    if (bucket.encryptionKey) {
      writer.addToRolePolicy(
        new iam.PolicyStatement({
          actions: ['kms:GenerateDataKey'],
          resources: [bucket.encryptionKey.keyArn],
          conditions: {
            StringLike: { 'kms:ViaService': `s3.${bucket.env.region}.amazonaws.com*` },
          },
        }),
      );
    }
    this.adviseOnPolicy();
  }

  /** Nothing here can change the policy of a bucket of another account. */
  private adviseOnPolicy(): void {
    const { scope, bucket } = this;
    const own = Stack.of(scope).account;
    if (!areApart(bucket.env.account, own)) return;
    warnAtSynth(
      scope,
      BUCKET_POLICY_ADVICE,
      `"inventoryBucket" is in account ${bucket.env.account}: its policy has to allow the role of checkFunction s3:PutObject for ${this.prefix}*, and the policy of its key, if it has one, kms:GenerateDataKey. Without that, no inventory is written, and each run says so.`,
    );
  }
}

function refuseOtherRegion(scope: Construct, { env }: s3.IBucket, homeRegion: string): void {
  if (!areApart(env.region, homeRegion)) return;
  throw new Error(
    `${scope.node.path}: "inventoryBucket" is in ${env.region} and the sentry works in ${homeRegion}: name a bucket of ${homeRegion}.`,
  );
}

function areApart(one: string, other: string): boolean {
  return !Token.isUnresolved(one) && !Token.isUnresolved(other) && one !== other;
}

function checkedPrefix(scope: Construct, prefix = DEFAULT_PREFIX): string {
  if (isKnownLater(prefix)) return prefix;
  if (prefix.length > LONGEST_PREFIX) {
    throw new Error(
      `${scope.node.path}: "inventoryPrefix" has ${prefix.length} characters: S3 would take no file with it. Write up to ${LONGEST_PREFIX}.`,
    );
  }
  if (/^([\w!.()-]+\/)+$/.test(prefix)) return prefix;
  throw new Error(
    `${scope.node.path}: "inventoryPrefix" is "${prefix}": write letters, digits or _!.()- between slashes, with one at its end and none at its beginning, such as "${DEFAULT_PREFIX}".`,
  );
}
