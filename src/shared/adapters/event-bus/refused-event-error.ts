import type { PutEventsResultEntry } from '@aws-sdk/client-eventbridge';

/** Under the name of EventBridge's own code, which tells whether a later try can do better. */
export class RefusedEventError extends Error {
  /** `refused`: in words, with its article. */
  constructor(
    refused: string,
    { ErrorCode: code = 'without a code', ErrorMessage: message = '' }: PutEventsResultEntry = {},
  ) {
    super(`EventBridge refused ${refused}: ${code} ${message}`);
    this.name = code;
  }
}
