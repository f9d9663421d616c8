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

/** A crash that is to come. */
export interface AwaitedCrash {
  /** Until a function has met it. */
  readonly met: Promise<void>;
  /** From then on it comes no more. */
  end(): void;
}

/** What happens to one call of the next invocation of a function, or of any, whatever it calls. */
export interface Disturbance {
  /** The first call is 1. A call that the SDK tries again is one call. */
  readonly n: number;
  /** Only calls of this action count. Default: all calls. */
  readonly of?: CalledAction;
  readonly with: 'throttle' | 'error' | 'crash-before' | 'crash-after';
  /**
   * Only invocations whose role session's ARN holds this; for example the role's or the function's
   * name. Default: any.
   */
  readonly callerArnIncludes?: string;
  /** How many tries of the call are throttled or get an error. Default: all. */
  readonly times?: number;
  /** How many invocations that call something are let be before. Default: none. */
  readonly afterInvocations?: number;
  /** Which calls count. Default: those of the first invocation that is not let be. */
  readonly counted?: 'in one invocation' | 'in all invocations';
}

export interface CalledAction {
  readonly service: string;
  readonly action: string;
}

/** Tells whether a disturbance has come to pass. */
export interface DisturbedCall {
  /** The call that it hit; undefined as long as the invocation has made fewer calls. */
  readonly hit: CalledAction | undefined;
  /** From then on it comes to pass no more. */
  end(): void;
}

/** Calls whose answers got lost. */
export interface LostAnswers {
  readonly calls: readonly LostCall[];
  /** From then on, all answers arrive. */
  end(): void;
}

export interface LostCall {
  readonly service: string;
  readonly action: string;
  readonly callerArn: string;
}

/** A service that answers no function. */
export interface Outage {
  readonly service: string;
  /** Asked at each call, so that it can end by the sandbox's time. */
  isOver(): boolean;
}

/** Tells whether anyone has noticed an outage. */
export interface NoticedOutage {
  /** So many tries were refused by now. */
  readonly refusals: number;
  /** From then on, the service answers again. */
  end(): void;
}

/** What becomes of a call. */
export type Interference =
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'lose-answer' }
  | { readonly kind: 'crash'; readonly when: 'before' | 'after'; readonly invocationId: string };

interface PendingCrash extends Crash {
  meet(): void;
}

/** Faults of calls that functions make: each belongs to an invocation. */
export class InvocationFaults {
  private readonly crashes = new Set<PendingCrash>();
  private readonly disturbances: PendingDisturbance[] = [];
  private readonly outages: CurrentOutage[] = [];
  private losing: LosingAnswers | undefined;

  crash(crash: Crash): AwaitedCrash {
    let meet: () => void = () => undefined;
    const met = new Promise<void>((resolve) => (meet = resolve));
    const awaited = { ...crash, meet };
    this.crashes.add(awaited);
    return { met, end: () => void this.crashes.delete(awaited) };
  }

  disturb(disturbance: Disturbance): DisturbedCall {
    const pending = new PendingDisturbance(disturbance);
    this.disturbances.push(pending);
    return pending;
  }

  /**
   * Each call of a function that changes something is carried out, and the answer to its first
   * attempt is lost.
   */
  loseAnswers(): LostAnswers {
    this.losing = new LosingAnswers();
    return this.losing;
  }

  takeDown(outage: Outage): NoticedOutage {
    const current = new CurrentOutage(outage);
    this.outages.push(current);
    return current;
  }

  meeting(request: ApiRequest, callerArn: string): Interference | undefined {
    const { invocationId } = request;
    if (invocationId === undefined) return undefined;
    if (this.outages.some((outage) => outage.refuses(request))) {
      return interferenceOf('error', request, invocationId);
    }
    if (this.losing?.loses(request, callerArn)) return { kind: 'lose-answer' };
    // All of them count the call, also those that come after the one that it meets.
    const [interference] = this.disturbances.flatMap(
      (pending) => pending.meeting(request, invocationId, callerArn) ?? [],
    );
    if (interference) return interference;
    const crash = [...this.crashes].find(
      ({ service, action }) => service === request.service && action === request.action,
    );
    if (!crash) return undefined;
    this.crashes.delete(crash);
    crash.meet();
    return { kind: 'crash', when: crash.when, invocationId };
  }
}

class CurrentOutage implements NoticedOutage {
  refusals = 0;
  private hasEnded = false;

  constructor(private readonly outage: Outage) {}

  end(): void {
    this.hasEnded = true;
  }

  refuses({ service }: ApiRequest): boolean {
    if (service !== this.outage.service || this.hasEnded || this.outage.isOver()) return false;
    this.refusals += 1;
    return true;
  }
}

class LosingAnswers implements LostAnswers {
  readonly calls: LostCall[] = [];
  private readonly known = new Set<string>();
  private hasEnded = false;

  end(): void {
    this.hasEnded = true;
  }

  loses(request: ApiRequest, callerArn: string): boolean {
    const { service, action, sdkCallId } = request;
    if (this.hasEnded || sdkCallId === undefined || !changesSomething(request)) return false;
    if (this.known.has(sdkCallId)) return false;
    this.known.add(sdkCallId);
    this.calls.push({ service, action, callerArn });
    return true;
  }
}

class PendingDisturbance implements DisturbedCall {
  hit: DisturbedCall['hit'];
  private invocationId: string | undefined;
  private readonly letBe = new Set<string>();
  private readonly calls = new Set<string>();
  private hitCall: string | undefined;
  private timesLeft: number;

  constructor(private readonly disturbance: Disturbance) {
    this.timesLeft = disturbance.with.startsWith('crash') ? 1 : (disturbance.times ?? Infinity);
  }

  end(): void {
    this.timesLeft = 0;
  }

  meeting(request: ApiRequest, invocationId: string, callerArn: string): Interference | undefined {
    if (!callerArn.includes(this.disturbance.callerArnIncludes ?? '')) return undefined;
    if (!this.counts(invocationId)) return undefined;
    if (!this.isTheCall(request) || this.timesLeft === 0) return undefined;
    this.timesLeft -= 1;
    return interferenceOf(this.disturbance.with, request, invocationId);
  }

  private counts(invocationId: string): boolean {
    if (this.disturbance.counted === 'in all invocations') return true;
    if (this.isLetBe(invocationId)) return false;
    this.invocationId ??= invocationId;
    return invocationId === this.invocationId;
  }

  private isLetBe(invocationId: string): boolean {
    const { afterInvocations = 0 } = this.disturbance;
    if (this.invocationId === undefined && this.letBe.size < afterInvocations) {
      this.letBe.add(invocationId);
    }
    return this.letBe.has(invocationId);
  }

  /** Counts the call when it is tried for the first time. */
  private isTheCall({ service, action, sdkCallId = '' }: ApiRequest): boolean {
    const { of = { service, action } } = this.disturbance;
    if (service !== of.service || action !== of.action) return false;
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
