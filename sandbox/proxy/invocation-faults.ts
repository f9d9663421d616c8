import { Answer } from './answer';
import { ApiRequest } from './api-request';
import { errorAnswer } from './faults';

/**
 * Ends the function process that makes the next such call, as a machine that fails would. Calls of
 * others do not count.
 */
export interface Crash {
  readonly service: string;
  readonly action: string;
  /** Before the call is carried out, or after it, when the answer is not out yet. */
  readonly when: 'before' | 'after';
}

/** What happens to one call of the next invocation of a function, whatever it calls. */
export interface Disturbance {
  /** The first call is 1. A call that the SDK tries again is one call. */
  readonly n: number;
  /** `lose-answer`: the call is carried out, and its caller hears nothing of it. */
  readonly with: 'throttle' | 'error' | 'lose-answer' | 'crash-before' | 'crash-after';
  /** Counts only calls that change something. Default: all. */
  readonly of?: 'changes';
  /**
   * Only invocations whose role session's ARN holds this; for example the role's or the function's
   * name. Default: any.
   */
  readonly callerArnIncludes?: string;
  /**
   * How many tries of the call are throttled, get an error, or lose their answer. Default: all; of
   * lost answers one, so that the client hears what is said to the second.
   */
  readonly times?: number;
}

/** Tells whether a disturbance has come to pass. */
export interface DisturbedCall {
  /** The call that it hit; undefined as long as the invocation has made fewer calls. */
  readonly hit: { readonly service: string; readonly action: string } | undefined;
}

/** What becomes of a call. */
export type Interference =
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'lose-answer' }
  | { readonly kind: 'crash'; readonly when: 'before' | 'after'; readonly invocationId: string };

/** Faults of calls that functions make: each belongs to an invocation. */
export class InvocationFaults {
  private readonly crashes: Crash[] = [];
  private readonly disturbances: PendingDisturbance[] = [];

  crash(crash: Crash): void {
    this.crashes.push(crash);
  }

  disturb(disturbance: Disturbance): DisturbedCall {
    const pending = new PendingDisturbance(disturbance);
    this.disturbances.push(pending);
    return pending;
  }

  meeting(request: ApiRequest, callerArn: string): Interference | undefined {
    const { invocationId } = request;
    if (invocationId === undefined) return undefined;
    // All of them count the call, also those that come after the one that it meets.
    const [interference] = this.disturbances.flatMap(
      (pending) => pending.meeting(request, invocationId, callerArn) ?? [],
    );
    if (interference) return interference;
    const index = this.crashes.findIndex(
      ({ service, action }) => service === request.service && action === request.action,
    );
    const [crash] = index < 0 ? [] : this.crashes.splice(index, 1);
    return crash && { kind: 'crash', when: crash.when, invocationId };
  }
}

class PendingDisturbance implements DisturbedCall {
  hit: DisturbedCall['hit'];
  private invocationId: string | undefined;
  private readonly calls = new Set<string>();
  private hitCall: string | undefined;
  private timesLeft: number;

  constructor(private readonly disturbance: Disturbance) {
    const { with: fault, times } = disturbance;
    const usual = fault === 'lose-answer' ? 1 : Infinity;
    this.timesLeft = fault.startsWith('crash') ? 1 : (times ?? usual);
  }

  meeting(request: ApiRequest, invocationId: string, callerArn: string): Interference | undefined {
    if (!callerArn.includes(this.disturbance.callerArnIncludes ?? '')) return undefined;
    if (this.disturbance.of === 'changes' && !changesSomething(request)) return undefined;
    this.invocationId ??= invocationId;
    if (invocationId !== this.invocationId) return undefined;
    if (!this.isTheCall(request) || this.timesLeft === 0) return undefined;
    this.timesLeft -= 1;
    return interferenceOf(this.disturbance.with, request, invocationId);
  }

  /** Counts the call when it is tried for the first time. */
  private isTheCall({ service, action, sdkCallId = '' }: ApiRequest): boolean {
    this.calls.add(sdkCallId);
    if (this.hit === undefined && this.calls.size === this.disturbance.n) {
      this.hit = { service, action };
      this.hitCall = sdkCallId;
    }
    return sdkCallId === this.hitCall;
  }
}

function interferenceOf(
  kind: Disturbance['with'],
  request: ApiRequest,
  invocationId: string,
): Interference {
  switch (kind) {
    case 'throttle':
      return { kind: 'answer', answer: errorAnswer(request, throttlingOf(request.service)) };
    case 'error':
      return {
        kind: 'answer',
        answer: errorAnswer(request, {
          errorCode: request.service === 'ec2' ? 'InternalError' : 'InternalServerError',
        }),
      };
    case 'lose-answer':
      return { kind: 'lose-answer' };
    case 'crash-before':
      return { kind: 'crash', when: 'before', invocationId };
    case 'crash-after':
      return { kind: 'crash', when: 'after', invocationId };
  }
}

const READING =
  /^(BatchGet|Describe|Get|List|LookupEvents|Query|Receive|Scan|GenerateMac|VerifyMac)/;

/** Whether a call leaves anything different behind. */
export function changesSomething({ action }: Pick<ApiRequest, 'action'>): boolean {
  return !READING.test(action);
}

function throttlingOf(service: string): { readonly errorCode: string; readonly status: number } {
  if (service === 'ec2') return { errorCode: 'RequestLimitExceeded', status: 503 };
  if (service === 'sns') return { errorCode: 'Throttled', status: 429 };
  return { errorCode: 'ThrottlingException', status: 400 };
}
