import type { LocalAwsOptions } from '../local-aws';

/** What the sandbox tells one, it tells the other too. Settings are those of the first. */
export function joinedObservers(
  one: LocalAwsOptions,
  other: LocalAwsOptions | undefined,
): LocalAwsOptions {
  if (!other) return one;
  return {
    ...one,
    log: (line) => {
      one.log?.(line);
      other.log?.(line);
    },
    onCall: (call) => {
      one.onCall?.(call);
      other.onCall?.(call);
    },
    onEvent: (event) => {
      one.onEvent?.(event);
      other.onEvent?.(event);
    },
    onInvocation: (invocation) => {
      one.onInvocation?.(invocation);
      other.onInvocation?.(invocation);
    },
    onFunctionLog: (functionName, line, at) => {
      one.onFunctionLog?.(functionName, line, at);
      other.onFunctionLog?.(functionName, line, at);
    },
    onDelivery: (delivery) => {
      one.onDelivery?.(delivery);
      other.onDelivery?.(delivery);
    },
  };
}
