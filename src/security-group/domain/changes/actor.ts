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
  | { readonly kind: 'user'; readonly userArn: string }
  | { readonly kind: 'cloudFormation'; readonly executionRoleArn: string }
  | PermissionSetActor;

/** The people to whom Identity Center gives an account under one permission set. */
export interface PermissionSetActor {
  readonly kind: 'permissionSet';
  /** The beginning of the ARNs of all roles that Identity Center makes in the account. */
  readonly reservedPathArn: string;
  readonly permissionSet: string;
  /** One of the people alone, by the name in Identity Center. */
  readonly userName?: string;
}

/** The path of Identity Center's roles, in which IAM lets no one else make any. */
export const RESERVED_PATH = 'aws-reserved/sso.amazonaws.com/';

/**
 * Recognised by what AWS itself writes; never by user agent, session name or any other text that a
 * caller chooses.
 */
export function isTrusted(actor: Actor, trustedActors: readonly TrustedActor[]): boolean {
  return trustedActors.some((trusted) => isMeant(actor, trusted));
}

function isMeant(actor: Actor, trusted: TrustedActor): boolean {
  if (trusted.kind === 'user') return actor.type === 'IAMUser' && actor.arn === trusted.userArn;
  const { type, roleArn } = actor;
  if (type !== 'AssumedRole' || !roleArn) return false;
  switch (trusted.kind) {
    case 'role':
      return roleArn === trusted.roleArn;
    case 'cloudFormation':
      return roleArn === trusted.executionRoleArn && cameThroughCloudFormation(actor);
    case 'permissionSet':
      return isUnderPermissionSet(roleArn, trusted) && isPerson(actor, trusted);
  }
}

/** Identity Center's home Region may stand before the name. The name's end is made by chance. */
const RESERVED_ROLE = /^(?:[a-z0-9-]+\/)?AWSReservedSSO_(.+)_[0-9a-f]{16}$/;

/** A name may be the beginning of another, so the whole of it counts. */
function isUnderPermissionSet(
  roleArn: string,
  { reservedPathArn, permissionSet }: PermissionSetActor,
): boolean {
  if (!roleArn.startsWith(reservedPathArn)) return false;
  return RESERVED_ROLE.exec(roleArn.slice(reservedPathArn.length))?.[1] === permissionSet;
}

/** In these roles alone no one chooses the name of the session: Identity Center does. */
function isPerson({ sessionName }: Actor, { userName }: PermissionSetActor): boolean {
  return userName === undefined || sessionName === userName;
}

/** Whether all that the other is trusted with is what this one is trusted with. */
export function coversActor(one: TrustedActor, other: TrustedActor): boolean {
  switch (one.kind) {
    case 'role':
      return one.roleArn === roleArnOf(other);
    case 'user':
      return other.kind === 'user' && one.userArn === other.userArn;
    case 'cloudFormation':
      return other.kind === 'cloudFormation' && one.executionRoleArn === other.executionRoleArn;
    case 'permissionSet':
      return (
        other.kind === 'permissionSet' &&
        one.reservedPathArn === other.reservedPathArn &&
        one.permissionSet === other.permissionSet &&
        (one.userName === undefined || one.userName === other.userName)
      );
  }
}

/** The same actor, by another ARN. */
export function withArn(actor: TrustedActor, arnOf: (arn: string) => string): TrustedActor {
  switch (actor.kind) {
    case 'role':
      return { ...actor, roleArn: arnOf(actor.roleArn) };
    case 'user':
      return { ...actor, userArn: arnOf(actor.userArn) };
    case 'cloudFormation':
      return { ...actor, executionRoleArn: arnOf(actor.executionRoleArn) };
    case 'permissionSet':
      return { ...actor, reservedPathArn: arnOf(actor.reservedPathArn) };
  }
}

function roleArnOf(actor: TrustedActor): string | undefined {
  if (actor.kind === 'role') return actor.roleArn;
  return actor.kind === 'cloudFormation' ? actor.executionRoleArn : undefined;
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
