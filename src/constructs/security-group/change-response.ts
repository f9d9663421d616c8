import type { Response } from '../../domain/security-group/policy';

/** What is done about a rule that violates a baseline. Where several policies are violated, the strongest response wins. */
export class ChangeResponse {
  /** Take the rule back, and tell. */
  public static revert(): ChangeResponse {
    return new ChangeResponse('revert');
  }

  /** Leave the rule in place, and tell. */
  public static notifyOnly(): ChangeResponse {
    return new ChangeResponse('notifyOnly');
  }

  /** @internal */
  public readonly _response: Response;

  private constructor(response: Response) {
    this._response = response;
  }
}
