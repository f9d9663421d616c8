import { EmulatorIdentity, EmulatorLookUp, EmulatorRole } from './emulator-look-up';
import { timeOf } from './event-time';
import { SigningCredentials } from '../proxy/api-request';

/** Who made a call. */
export interface Caller {
  readonly account: string;
  readonly arn: string;
  readonly userIdentity: Readonly<Record<string, unknown>>;
  /** The service through which the call came. */
  readonly through?: string;
}

/** No one but CloudFormation can assume it, as `cdk bootstrap` makes it. */
const DEPLOYMENT_ROLE = /^cdk-[^-]+-cfn-exec-role-/;
export const CLOUD_FORMATION = 'cloudformation.amazonaws.com';

/** Whether CloudFormation makes changes of a deployment by the CDK under this role. */
export function isDeploymentRole(name: string): boolean {
  return DEPLOYMENT_ROLE.test(name);
}

interface KnownIdentity extends EmulatorIdentity {
  readonly accessKeyId: string;
}

/** The ARN `arn:partition:service:region:account:kind/…/name`, in parts. */
function principalOf(arn: string): { kind: string; path: readonly string[] } {
  const [kind = '', ...path] = (arn.split(':')[5] ?? '').split('/');
  return { kind, path };
}

export function roleNameOf(arn: string): string | undefined {
  const { kind, path } = principalOf(arn);
  return kind === 'assumed-role' ? path[0] : undefined;
}

export function userCaller(known: KnownIdentity): Caller {
  const { kind, path } = principalOf(known.arn);
  if (kind === 'root') return callerOfType(known, 'Root', {});
  if (kind === 'user') {
    // The emulator's answer for keys that it never gave out has a user under sts; AWS knows users
    // under iam only.
    return callerOfType({ ...known, arn: known.arn.replace(':sts:', ':iam:') }, 'IAMUser', {
      userName: path.at(-1),
    });
  }
  return callerOfType(known, 'Unknown', {});
}

/**
 * The session's creation is not available from the emulator: the time at which the tap first saw it
 * stands for it.
 */
export function sessionCaller(
  known: KnownIdentity,
  role: EmulatorRole,
  firstSeen: number,
  sourceIdentity?: string,
): Caller {
  const through = isDeploymentRole(role.name) ? CLOUD_FORMATION : undefined;
  const caller = callerOfType(known, 'AssumedRole', {
    ...(through && { invokedBy: through }),
    sessionContext: {
      sessionIssuer: {
        type: 'Role',
        principalId: role.id,
        arn: role.arn,
        accountId: known.account,
        userName: role.name,
      },
      attributes: { creationDate: timeOf(firstSeen), mfaAuthenticated: 'false' },
      ...(sourceIdentity !== undefined && { sourceIdentity }),
    },
  });
  return { ...caller, ...(through && { through }) };
}

function callerOfType(known: KnownIdentity, type: string, more: Record<string, unknown>): Caller {
  return {
    account: known.account,
    arn: known.arn,
    userIdentity: {
      type,
      principalId: known.userId,
      arn: known.arn,
      accountId: known.account,
      accessKeyId: known.accessKeyId,
      ...more,
    },
  };
}

/** Asks the emulator once for every access key. */
export class Callers {
  private readonly known = new Map<string, Promise<Caller>>();
  private readonly sourceIdentities = new Map<string, string>();

  constructor(private readonly emulator: EmulatorLookUp) {}

  async identify(credentials: SigningCredentials): Promise<Caller> {
    const { accessKeyId } = credentials;
    const caller = this.known.get(accessKeyId) ?? this.ask(credentials);
    this.known.set(accessKeyId, caller);
    // A question that failed is asked again.
    return caller.catch((error: unknown) => {
      this.known.delete(accessKeyId);
      throw error;
    });
  }

  /** A session began: it keeps the source identity of the one who assumed the role. */
  sessionBegan(by: string | undefined, accessKeyId: string, given: string | undefined): void {
    const sourceIdentity = this.sourceIdentities.get(by ?? '') ?? given;
    if (sourceIdentity !== undefined) this.sourceIdentities.set(accessKeyId, sourceIdentity);
  }

  private async ask(credentials: SigningCredentials): Promise<Caller> {
    const firstSeen = Date.now();
    const identity = {
      ...(await this.emulator.callerIdentity(credentials)),
      accessKeyId: credentials.accessKeyId,
    };
    const roleName = roleNameOf(identity.arn);
    if (roleName === undefined) return userCaller(identity);
    const role = await this.emulator.role(roleName, credentials);
    const sourceIdentity = this.sourceIdentities.get(credentials.accessKeyId);
    return sessionCaller(identity, role, firstSeen, sourceIdentity);
  }
}
