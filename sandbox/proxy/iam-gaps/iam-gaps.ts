/**
 * An error that calls about one user or key get instead of an answer. The emulator never sees them.
 */
export interface IamFault {
  /** For example ListAccessKeys. */
  readonly action: string;
  /** Only calls that name this user. */
  readonly userName?: string;
  /** Only calls that name this key: GetAccessKeyLastUsed names no user. */
  readonly accessKeyId?: string;
  /**
   * For example Throttling, AccessDenied, or NoSuchEntity, as for a user deleted since the last
   * call.
   */
  readonly errorCode: string;
  /** Without it: always. */
  readonly times?: number;
}

/** The root user, as the credential report shows it. */
export interface RootUser {
  readonly createdAt: Date;
  /** At most two. */
  readonly keys: readonly RootKey[];
}

export interface RootKey {
  readonly isActive: boolean;
  readonly lastRotatedAt: Date;
  readonly lastUsed?: { readonly at: Date; readonly service: string; readonly region: string };
}

/** GenerateCredentialReport's, before it is COMPLETE. */
export type UnfinishedState = 'STARTED' | 'INPROGRESS';

/** GetCredentialReport's, by the names that IAM gives them on the wire. */
export type ReportError = 'ReportInProgress' | 'ReportNotPresent' | 'ReportExpired';

export interface IamGapsSettings {
  /**
   * Lists come in pages of at most so many, and of at most as many as the call wants (by default
   * 100). Without it: whole.
   */
  readonly pageSize?: number;
  readonly rootUser?: RootUser;
}

/**
 * What the stand-in for IAM's gaps does; may be changed at any time, and counts from the next call
 * on.
 */
export class IamGaps {
  /** Lists come in pages of at most so many. Undefined: whole. */
  pageSize: number | undefined;
  /** Undefined: the credential report has no row for it. */
  rootUser: RootUser | undefined;
  /**
   * What the next calls of GenerateCredentialReport say, one after the other; as long as there are
   * any left, there is no report.
   */
  readonly unfinishedStates: UnfinishedState[] = [];
  /** What the next calls of GetCredentialReport fail with, one after the other. */
  readonly reportErrors: ReportError[] = [];
  /** Takes the place of the report's GeneratedTime. Undefined: the true one. */
  reportGeneratedAt: Date | undefined;
  private faults: { readonly fault: IamFault; left: number }[] = [];

  constructor(settings: IamGapsSettings = {}) {
    this.pageSize = settings.pageSize;
    this.rootUser = settings.rootUser;
  }

  /** Calls fail from now on; several faults for the same calls come one after the other. */
  fail(fault: IamFault): void {
    this.faults.push({ fault, left: fault.times ?? Infinity });
  }

  /** Clears all faults, errors and states; page size, root user and the report's time stay. */
  clearFaults(): void {
    this.faults = [];
    this.unfinishedStates.length = 0;
    this.reportErrors.length = 0;
  }

  /** Uses up one time of a fault. */
  errorCodeFor(
    action: string,
    { UserName, AccessKeyId }: Readonly<Record<string, string>>,
  ): string | undefined {
    const next = this.faults.find(
      ({ fault, left }) =>
        left > 0 &&
        fault.action === action &&
        isOrAny(fault.userName, UserName) &&
        isOrAny(fault.accessKeyId, AccessKeyId),
    );
    if (next) next.left -= 1;
    return next?.fault.errorCode;
  }
}

function isOrAny(wanted: string | undefined, value: string | undefined): boolean {
  return wanted === undefined || wanted === value;
}
