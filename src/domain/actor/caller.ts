/** Who made a call, as CloudTrail's userIdentity tells it. */
export interface Caller {
  /** IAMUser, AssumedRole, Root, AWSService, …; `unknown` where the record does not say. */
  readonly type: string;
  /** The ARN of the user or of the role session. */
  readonly arn?: string;
  /** For a role session: the ARN of the role, with its path. */
  readonly roleArn?: string;
  /** Chosen by whoever assumed the role: a name, not a proof. */
  readonly sessionName?: string;
  readonly userName?: string;
  readonly accountId?: string;
  /** The AWS service through which the call came. */
  readonly invokedBy?: string;
  readonly sourceAddress?: string;
}

const SERVICE_PRINCIPAL = 'cloudformation.amazonaws.com';

/** Someone whose additions a locked group accepts. */
export type TrustedActor =
  | { readonly kind: 'role'; readonly roleArn: string }
  | { readonly kind: 'cloudFormation'; readonly executionRoleArn: string };

/** Recognised by what AWS itself writes; never by user agent, session name or any other text of the caller's. */
export function isTrusted(caller: Caller, trustedActors: readonly TrustedActor[]): boolean {
  if (caller.type !== 'AssumedRole' || !caller.roleArn) return false;
  return trustedActors.some((actor) =>
    actor.kind === 'role'
      ? caller.roleArn === actor.roleArn
      : caller.roleArn === actor.executionRoleArn && cameThroughCloudFormation(caller),
  );
}

function cameThroughCloudFormation(caller: Caller): boolean {
  return caller.invokedBy === SERVICE_PRINCIPAL || caller.sourceAddress === SERVICE_PRINCIPAL;
}

/** The sentry's own role and, since others may assume a role, its own session. */
export interface OwnIdentity {
  readonly roleArn: string;
  readonly sessionName: string;
}

export function isOwnCall(caller: Caller, own: OwnIdentity): boolean {
  return caller.type === 'AssumedRole' && caller.roleArn === own.roleArn && caller.sessionName === own.sessionName;
}
