import * as z from 'zod/mini';
import { TRIES_BEFORE_LEFT_OUT } from '../../contracts/queue-tries';

/** An error of the SDK has these; anything else that was thrown may lack them. */
const sdkError = z.object({
  name: z._default(z.string(), ''),
  $metadata: z.optional(z.object({ httpStatusCode: z.optional(z.number()) })),
  $retryable: z.optional(z.object({ throttling: z.optional(z.boolean()) })),
});

const THROTTLED =
  /throttl|TooManyRequests|RequestLimitExceeded|ThroughputExceeded|SlowDown|BandwidthLimitExceeded|EC2ThrottledException/i;
const INVALID =
  /^(Validation|InvalidParameter|InvalidArgument|InvalidMessage|Malformed|Serialization)|TooLong|TooLarge|LengthExceeded/;

/** AWS says that what was sent is wrong: sent again, it is no better. */
function isInvalid(error: unknown): boolean {
  const { name, $metadata } = sdkErrorOf(error);
  const status = $metadata?.httpStatusCode ?? 400;
  return INVALID.test(name) && status >= 400 && status < 500 && !isThrottled(error);
}

export function isThrottled(error: unknown): boolean {
  const { name, $metadata, $retryable } = sdkErrorOf(error);
  return (
    THROTTLED.test(name) || $metadata?.httpStatusCode === 429 || $retryable?.throttling === true
  );
}

/**
 * Whether something that is not what counts is left out from now on, so that it does not hold up
 * the rest. `tries`: at the message that it belongs to, from 1.
 */
export function isToBeLeftOut(error: unknown, tries: number): boolean {
  return isInvalid(error) || (tries >= TRIES_BEFORE_LEFT_OUT && !isThrottled(error));
}

function sdkErrorOf(error: unknown): z.infer<typeof sdkError> {
  return sdkError.safeParse(error).data ?? { name: '' };
}
