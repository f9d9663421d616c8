import type { ApiCall, CloudTrailEvent } from './cloudtrail/tap';
import type { Delivery } from './inbox';
import type { IamGaps } from './proxy/iam-gaps/iam-gaps';
import type { InvocationReport } from './runner/deployed-function';
import type { FunctionSettings } from './runner/runner';

export interface LocalAwsOptions extends FunctionSettings {
  /**
   * Has IAM's calls pass a hand-written stand-in for what the emulator's IAM lacks: paging, the
   * root user's row, states of the credential report, faults of single users and keys. Keep it, and
   * change it at any time.
   */
  readonly iamGaps?: IamGaps;
  /**
   * What answers DynamoDB's calls in place of the emulator, such as DynamoDB Local. The tables of a
   * stack are made there as well.
   */
  readonly tablesEndpoint?: string;
  log?(line: string): void;
  onCall?(call: ApiCall): void;
  onEvent?(event: CloudTrailEvent): void;
  onInvocation?(invocation: InvocationReport): void;
  onFunctionLog?(functionName: string, line: string, at: number): void;
  onDelivery?(delivery: Delivery): void;
}
