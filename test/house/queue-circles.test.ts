import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as z from 'zod/mini';
import { allAlarms } from '../support/apps/all-alarms';

/**
 * Lambda stops a function that is invoked again and again by what it sends itself, directly or
 * through others, at its seventeenth invocation in a chain.
 */

const attribute = z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.string()]) });
const functionSchema = z.object({ Role: attribute });
const mappingSchema = z.object({
  EventSourceArn: attribute,
  FunctionName: z.object({ Ref: z.string() }),
});
const guardSchema = z.object({
  Queues: z.tuple([z.object({ Ref: z.string() })]),
  PolicyDocument: z.object({
    Statement: z.array(
      z.object({
        Sid: z.optional(z.string()),
        Condition: z.optional(
          z.object({
            ArnNotLike: z.optional(z.object({ 'aws:PrincipalArn': z.array(attribute) })),
          }),
        ),
      }),
    ),
  }),
});
const policySchema = z.object({
  Roles: z.array(z.object({ Ref: z.string() })),
  PolicyDocument: z.object({
    Statement: z.array(z.object({ Action: z.unknown(), Resource: z.unknown() })),
  }),
});

type Found = Readonly<Record<string, unknown>>;

/** Which functions are invoked by what each sends, by their logical ids. */
let invokes: ReadonlyMap<string, readonly string[]>;
/** By queue: the roles that may use its messages. */
let users: ReadonlyMap<string, readonly string[]>;
/** By queue: the roles that its own policy lets through. */
let letThrough: ReadonlyMap<string, readonly string[]>;

beforeAll(() => {
  const template = Template.fromStack(Stack.of(allAlarms()[0]!));
  const all = (type: string): [string, unknown][] =>
    Object.entries(template.findResources(type)).map(([id, { Properties }]: [string, Found]) => [
      id,
      Properties,
    ]);
  const mappings = all('AWS::Lambda::EventSourceMapping').map(([, each]) =>
    mappingSchema.parse(each),
  );
  const policies = all('AWS::IAM::Policy').map(([, each]) => policySchema.parse(each));
  invokes = new Map(
    all('AWS::Lambda::Function').flatMap(([id, each]) => {
      const parsed = functionSchema.safeParse(each);
      if (!parsed.success) return [];
      const [role] = parsed.data.Role['Fn::GetAtt'];
      const queues = policies
        .filter(({ Roles }) => Roles.some(({ Ref }) => Ref === role))
        .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
        .filter(({ Action }) => [Action].flat().includes('sqs:SendMessage'))
        .map(({ Resource }) => JSON.stringify(Resource));
      const invoked = mappings
        .filter(
          ({
            EventSourceArn: {
              'Fn::GetAtt': [queue],
            },
          }) => queues.some((resource) => resource.includes(`"${queue}"`)),
        )
        .map(({ FunctionName }) => FunctionName.Ref);
      return [[id, invoked]];
    }),
  );
  users = new Map(
    Object.keys(template.findResources('AWS::SQS::Queue')).map((queue) => [
      queue,
      sorted(
        policies
          .filter(({ PolicyDocument }) =>
            PolicyDocument.Statement.some(
              ({ Action, Resource }) =>
                [Action].flat().some((action) => USES.test(String(action))) &&
                JSON.stringify(Resource).includes(`"${queue}"`),
            ),
          )
          .flatMap(({ Roles }) => Roles.map(({ Ref }) => Ref)),
      ),
    ]),
  );
  letThrough = new Map(
    all('AWS::SQS::QueuePolicy')
      .map(([, each]) => guardSchema.parse(each))
      .flatMap(({ Queues: [{ Ref }], PolicyDocument }) =>
        PolicyDocument.Statement.filter(({ Sid }) => Sid === 'UsersOnly').map(({ Condition }) => [
          Ref,
          sorted(
            (Condition?.ArnNotLike?.['aws:PrincipalArn'] ?? []).map(
              ({ 'Fn::GetAtt': [role] }) => role,
            ),
          ),
        ]),
      ),
  );
});

/** Those that the policy of each queue is to keep from all others. */
const USES = /^sqs:(SendMessage|ReceiveMessage|DeleteMessage|ChangeMessageVisibility)$/;

test('the policy of each queue lets those roles through that have rights to it, and no other', () => {
  expect(letThrough.size).toBe(28);
  expect([...letThrough].filter(([, roles]) => roles.length > 0)).toHaveLength(11);
  expect([...letThrough]).toEqual(
    [...letThrough.keys()].map((queue) => [queue, users.get(queue) ?? []]),
  );
});

test('the functions that send to each other are known', () => {
  const pairs = [...invokes].flatMap(([sender, invoked]) =>
    invoked.map((each) => `${nameOf(sender)} → ${nameOf(each)}`),
  );
  expect([...new Set(pairs)].sort()).toEqual([
    'ActionAskApproval → AdvanceRequests',
    'ActionCarryOutDecision → AdvanceRequests',
    'AdvanceRequests → ActionCarryOutDecision',
    'AdvanceRequests → CarryOutDecision',
    'AdvanceRequests → DeliverMessages',
    'CarryOutDecision → AdvanceRequests',
    'CheckAccessKeys → AdvanceRequests',
    'OperateSentry → RespondToChanges',
    'ReceiveInteraction → AdvanceRequests',
    'ReconcileGroups → RespondToChanges',
    'RespondToChanges → AdvanceRequests',
  ]);
});

test('no function is invoked by what it sends, but for decisions and their outcomes', () => {
  const inCircle = [...invokes.keys()].filter((id) => reachableFrom(id).has(id));
  // One decision has one outcome, which sends no decision: a retry begins with someone's click, and
  // a decision that no one answered is sent again by the run of a minute. Each begins a new chain.
  expect([...new Set(inCircle.map(nameOf))].sort()).toEqual([
    'ActionCarryOutDecision',
    'AdvanceRequests',
    'CarryOutDecision',
  ]);
});

function reachableFrom(start: string): Set<string> {
  const reached = new Set<string>();
  const next = [...(invokes.get(start) ?? [])];
  for (let id = next.pop(); id !== undefined; id = next.pop()) {
    if (reached.has(id)) continue;
    reached.add(id);
    next.push(...(invokes.get(id) ?? []));
  }
  return reached;
}

/** The construct's own id, without its owner's and the hash. */
function nameOf(logicalId: string): string {
  return logicalId.replace(/^(First|Second|GroupSentry|KeySentry)/, '').slice(0, -8);
}

function sorted(ids: readonly string[]): string[] {
  return [...new Set(ids)].sort();
}
