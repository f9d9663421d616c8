import type { DeployedApp } from './deployed-apps';

/** What a handler may do for a property, and does not where no template has that property. */
interface OfUnsetProperty {
  readonly type: string;
  /** Each as in a template; none where the type has no property for it. */
  readonly properties: readonly string[];
  readonly permissions: RegExp;
}

const OF_UNSET_PROPERTIES: readonly OfUnsetProperty[] = [
  {
    type: 'AWS::Lambda::Function',
    properties: ['CodeSigningConfigArn', 'CapacityProviderConfig', 'FunctionScalingConfig'],
    permissions:
      /^lambda:(PutFunctionCodeSigningConfig|DeleteFunctionCodeSigningConfig|PassCapacityProvider|PutFunctionScalingConfig)$/,
  },
  {
    type: 'AWS::Lambda::Function',
    properties: ['FileSystemConfigs', 'Layers'],
    permissions: /^(elasticfilesystem:.*|s3files:.*|lambda:GetLayerVersion)$/,
  },
  {
    type: 'AWS::Lambda::Function',
    properties: ['RuntimeManagementConfig', 'RecursiveLoop'],
    permissions:
      /^lambda:(PutRuntimeManagementConfig|AssociateRuntimeAlias|PutFunctionRecursionConfig|PublishVersion)$/,
  },
  {
    type: 'AWS::DynamoDB::Table',
    properties: ['ImportSourceSpecification', 'KinesisStreamSpecification'],
    permissions:
      /^(kinesis:.*|dynamodb:(.*Import.*|(En|Dis)ableKinesis.*|UpdateKinesis.*)|logs:.*|s3:.*)$/,
  },
  {
    type: 'AWS::DynamoDB::Table',
    properties: ['ContributorInsightsSpecification'],
    permissions: /^dynamodb:UpdateContributorInsights$/,
  },
  {
    // Replicas are of another type, and so is what fills them.
    type: 'AWS::DynamoDB::Table',
    properties: [],
    permissions:
      /^(iam:CreateServiceLinkedRole|dynamodb:(.*Replica|Scan|Query|.*Item|BatchWriteItem))$/,
  },
  {
    type: 'AWS::Logs::LogGroup',
    properties: [
      'BearerTokenAuthenticationEnabled',
      'DataProtectionPolicy',
      'DeletionProtectionEnabled',
      'FieldIndexPolicies',
      'ResourcePolicyDocument',
    ],
    permissions:
      /^(firehose:.*|logs:((Put|Delete)(DataProtection|Index|Resource)Policy|PutBearer.*|PutLogGroupDeletion.*|CreateLogDelivery))$/,
  },
  {
    type: 'AWS::SNS::Topic',
    properties: ['DataProtectionPolicy', 'DeliveryStatusLogging'],
    permissions: /^(sns:PutDataProtectionPolicy|iam:PassRole)$/,
  },
  {
    type: 'AWS::Events::EventBus',
    properties: ['KmsKeyIdentifier'],
    permissions: /^kms:.*$/,
  },
  {
    type: 'AWS::Lambda::EventSourceMapping',
    properties: ['KmsKeyArn'],
    permissions: /^kms:.*$/,
  },
  {
    type: 'AWS::IAM::Policy',
    properties: ['Users', 'Groups'],
    permissions: /^iam:(Get|Put|Delete)(User|Group)Policy$/,
  },
  {
    type: 'AWS::S3::Bucket',
    properties: [
      'AccelerateConfiguration',
      'AnalyticsConfigurations',
      'CorsConfiguration',
      'IntelligentTieringConfigurations',
      'InventoryConfigurations',
      'MetadataConfiguration',
      'MetadataTableConfiguration',
      'MetricsConfigurations',
      'ObjectLockConfiguration',
      'ReplicationConfiguration',
      'WebsiteConfiguration',
    ],
    permissions:
      /^(s3tables:.*|iam:PassRole|s3:((Create|Put|Delete|Update).*(Metadata|Replication|Website|CORS|Cors|Analytics|Accelerate|Tiering|Inventory|Metrics|ObjectLock).*|PutObjectAcl|DeleteObject|PutBucketAcl|PutBucketAbac))$/,
  },
  {
    type: 'AWS::CloudTrail::Trail',
    properties: ['AggregationConfigurations', 'CloudWatchLogsRoleArn', 'InsightSelectors'],
    permissions: /^(iam:PassRole|cloudtrail:(PutInsightSelectors|PutEventConfiguration))$/i,
  },
  {
    // For the role that CloudTrail has in an organization: the page says so.
    type: 'AWS::CloudTrail::Trail',
    properties: [],
    permissions: /^(iam:CreateServiceLinkedRole|organizations:.*)$/,
  },
  {
    type: 'AWS::CloudFormation::StackSet',
    properties: ['AdministrationRoleARN'],
    permissions: /^iam:PassRole$/,
  },
];

export function isUnneeded(type: string, permission: string): boolean {
  return OF_UNSET_PROPERTIES.some((one) => one.type === type && one.permissions.test(permission));
}

/** Properties that a template has by now, though permissions for them are left out. */
export function propertiesThatAreSet(apps: readonly DeployedApp[]): string[] {
  const resources = apps
    .flatMap(({ templates }) => templates)
    .flatMap((template) => Object.values(template.Resources));
  return OF_UNSET_PROPERTIES.flatMap(({ type, properties }) =>
    properties
      .filter((property) =>
        resources.some((resource) => resource.Type === type && resource.Properties?.[property]),
      )
      .map((property) => `${type}: ${property}`),
  );
}
