/** Who made a call, as CloudTrail's userIdentity tells it. */
export interface Actor {
  /** IAMUser, AssumedRole, Root, AWSService, …; `unknown` where the record does not say. */
  readonly type: string;
  /** The ARN of the user or of the role session. */
  readonly arn?: string;
  /** For a role session: the ARN of the role, with its path. */
  readonly roleArn?: string;
  /** Chosen by the one who assumed the role: a name, not a proof. */
  readonly sessionName?: string;
  readonly userName?: string;
  readonly accountId?: string;
  /** Without an ARN: the unique id of user, role or session. */
  readonly principalId?: string;
  /** Without an ARN: Identity Center's id of the person for whom the call was made. */
  readonly identityCenterUserId?: string;
  /** Without an ARN: set when the role was assumed, and not to be changed since. */
  readonly sourceIdentity?: string;
  /** The AWS service through which the call came. */
  readonly invokedBy?: string;
  readonly sourceAddress?: string;
}

const SERVICE_PRINCIPAL = 'cloudformation.amazonaws.com';

/** Someone whose additions a locked group accepts. */
export type TrustedActor =
  | { readonly kind: 'role'; readonly roleArn: string }
  | { readonly kind: 'cloudFormation'; readonly executionRoleArn: string };

/**
 * Recognised by what AWS itself writes; never by user agent, session name or any other text that a
 * caller chooses.
 */
export function isTrusted(actor: Actor, trustedActors: readonly TrustedActor[]): boolean {
  if (actor.type !== 'AssumedRole' || !actor.roleArn) return false;
  return trustedActors.some((trusted) =>
    trusted.kind === 'role'
      ? actor.roleArn === trusted.roleArn
      : actor.roleArn === trusted.executionRoleArn && cameThroughCloudFormation(actor),
  );
}

function cameThroughCloudFormation(actor: Actor): boolean {
  return actor.invokedBy === SERVICE_PRINCIPAL || actor.sourceAddress === SERVICE_PRINCIPAL;
}

/** The sentry's own role and, since others may assume a role, its own session. */
export interface OwnIdentity {
  readonly roleArn: string;
  readonly sessionName: string;
}

export function isOwnCall(actor: Actor, own: OwnIdentity): boolean {
  return (
    actor.type === 'AssumedRole' &&
    actor.roleArn === own.roleArn &&
    actor.sessionName === own.sessionName
  );
}

/** By which a function of a hub works in a member. */
export interface MemberIdentities {
  readonly revoker: OwnIdentity;
  readonly reader: OwnIdentity;
}

/** The call of a heartbeat in a member, as its record tells of it. */
export interface HeartbeatCall {
  readonly actor: Actor;
  readonly errorCode?: string;
}

/**
 * Anyone may make dry runs; only the hub's own prove anything. Where the member lets the hub look
 * only, the reader makes the call, and EC2's refusal is the sign.
 */
export function isMemberHeartbeat(
  { actor, errorCode }: HeartbeatCall,
  { revoker, reader }: MemberIdentities,
): boolean {
  if (errorCode === 'Client.DryRunOperation') return isOwnCall(actor, revoker);
  return errorCode === 'Client.UnauthorizedOperation' && isOwnCall(actor, reader);
}

/**
 * The name by which the actor is remembered. Without an ARN, one of several identities of the same
 * type must not be taken for another.
 */
export function nameOf(actor: Actor): string {
  const { arn, userName, type } = actor;
  if (arn !== undefined) return arn;
  const marks = marksOf(actor);
  return marks.length > 0 ? `${userName ?? type} (${marks.join(', ')})` : (userName ?? type);
}

/**
 * Anyone who assumes a role chooses the name of the session: it must not make another actor of it.
 */
export function roleOrNameOf(actor: Actor): string {
  return actor.roleArn ?? nameOf(actor);
}

/** As people read it. */
export function nameInWords(actor: Actor): string {
  const { arn, userName, type } = actor;
  if (arn !== undefined) return arn;
  const name = userName ?? `an identity of type ${type}`;
  const marks = marksOf(actor);
  return marks.length > 0 ? `${name} (${marks.join(', ')})` : name;
}

/** By which AWS tells identities apart that have no ARN. */
function marksOf({
  accountId,
  principalId,
  identityCenterUserId,
  sourceIdentity,
}: Actor): string[] {
  return [
    ...(accountId === undefined ? [] : [`account ${accountId}`]),
    ...(principalId === undefined ? [] : [`principal ${principalId}`]),
    ...(identityCenterUserId === undefined ? [] : [`Identity Center user ${identityCenterUserId}`]),
    ...(sourceIdentity === undefined ? [] : [`source identity ${sourceIdentity}`]),
  ];
}
