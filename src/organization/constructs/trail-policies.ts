import * as iam from 'aws-cdk-lib/aws-iam';

/** What tells a trail from all others, and where its files go within a bucket. */
export interface TrailIdentity {
  readonly partition: string;
  readonly region: string;
  /** That of the management account, for an organization trail. */
  readonly ownerAccount: string;
  readonly name: string;
  readonly organizationId?: string;
  readonly logPrefix?: string;
}

const CLOUDTRAIL = 'cloudtrail.amazonaws.com';

export function trailArnOf({ partition, region, ownerAccount, name }: TrailIdentity): string {
  return `arn:${partition}:cloudtrail:${region}:${ownerAccount}:trail/${name}`;
}

/** How the keys of all log files and digest files begin. */
export function logFilePrefixOf(trail: TrailIdentity): string {
  return filePrefix(trail, trail.organizationId ?? trail.ownerAccount);
}

/** How the keys of those of the owner's account begin. */
export function ownFilePrefixOf(trail: TrailIdentity): string {
  return trail.organizationId === undefined
    ? logFilePrefixOf(trail)
    : `${logFilePrefixOf(trail)}${trail.ownerAccount}/`;
}

/**
 * Lets the trail write its files, and no one else write or delete any, but services of AWS, and the
 * role that empties the bucket before it is deleted, where it has one. Who reads the files may rely
 * on it that CloudTrail wrote them.
 */
export function bucketStatements(
  trail: TrailIdentity,
  bucketArn: string,
  emptyingRoleArn?: string,
): iam.PolicyStatement[] {
  const isTrail = { 'aws:SourceArn': trailArnOf(trail) };
  const files = [filePrefix(trail, trail.ownerAccount), logFilePrefixOf(trail)];
  const resources = [...new Set(files)].map((prefix) => `${bucketArn}/${prefix}*`);
  return [
    new iam.PolicyStatement({
      sid: 'TrailReadsAcl',
      principals: [new iam.ServicePrincipal(CLOUDTRAIL)],
      actions: ['s3:GetBucketAcl'],
      resources: [bucketArn],
      conditions: { StringEquals: isTrail },
    }),
    new iam.PolicyStatement({
      sid: 'TrailWrites',
      principals: [new iam.ServicePrincipal(CLOUDTRAIL)],
      actions: ['s3:PutObject'],
      resources,
      conditions: { StringEquals: { ...isTrail, 's3:x-amz-acl': 'bucket-owner-full-control' } },
    }),
    ...servicesOnly(resources, emptyingRoleArn),
  ];
}

/** The role that empties the bucket may delete what is in it, and write nothing. */
function servicesOnly(resources: string[], emptyingRoleArn?: string): iam.PolicyStatement[] {
  const writing = ['s3:PutObject', 's3:ReplicateObject', 's3:ReplicateDelete'];
  const deleting = ['s3:DeleteObject', 's3:DeleteObjectVersion'];
  const denied = (sid: string, actions: string[], besides?: string) =>
    new iam.PolicyStatement({
      sid,
      effect: iam.Effect.DENY,
      principals: [new iam.AnyPrincipal()],
      actions,
      resources,
      conditions: {
        Bool: { 'aws:PrincipalIsAWSService': 'false' },
        ...(besides && { ArnNotEquals: { 'aws:PrincipalArn': besides } }),
      },
    });
  if (!emptyingRoleArn) return [denied('ServicesOnly', [...writing, ...deleting])];
  return [
    denied('ServicesOnly', writing),
    denied('ServicesAndEmptyingOnly', deleting, emptyingRoleArn),
  ];
}

/** Lets the trail encrypt its files with the key. */
export function keyStatements(trail: TrailIdentity): iam.PolicyStatement[] {
  const { partition, ownerAccount, name } = trail;
  const isTrail = { 'aws:SourceArn': trailArnOf(trail) };
  return [
    new iam.PolicyStatement({
      sid: 'TrailEncrypts',
      principals: [new iam.ServicePrincipal(CLOUDTRAIL)],
      actions: ['kms:GenerateDataKey*'],
      resources: ['*'],
      conditions: {
        StringEquals: isTrail,
        StringLike: {
          'kms:EncryptionContext:aws:cloudtrail:arn': `arn:${partition}:cloudtrail:*:${ownerAccount}:trail/${name}`,
        },
      },
    }),
    new iam.PolicyStatement({
      sid: 'TrailDescribesKey',
      principals: [new iam.ServicePrincipal(CLOUDTRAIL)],
      actions: ['kms:DescribeKey'],
      resources: ['*'],
      conditions: { StringEquals: isTrail },
    }),
  ];
}

function filePrefix({ logPrefix }: TrailIdentity, folder: string): string {
  return `${logPrefix === undefined ? '' : `${logPrefix}/`}AWSLogs/${folder}/`;
}
