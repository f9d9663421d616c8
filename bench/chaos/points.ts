import type { ApiCall } from '../../sandbox/cloudtrail/tap';

/** One call of a function in an undisturbed life. */
export interface Point {
  /** The start of its role's logical id. */
  readonly role: string;
  /** How many of the function's invocations that call something come before. */
  readonly afterInvocations: number;
  /** Of the calls of that invocation, from 1. */
  readonly n: number;
  readonly service: string;
  readonly action: string;
}

/** All calls that functions of these roles have made, in their order. */
export function pointsIn(calls: readonly ApiCall[], roles: readonly string[]): Point[] {
  return roles.flatMap((role) => {
    const own = calls.filter(({ callerArn = '' }) => roleIn(callerArn).includes(role));
    const invocations = [...new Set(own.flatMap(({ invocationId }) => invocationId ?? []))];
    return invocations.flatMap((id, afterInvocations) =>
      own
        .filter(({ invocationId }) => invocationId === id)
        .map(({ service, action }, index) => ({
          role,
          afterInvocations,
          n: index + 1,
          service,
          action,
        })),
    );
  });
}

/** The parts of the stack whose functions have called something. */
export function rolesIn(calls: readonly ApiCall[]): string[] {
  const roles = calls
    .filter(({ invocationId }) => invocationId !== undefined)
    .map(({ callerArn = '' }) => roleIn(callerArn))
    .filter((role) => role !== '');
  return [...new Set(roles)].sort();
}

/** All that functions have called. */
export function servicesIn(calls: readonly ApiCall[]): string[] {
  const own = calls.filter(({ invocationId }) => invocationId !== undefined);
  return [...new Set(own.map(({ service }) => service))].sort();
}

/** The name of the role in its session's ARN. */
function roleIn(callerArn: string): string {
  return /assumed-role\/([^/]+)\//.exec(callerArn)?.[1] ?? '';
}

/** What people call the function of a role: its construct and its work. */
export function functionOf(role: string): string {
  return /^[^-]+-(\w+?)Role[0-9A-F]{8}/.exec(role)?.[1] ?? role;
}
