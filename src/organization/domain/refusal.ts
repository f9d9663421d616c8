/** Who does not let the hub into a member, or lets it not do something there. */
export type RefusedBy = 'role' | 'service-control-policy' | 'region';

/** A member does not let the hub do something: no next try will do better, until someone acts. */
export class MemberRefusedError extends Error {
  /** `what`: what it does not let the hub do. */
  constructor(
    readonly accountId: string,
    readonly by: RefusedBy,
    private readonly what: string,
    reason: string,
    options?: ErrorOptions,
  ) {
    super(`Account ${accountId} does not let the hub ${what}: ${reason}`, options);
    this.name = 'MemberRefusedError';
  }

  /** The same, with a reason that says more. */
  because(reason: string): MemberRefusedError {
    return new MemberRefusedError(this.accountId, this.by, this.what, reason, { cause: this });
  }
}

/** As AWS names and words an error. */
export interface AwsError {
  readonly name: string;
  readonly message: string;
}

const REGION_IS_OFF =
  /^(RegionDisabled|OptInRequired|AuthFailure|InvalidClientTokenId|UnrecognizedClient)/;
const ACCESS_DENIED = /^(AccessDenied|UnauthorizedOperation|Client\.UnauthorizedOperation)/;
const BY_ORGANIZATION = /(service|resource) control policy/i;

/**
 * Undefined where the error is no refusal: it may be over at the next try, and says nothing of the
 * member.
 */
export function refusedBy({ name, message }: AwsError): RefusedBy | undefined {
  if (REGION_IS_OFF.test(name)) return 'region';
  if (!ACCESS_DENIED.test(name)) return undefined;
  return BY_ORGANIZATION.test(message) ? 'service-control-policy' : 'role';
}
