import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import * as z from 'zod';
import type { DeployedStack } from '../../../sandbox/local-aws';

const Template = z.looseObject({
  Resources: z.record(
    z.string(),
    z.looseObject({
      Type: z.string(),
      Properties: z._default(z.record(z.string(), z.unknown()), {}),
      DependsOn: z._default(z.array(z.string()), []),
    }),
  ),
});
type Resource = z.infer<typeof Template>['Resources'][string];

const Answer = z.looseObject({
  Status: z.enum(['SUCCESS', 'FAILED']),
  Reason: z.optional(z.string()),
  Data: z.optional(z.record(z.string(), z.unknown())),
});
type Answer = z.infer<typeof Answer>;

/** Intrinsic functions, as these templates have them. */
const Imported = z.object({ 'Fn::ImportValue': z.string() });
const Attribute = z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.string()]) });
const Joined = z.object({ 'Fn::Join': z.tuple([z.string(), z.array(z.string())]) });

const PROCESS = join(__dirname, 'assertion-process.js');
const TRIES = 5;

export interface Environment extends Readonly<Record<string, string>> {
  readonly AWS_ENDPOINT_URL: string;
}

export interface AssertionsOf {
  readonly template: object;
  readonly stack: DeployedStack;
  /** The endpoint and the credentials that the function finds in its environment. */
  readonly environment: Environment;
  /** Has a while pass, before each try. */
  beforeTry(): Promise<void>;
}

/**
 * Runs the assertions of a case, by the function that runs them in AWS, up to the first that fails.
 * Gives how each ended.
 */
export async function runAssertions(assertions: AssertionsOf): Promise<string[]> {
  const data = new Map<string, Record<string, unknown>>();
  const ended: string[] = [];
  for (const [logicalId, { Type, Properties }] of inOrder(
    Template.parse(assertions.template).Resources,
  )) {
    const { ServiceToken: _, ...own } = Properties;
    const properties = resolved(own, assertions, data);
    const event = {
      RequestType: 'Create',
      ResourceType: Type,
      LogicalResourceId: logicalId,
      ResponseURL: 'https://cloudformation.invalid/answer',
      ResourceProperties: properties,
    };
    const answer = await answerOf(event, 'stateMachineArn' in properties, assertions);
    data.set(logicalId, answer.Data ?? {});
    const isMet = answer.Status === 'SUCCESS';
    const call = `${properties.service} ${properties.api}`;
    ended.push(isMet ? call : `${call}: ${answer.Reason}`);
    if (!isMet) break;
  }
  return ended;
}

/** Where a state machine would ask again and again, it is asked again here. */
async function answerOf(
  event: object,
  waits: boolean,
  { environment, beforeTry }: AssertionsOf,
): Promise<Answer> {
  for (let left = waits ? TRIES : 1; left > 0; left -= 1) {
    await beforeTry();
    const stdout = await told(waits ? 'isComplete' : 'handler', event, environment);
    if (stdout !== '') return Answer.parse(JSON.parse(stdout));
  }
  return { Status: 'FAILED', Reason: `not within ${TRIES} tries` };
}

/** What the function tells CloudFormation, in a process of its own; nothing where it fails. */
async function told(entryPoint: string, event: object, environment: Environment): Promise<string> {
  const child = spawn(process.execPath, [PROCESS, entryPoint], {
    env: { ...process.env, ...environment },
    stdio: ['pipe', 'pipe', 'ignore'],
    timeout: 30_000,
  });
  child.stdin.end(JSON.stringify(event));
  return text(child.stdout);
}

/** Only the assertions, each after those that it depends on. */
function inOrder(resources: Readonly<Record<string, Resource>>): [string, Resource][] {
  const ordered = new Map<string, Resource>();
  const seen = new Set<string>();
  const add = (id: string): void => {
    const resource = resources[id];
    if (!resource || seen.has(id)) return;
    seen.add(id);
    [...resource.DependsOn, ...attributesIn(resource.Properties)].forEach(add);
    if (resource.Type.startsWith('Custom::DeployAssert@')) ordered.set(id, resource);
  };
  Object.keys(resources).forEach(add);
  return [...ordered];
}

function attributesIn(properties: Resource['Properties']): string[] {
  return [...JSON.stringify(properties).matchAll(/\{"Fn::GetAtt":\["(\w+)"/g)].map(([, id]) => id!);
}

/** As CloudFormation would have it. */
function resolved(
  properties: Resource['Properties'],
  { stack, environment }: AssertionsOf,
  data: ReadonlyMap<string, Record<string, unknown>>,
): Resource['Properties'] {
  const partly = JSON.stringify(properties, (_, value) => {
    const imported = Imported.safeParse(value);
    if (imported.success) {
      const output = stack.outputs.get(imported.data['Fn::ImportValue'].split(':')[1]!);
      // The SDK calls a queue where its URL says.
      return output?.replace(/^https:\/\/sqs\.[^/]+/, environment.AWS_ENDPOINT_URL);
    }
    const attribute = Attribute.safeParse(value);
    if (!attribute.success) return value;
    const [id, name] = attribute.data['Fn::GetAtt'];
    return data.get(id)?.[name];
  });
  return z.record(z.string(), z.unknown()).parse(
    JSON.parse(partly, (_, value) => {
      const joined = Joined.safeParse(value);
      if (!joined.success) return value;
      const [delimiter, parts] = joined.data['Fn::Join'];
      return parts.join(delimiter);
    }),
  );
}
