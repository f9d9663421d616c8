import * as z from 'zod/mini';
import type { Resource } from './assembly';
import { type DeployableTemplate, referencesIn } from './deployable-template';
import { type HttpApiServer, readRouteKey, type RouteKey } from '../http-api/http-api-server';

/** A route of an HTTP API, and the function that it leads to. */
export interface HttpApiRoute extends RouteKey {
  readonly functionName: string;
  readonly timeoutMs: number;
}

/**
 * An HTTP API of the stack: its server listens already, and answers as soon as someone runs the
 * functions.
 */
export interface DeployedHttpApi {
  readonly server: HttpApiServer;
  readonly routes: readonly HttpApiRoute[];
}

const Reference = z.object({ Ref: z.string() });

const ApiProperties = z.object({
  ProtocolType: z.literal('HTTP'),
  // What these would do is not done here: no browser calls, and the API's name is no one's.
  CorsConfiguration: z.optional(z.never()),
  Body: z.optional(z.never()),
  Target: z.optional(z.never()),
});

/** Strict, so that a route which asks for a check that the server does not make is refused. */
const RouteProperties = z.strictObject({
  ApiId: Reference,
  RouteKey: z.string(),
  Target: z.unknown(),
  AuthorizationType: z.optional(z.literal('NONE')),
});

const IntegrationProperties = z.strictObject({
  ApiId: Reference,
  Description: z.optional(z.unknown()),
  IntegrationType: z.literal('AWS_PROXY'),
  IntegrationUri: z.unknown(),
  IntegrationMethod: z.optional(z.string()),
  PayloadFormatVersion: z.literal('2.0'),
  TimeoutInMillis: z._default(z.number().check(z.minimum(50), z.maximum(30_000)), 30_000),
});

const StageProperties = z.object({ ApiId: Reference, StageName: z.literal('$default') });

type Resources = Record<string, Resource>;
type Outputs = ReadonlyMap<string, string>;

/** Has the stack resolve which functions the routes lead to. */
export function deferHttpApis(
  resources: Resources,
  template: DeployableTemplate,
  servers: ReadonlyMap<string, HttpApiServer>,
): (outputs: Outputs) => DeployedHttpApi[] {
  for (const [logicalId, resource] of ofType(resources, 'AWS::ApiGatewayV2::Stage')) {
    propertiesOf(logicalId, resource, StageProperties);
  }
  const apis = [...servers].map(([logicalId, server]) => {
    propertiesOf(logicalId, resources[logicalId], ApiProperties);
    return { server, routes: deferRoutes(logicalId, resources, template) };
  });
  return (outputs) =>
    apis.map(({ routes, ...api }) => ({
      ...api,
      routes: routes.map((resolve) => resolve(outputs)),
    }));
}

function deferRoutes(
  apiLogicalId: string,
  resources: Resources,
  template: DeployableTemplate,
): ((outputs: Outputs) => HttpApiRoute)[] {
  const routes = ofType(resources, 'AWS::ApiGatewayV2::Route').map(([logicalId, resource]) => ({
    logicalId,
    ...propertiesOf(logicalId, resource, RouteProperties),
  }));
  return routes
    .filter(({ ApiId }) => ApiId.Ref === apiLogicalId)
    .map(({ logicalId, RouteKey, Target }) => {
      const { integrationId, integration } = integrationOf(logicalId, Target, resources);
      const { IntegrationUri, TimeoutInMillis } = propertiesOf(
        integrationId,
        integration,
        IntegrationProperties,
      );
      const uri = template.defer(IntegrationUri);
      return (outputs) => ({
        ...readRouteKey(RouteKey),
        functionName: functionNameIn(integrationId, uri(outputs)),
        timeoutMs: TimeoutInMillis,
      });
    });
}

function integrationOf(
  routeLogicalId: string,
  target: unknown,
  resources: Resources,
): { integrationId: string; integration: Resource } {
  for (const integrationId of referencesIn(target)) {
    const integration = resources[integrationId];
    if (integration?.Type === 'AWS::ApiGatewayV2::Integration') {
      return { integrationId, integration };
    }
  }
  throw new Error(
    `${routeLogicalId} (AWS::ApiGatewayV2::Route) leads to ${JSON.stringify(target)}, which is no integration of the stack.`,
  );
}

function functionNameIn(integrationLogicalId: string, uri: unknown): string {
  const [, functionName] = /:function:([\w-]+)/.exec(String(uri)) ?? [];
  if (functionName === undefined) {
    throw new Error(
      `${integrationLogicalId} (AWS::ApiGatewayV2::Integration) calls ${uri}, which is no function.`,
    );
  }
  return functionName;
}

function ofType(resources: Resources, type: string): [string, Resource][] {
  return Object.entries(resources).filter(([, resource]) => resource.Type === type);
}

function propertiesOf<T extends z.ZodMiniType>(
  logicalId: string,
  resource: Resource | undefined,
  schema: T,
): z.infer<T> {
  const parsed = schema.safeParse(resource?.Properties ?? {});
  if (parsed.success) return parsed.data;
  throw new Error(
    `${logicalId} (${resource?.Type}) has settings that the sandbox's HTTP API does not follow: ${z.prettifyError(parsed.error)}`,
  );
}
