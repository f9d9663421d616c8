import * as z from 'zod/mini';
import type { PhysicalResource, Resource } from './assembly';
import type { DeployableTemplate } from './deployable-template';
import type { Place } from '../emulator/emulator-access';

/** A target of a rule with a schedule. */
export interface Schedule {
  readonly ruleLogicalId: string;
  readonly ruleArn: string;
  readonly isEnabled: boolean;
  /** What the target gets in place of EventBridge's event, where it has an input of its own. */
  readonly input?: unknown;
  readonly target: ScheduleTarget;
}

/** Those that the runner serves. */
export type ScheduleTarget =
  | {
      readonly kind: 'function';
      readonly functionName: string;
      readonly asynchronous: AsynchronousSettings;
    }
  | { readonly kind: 'queue'; readonly queueUrl: string };

/** What becomes of an asynchronous invocation that fails, as the template says. */
export interface AsynchronousSettings {
  readonly maximumRetryAttempts: number;
  /** Gets a record of the invocation. */
  readonly onFailureArn?: string;
  /** Gets the event. */
  readonly deadLetterArn?: string;
}

type Outputs = ReadonlyMap<string, string>;
type PhysicalResources = ReadonlyMap<string, PhysicalResource>;
type Resources = Record<string, Resource>;

/** Lambda's own. */
const DEFAULT_RETRY_ATTEMPTS = 2;

const Reference = z.union([
  z.pipe(
    z.object({ Ref: z.string() }),
    z.transform(({ Ref }) => Ref),
  ),
  z.pipe(
    z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.string()]) }),
    z.transform(({ 'Fn::GetAtt': [logicalId] }) => logicalId),
  ),
]);

const Rule = z.object({
  ScheduleExpression: z.string(),
  State: z._default(z.string(), 'ENABLED'),
  Targets: z._default(z.array(z.looseObject({ Arn: z.unknown() })), []),
});

/**
 * Strict, so that a setting which the function runner does not follow is refused. What is about
 * delivery is not: that never fails here.
 */
const Target = z.strictObject({
  Arn: z.unknown(),
  Id: z.string(),
  Input: z.optional(z.unknown()),
  RetryPolicy: z.optional(z.unknown()),
  DeadLetterConfig: z.optional(z.unknown()),
});

const InvokeConfig = z.object({
  FunctionName: Reference,
  MaximumRetryAttempts: z._default(z.number(), DEFAULT_RETRY_ATTEMPTS),
  DestinationConfig: z.optional(
    z.object({ OnFailure: z.optional(z.object({ Destination: z.unknown() })) }),
  ),
});

const FunctionProperties = z.object({
  DeadLetterConfig: z.optional(z.object({ TargetArn: z.unknown() })),
});

/**
 * The schedules of the template; what CloudFormation has to resolve is known once the stack stands.
 */
export function deferSchedules(
  resources: Resources,
  template: DeployableTemplate,
  place: Place,
): (outputs: Outputs, physical: PhysicalResources) => Schedule[] {
  const deferred = Object.entries(resources)
    .filter(
      ([, { Type, Properties }]) =>
        Type === 'AWS::Events::Rule' && Properties?.ScheduleExpression !== undefined,
    )
    .flatMap(([logicalId, { Properties }]) =>
      deferRule({ logicalId, rule: Rule.parse(Properties), place }, resources, template),
    );
  return (outputs, physical) => deferred.map((each) => each(outputs, physical));
}

interface PlacedRule {
  readonly logicalId: string;
  readonly rule: z.infer<typeof Rule>;
  readonly place: Place;
}

function deferRule(
  { logicalId: ruleLogicalId, rule, place }: PlacedRule,
  resources: Resources,
  template: DeployableTemplate,
) {
  const { region, accountId } = place;
  return rule.Targets.flatMap((target) => {
    const called = deferTarget(Reference.safeParse(target.Arn).data ?? '', resources, template);
    if (!called) return [];
    const input = template.defer(targetOf(ruleLogicalId, target).Input);
    return [
      (outputs: Outputs, physical: PhysicalResources): Schedule => ({
        ruleLogicalId,
        ruleArn: `arn:aws:events:${region}:${accountId}:rule/${physical.get(ruleLogicalId)?.physicalId}`,
        isEnabled: rule.State !== 'DISABLED',
        input: inputOf(input(outputs)),
        target: called(outputs, physical),
      }),
    ];
  });
}

/** Nothing for what the runner does not serve. */
function deferTarget(logicalId: string, resources: Resources, template: DeployableTemplate) {
  const resource = resources[logicalId];
  if (resource?.Type === 'AWS::SQS::Queue') {
    return (_: Outputs, physical: PhysicalResources): ScheduleTarget => ({
      kind: 'queue',
      queueUrl: physical.get(logicalId)?.physicalId ?? '',
    });
  }
  if (resource?.Type !== 'AWS::Lambda::Function') return undefined;
  const asynchronous = deferAsynchronousSettings(logicalId, resource, resources, template);
  return (outputs: Outputs, physical: PhysicalResources): ScheduleTarget => ({
    kind: 'function',
    functionName: physical.get(logicalId)?.physicalId ?? '',
    asynchronous: asynchronous(outputs),
  });
}

function targetOf(ruleLogicalId: string, target: object): z.infer<typeof Target> {
  const parsed = Target.safeParse(target);
  if (parsed.success) return parsed.data;
  throw new Error(
    `${ruleLogicalId} (AWS::Events::Rule) has a target with settings that the function runner does not follow: ${z.prettifyError(parsed.error)}`,
  );
}

function inputOf(input: unknown): unknown {
  return input === undefined ? undefined : JSON.parse(z.string().parse(input));
}

function deferAsynchronousSettings(
  functionId: string,
  called: Resource,
  resources: Resources,
  template: DeployableTemplate,
) {
  const config = invokeConfigOf(functionId, resources);
  const onFailure = template.defer(config?.DestinationConfig?.OnFailure?.Destination);
  const deadLetters = template.defer(
    FunctionProperties.parse(called.Properties).DeadLetterConfig?.TargetArn,
  );
  return (outputs: Outputs): AsynchronousSettings => ({
    maximumRetryAttempts: config?.MaximumRetryAttempts ?? DEFAULT_RETRY_ATTEMPTS,
    onFailureArn: z.optional(z.string()).parse(onFailure(outputs)),
    deadLetterArn: z.optional(z.string()).parse(deadLetters(outputs)),
  });
}

function invokeConfigOf(
  functionId: string,
  resources: Resources,
): z.infer<typeof InvokeConfig> | undefined {
  return Object.values(resources)
    .filter(({ Type }) => Type === 'AWS::Lambda::EventInvokeConfig')
    .map(({ Properties }) => InvokeConfig.parse(Properties))
    .find(({ FunctionName }) => FunctionName === functionId);
}
