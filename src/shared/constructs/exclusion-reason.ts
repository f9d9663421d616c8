import { Token } from 'aws-cdk-lib';
import { LONGEST_EXCLUSION_REASON } from '../domain/exclusion-reason';
import { plainText } from '../domain/notification/plain-text';

/** Why something is excluded, as a user gives it. */
export interface GivenReason {
  /** As the user wrote it, such as `KeyExclusion.tag()`. */
  readonly call: string;
  readonly reason: string;
  /** What the reason is for, and one that would do. */
  readonly forWhat: string;
  readonly example: string;
}

/** Throws for what messages could not show in one line, as it is. */
export function checkedReason({ call, reason, forWhat, example }: GivenReason): string {
  const isPlain = !Token.isUnresolved(reason) && plainText(reason, reason.length + 1) === reason;
  if (isPlain && reason.length > 0 && reason.length <= LONGEST_EXCLUSION_REASON) return reason;
  throw new Error(
    `${call}: "reason" is ${JSON.stringify(reason)}: write in one line of up to ${LONGEST_EXCLUSION_REASON} characters ${forWhat}, without spaces around it, such as "${example}".`,
  );
}
