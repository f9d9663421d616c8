import * as z from 'zod/mini';

/** CloudFormation's own, of a template that a StackSet gets as text. */
export const MOST_TEMPLATE_BYTES = 51_200;

const percentage = z.number().check(z.minimum(0), z.maximum(100));

const Preferences = z.strictObject({
  FailureToleranceCount: z.optional(z.number()),
  FailureTolerancePercentage: z.optional(percentage),
  MaxConcurrentCount: z.optional(z.number()),
  MaxConcurrentPercentage: z.optional(percentage),
  ConcurrencyMode: z._default(
    z.enum(['STRICT_FAILURE_TOLERANCE', 'SOFT_FAILURE_TOLERANCE']),
    'STRICT_FAILURE_TOLERANCE',
  ),
  RegionConcurrencyType: z._default(z.enum(['SEQUENTIAL', 'PARALLEL']), 'SEQUENTIAL'),
  RegionOrder: z._default(z.array(z.string()), []),
});
export type Preferences = z.infer<typeof Preferences>;

const Parameters = z.array(
  z.strictObject({ ParameterKey: z.string(), ParameterValue: z.coerce.string() }),
);

const InstancesGroup = z.strictObject({
  DeploymentTargets: z.strictObject({
    OrganizationalUnitIds: z._default(z.array(z.string()), []),
    Accounts: z._default(z.array(z.string()), []),
    AccountFilterType: z._default(z.enum(['NONE', 'INTERSECTION', 'DIFFERENCE', 'UNION']), 'NONE'),
  }),
  Regions: z.array(z.string()),
  ParameterOverrides: z._default(Parameters, []),
});
export type InstancesGroup = z.infer<typeof InstancesGroup>;

const AutoDeployment = z.strictObject({
  Enabled: z._default(z.boolean(), false),
  RetainStacksOnAccountRemoval: z._default(z.boolean(), false),
  DependsOn: z._default(z.array(z.string()), []),
});

/** Strict, so that a setting which is not followed here is refused. */
const Properties = z.strictObject({
  StackSetName: z.string(),
  PermissionModel: z.enum(['SERVICE_MANAGED', 'SELF_MANAGED']),
  TemplateBody: z.string(),
  CallAs: z._default(z.enum(['SELF', 'DELEGATED_ADMIN']), 'SELF'),
  AutoDeployment: z.prefault(AutoDeployment, {}),
  StackInstancesGroup: z._default(z.array(InstancesGroup), []),
  Parameters: z._default(Parameters, []),
  Capabilities: z._default(z.array(z.string()), []),
  OperationPreferences: z.prefault(Preferences, {}),
  // One operation follows the other here.
  ManagedExecution: z.optional(z.unknown()),
  AdministrationRoleARN: z.optional(z.string()),
  ExecutionRoleName: z.optional(z.string()),
  Description: z.optional(z.string()),
  Tags: z.optional(z.unknown()),
});
export type StackSetProperties = z.infer<typeof Properties>;

export function stackSetPropertiesOf(logicalId: string, properties: unknown): StackSetProperties {
  const parsed = Properties.safeParse(properties);
  if (parsed.success) return parsed.data;
  throw new Error(
    `${logicalId} (AWS::CloudFormation::StackSet) has settings that the sandbox's StackSets do not follow: ${z.prettifyError(parsed.error)}`,
  );
}
