import * as z from 'zod/mini';

/**
 * Types of resources that hold something, or that others know by name or address, each with the
 * properties that CloudFormation cannot change without a new resource (or not at all).
 */
const REPLACED_BY: Readonly<Record<string, readonly string[]>> = {
  'AWS::ApiGatewayV2::Api': ['ProtocolType'],
  'AWS::CloudTrail::Trail': ['TrailName'],
  'AWS::DynamoDB::Table': [
    'TableName',
    'KeySchema',
    'LocalSecondaryIndexes',
    'ImportSourceSpecification',
  ],
  'AWS::KMS::Key': ['KeySpec', 'KeyUsage', 'MultiRegion', 'Origin'],
  'AWS::Logs::LogGroup': ['LogGroupName'],
  'AWS::S3::Bucket': ['BucketName'],
  'AWS::SNS::Topic': ['TopicName', 'FifoTopic'],
  'AWS::SQS::Queue': ['QueueName', 'FifoQueue'],
  'AWS::SSM::Parameter': ['Name'],
  'AWS::SecretsManager::Secret': ['Name'],
};

const Template = z.object({
  Resources: z.record(
    z.string(),
    z.object({ Type: z.string(), Properties: z._default(z.record(z.string(), z.unknown()), {}) }),
  ),
});

/** By logical id: its type, and what would replace it. */
const StatefulResources = z.record(z.string(), z.looseObject({ Type: z.string() }));
type StatefulResources = z.infer<typeof StatefulResources>;

/** By stack. */
export const StatefulStacks = z.record(z.string(), StatefulResources);
type StatefulStacks = z.infer<typeof StatefulStacks>;

export function statefulResourcesIn(template: string): StatefulResources {
  const { Resources } = Template.parse(JSON.parse(template));
  return Object.fromEntries(
    Object.entries(Resources)
      .flatMap(([id, { Type, Properties }]) => {
        const fixed = REPLACED_BY[Type];
        if (!fixed) return [];
        const set = fixed.flatMap((name) => (name in Properties ? [[name, Properties[name]]] : []));
        return [[id, { Type, ...Object.fromEntries(set) }] as const];
      })
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** What of the stacks before is not there any more, or would be made again, a line each. */
export function lostBetween(before: StatefulStacks, now: StatefulStacks): string[] {
  return Object.entries(before).flatMap(([stack, resources]) =>
    Object.entries(resources).flatMap(([id, resource]) => {
      const kept = now[stack]?.[id];
      if (kept && JSON.stringify(kept) === JSON.stringify(resource)) return [];
      return [`${stack}: ${id} (${resource.Type}) is ${kept ? 'replaced' : 'gone'}`];
    }),
  );
}
