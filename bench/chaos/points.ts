import type { ApiCall } from '../../sandbox/cloudtrail/tap';

/** One call of a function in an undisturbed life. */
export interface Point {
  /** Of the function: the name of its role. */
  readonly role: string;
  readonly service: string;
  readonly action: string;
  /**
   * Of the function's calls of this action in the life, from 1: which of its invocations makes it
   * is not the same in each life.
   */
  readonly n: number;
  /** It began when all before it in its invocation were answered. */
  readonly isInTurn: boolean;
}

/**
 * All calls that functions have made, function by function in their order. What a function of a hub
 * calls in a member is its own call, too: the session there has the name of its role.
 */
export function pointsIn(calls: readonly ApiCall[]): Point[] {
  const invocations = invocationsIn(calls);
  return functionsIn(calls).flatMap(({ role }) =>
    invocations
      .filter(({ callerArn }) => roleIn(callerArn) === role)
      .flatMap((invocation) => callsInOrder(invocation, role))
      .sort((one, other) => beganAt(one.call) - beganAt(other.call))
      .map(({ call: { service, action }, isInTurn }, index, all) => ({
        ...{ role, service, action, isInTurn },
        n: all.slice(0, index + 1).filter(({ call }) => isOf(call, service, action)).length,
      })),
  );
}

/** Those of the function, as they began. */
function callsInOrder({ calls }: Invocation, role: string) {
  return calls
    .filter(({ callerArn = '' }) => callerArn.includes(`/${role}`))
    .sort((one, other) => beganAt(one) - beganAt(other))
    .map((call, index, inOrder) => ({
      call,
      isInTurn: index > 0 && inOrder.slice(0, index).every(({ at }) => at < beganAt(call)),
    }));
}

interface Invocation {
  /** Of the function itself: in a member, the session has the name of its role. */
  readonly callerArn?: string;
  readonly calls: readonly ApiCall[];
}

function invocationsIn(calls: readonly ApiCall[]): Invocation[] {
  const roles = new Set(calls.map(({ callerArn }) => roleIn(callerArn)));
  const ids = [...new Set(calls.flatMap(({ invocationId }) => invocationId ?? []))];
  return ids.map((id) => {
    const own = calls.filter(({ invocationId }) => invocationId === id);
    const first = own.find(({ callerArn }) => !roles.has(nameIn(callerArn)));
    return { callerArn: first?.callerArn, calls: own };
  });
}

function isOf(call: ApiCall, service: string, action: string): boolean {
  return call.service === service && call.action === action;
}

function beganAt({ at, durationMs }: ApiCall): number {
  return at - durationMs;
}

/** Who reads a secret calls someone else with it, and no one sees those calls here. */
export function rolesWithSecrets(calls: readonly ApiCall[]): Set<string> {
  const reading = calls.filter(({ action }) => action === 'GetSecretValue');
  return new Set(reading.map(({ callerArn }) => roleIn(callerArn)));
}

/** A function, as its calls show it. */
export interface CallingFunction {
  readonly role: string;
  readonly functionName: string;
}

/** Those that have called something. */
export function functionsIn(calls: readonly ApiCall[]): CallingFunction[] {
  const byRole = new Map(
    invocationsIn(calls).map(({ callerArn }) => [roleIn(callerArn), nameIn(callerArn)]),
  );
  return [...byRole]
    .filter(([role]) => role !== '')
    .map(([role, functionName]) => ({ role, functionName }))
    .sort((one, other) => one.role.localeCompare(other.role));
}

/** All that functions have called. */
export function servicesIn(calls: readonly ApiCall[]): string[] {
  const own = calls.filter(({ invocationId }) => invocationId !== undefined);
  return [...new Set(own.map(({ service }) => service))].sort();
}

/** The name of the role in its session's ARN. */
function roleIn(callerArn = ''): string {
  return /assumed-role\/([^/]+)\//.exec(callerArn)?.[1] ?? '';
}

/** The session of a function has its name. */
function nameIn(callerArn = ''): string {
  return /assumed-role\/[^/]+\/(.+)$/.exec(callerArn)?.[1] ?? '';
}

/** What its name begins with in each sandbox: CloudFormation has it end at random. */
export function roleStem(role: string): string {
  return role.replace(/(?<=[0-9A-F]{8}-)[0-9A-Z]{12}$/, '');
}

/** What people call the function of a role: its construct and its work. */
export function functionOf(role: string): string {
  return /^[^-]+-(\w+?)Role[0-9A-F]{8}/.exec(role)?.[1] ?? role;
}
