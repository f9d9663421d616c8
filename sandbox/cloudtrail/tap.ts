import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, IncomingMessage, Server, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { Caller, Callers } from './caller';
import { EmulatorLookUp } from './emulator-look-up';
import { EventHistory } from './event-history';
import { GroupQueue } from './group-queue';
import { KeptRule } from './kept-rule';
import { Lake } from './lake';
import { isManagementCall, managementEvents } from './management-call';
import { Passage, passageOf, RecordedPassage, recordedPassageOf } from './passage';
import { CallEnd, CloudTrailEvent, eventOf } from './record';
import { addsOrRemovesRules, recordedActionNamed } from './recorded-action';
import { ANSWERED_FIELDS, responseElementsOf } from './response-elements';
import { Answer, createdGroupIdOf, errorOf, requestIdOf, textsOf } from '../proxy/answer';
import { ApiRequest } from '../proxy/api-request';
import { errorAnswer, Fault, PendingFaults } from '../proxy/faults';
import { EmulatorConnection, send } from '../proxy/forwarding';
import { invocationAnswer, InvokeFunction, isInvocation } from '../proxy/function-invocation';
import {
  AwaitedCrash,
  Crash,
  Disturbance,
  DisturbedCall,
  Interference,
  InvocationFaults,
  LostAnswers,
  NoticedOutage,
  Outage,
} from '../proxy/invocation-faults';
import { eventsPutBy, isPutEvents, PutEvent } from '../proxy/put-events';
import { SandboxClock } from '../support/sandbox-clock';

export type { CloudTrailEvent } from './record';
export type { PutEvent } from '../proxy/put-events';
export type { Fault } from '../proxy/faults';
export type {
  AwaitedCrash,
  Crash,
  Disturbance,
  DisturbedCall,
  LostAnswers,
  NoticedOutage,
  Outage,
} from '../proxy/invocation-faults';
export { changesSomething } from '../proxy/invocation-faults';

/** One call that passed the tap. */
export interface ApiCall {
  /** When the answer was sent, in milliseconds since 1970. */
  readonly at: number;
  readonly service: string;
  readonly action: string;
  readonly status: number;
  readonly callerArn?: string;
  readonly durationMs: number;
  /** The form's parameters, where the service speaks the query protocol. */
  readonly parameters: Readonly<Record<string, string>>;
  /** The body, where the service speaks a JSON protocol. */
  readonly json?: unknown;
  /** Of the function's invocation that made the call. */
  readonly invocationId?: string;
}

export interface CloudTrailTapOptions {
  readonly emulatorEndpoint: string;
  /** Where DynamoDB's calls go. Default: to the emulator. */
  readonly tablesEndpoint?: string;
  /** Gives the events their time. Default: the machine's clock. */
  readonly clock?: SandboxClock;
  /** Without it, calls that invoke a function go to the emulator. */
  readonly invokeFunction?: InvokeFunction;
  /**
   * Called for each call that CloudTrail would record (those in recorded-action.ts and in
   * management-call.ts), after its answer was sent.
   */
  onEvent(event: CloudTrailEvent): void;
  /** Called for each call, after its answer was sent. */
  onCall?(call: ApiCall): void;
  /** Called for each event that someone put on an event bus. */
  onPutEvent?(event: PutEvent): void;
  /** Ends the process that runs this invocation, as a machine that fails would. */
  endInvocation?(invocationId: string): Promise<void>;
}

export interface CloudTrailTap {
  readonly endpoint: string;
  /** What LookupEvents answers from. */
  readonly history: EventHistory;
  /** What queries of CloudTrail Lake are answered from. */
  readonly lake: Lake;
  /** The next calls of this action get an error; the emulator never sees them. */
  failNext(fault: Fault): void;
  /** The function that makes the next such call ends at once. */
  crashNext(crash: Crash): AwaitedCrash;
  disturbCall(disturbance: Disturbance): DisturbedCall;
  /** From now on, calls of functions that change something lose their first answers. */
  loseAnswers(): LostAnswers;
  /** From now on until it is over, functions hear nothing but errors of a service. */
  takeDown(outage: Outage): NoticedOutage;
  /** Until the events of all calls that were answered are told of. */
  told(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Stands before the emulator as CloudTrail stands behind AWS: passes every call on, and tells of
 * those that concern security groups, and of those that could blind someone who watches them.
 */
export async function startCloudTrailTap(options: CloudTrailTapOptions): Promise<CloudTrailTap> {
  const tap = new Tap(options);
  const port = await tap.listen();
  return {
    endpoint: `http://localhost:${port}`,
    history: tap.history,
    lake: tap.lake,
    failNext: (fault) => tap.faults.add(fault),
    crashNext: (crash) => tap.invocationFaults.crash(crash),
    disturbCall: (disturbance) => tap.invocationFaults.disturb(disturbance),
    loseAnswers: () => tap.invocationFaults.loseAnswers(),
    takeDown: (outage) => tap.invocationFaults.takeDown(outage),
    told: async () => tap.told(),
    stop: async () => tap.stop(),
  };
}

/** Longer than any client of ours keeps a connection idle: the server must not hang up first. */
const KEEP_ALIVE_MS = 120_000;

class Tap {
  readonly history = new EventHistory();
  readonly lake = new Lake();
  readonly faults = new PendingFaults();
  readonly invocationFaults = new InvocationFaults();
  private readonly server: Server;
  private readonly emulator: EmulatorConnection;
  private readonly tables: EmulatorConnection;
  private readonly lookUp: EmulatorLookUp;
  private readonly callers: Callers;
  private readonly groups = new GroupQueue();
  private readonly inHand = new Set<Promise<void>>();
  private readonly recordedCallsInHand = new Set<Promise<void>>();

  constructor(private readonly options: CloudTrailTapOptions) {
    this.emulator = new EmulatorConnection(options.emulatorEndpoint);
    this.tables = new EmulatorConnection(options.tablesEndpoint ?? options.emulatorEndpoint);
    this.lookUp = new EmulatorLookUp(options.emulatorEndpoint);
    this.callers = new Callers(this.lookUp);
    this.server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, client) => {
      void holding(this.inHand, this.receive(request, client));
    });
  }

  async listen(): Promise<number> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    const address = this.server.address();
    if (address === null || typeof address === 'string') {
      throw new Error('The CloudTrail tap listens on no port');
    }
    return address.port;
  }

  async told(): Promise<void> {
    await Promise.allSettled(this.recordedCallsInHand);
  }

  /** Lets recorded calls come to their event, and cuts what only waits (long polls). */
  async stop(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    await this.told();
    this.server.closeAllConnections();
    await Promise.allSettled(this.inHand);
    this.emulator.close();
    this.tables.close();
    this.lookUp.close();
    await closed;
  }

  private async receive(request: IncomingMessage, client: ServerResponse): Promise<void> {
    const call = `${request.method} ${request.url}`;
    try {
      const passage = await passageOf(request, client);
      const recorded = recordedPassageOf(passage);
      if (recorded) {
        await holding(this.recordedCallsInHand, this.witness(recorded));
      } else if (isManagementCall(passage.api)) {
        await holding(this.recordedCallsInHand, this.witnessManagement(passage));
      } else {
        await this.pass(passage);
      }
    } catch (error) {
      // A client that hung up is no failure of the tap.
      if (client.destroyed) return;
      complain(call, error);
      if (client.headersSent) client.destroy();
      else client.writeHead(502).end();
    }
  }

  private async pass(passage: Passage): Promise<void> {
    const { api } = passage;
    if (recordedActionNamed(api.action) && !api.credentials) {
      complain(api.action, 'the call is not signed: no event can tell who made it');
    }
    const status = await this.passOn(passage, await this.interferenceWith(passage));
    const at = Date.now();
    if (status === undefined || !this.options.onCall) return;
    this.tellCall(passage, status, at, await this.callerOf(api));
  }

  /** Ends with the answer's status; with none where the call never came to one. */
  private async passOn(
    passage: Passage,
    interference: Interference | undefined,
  ): Promise<number | undefined> {
    const { api, request, body, client } = passage;
    if (!interference && !this.isAnsweredHere(api) && !isPutEvents(api)) {
      return this.serverOf(api).relay(request, body, client);
    }
    const carried = await this.carry(passage, interference);
    if (!carried) return undefined;
    await send(carried, client);
    return carried.status;
  }

  private async interferenceWith({ api, body }: Passage): Promise<Interference | undefined> {
    const interference =
      this.invocationFaults.meeting(api, await this.functionThatCalls(api)) ??
      answering(this.faults.answerTo(api));
    if (interference && !isCarriedOut(interference)) body.resume();
    return interference;
  }

  private async functionThatCalls(api: ApiRequest): Promise<string> {
    if (api.invocationId === undefined) return '';
    return (await this.callerOf(api))?.arn ?? '';
  }

  /** The answer, and nothing where the call is not carried out because its caller has gone. */
  private async carry(
    passage: Passage,
    interference: Interference | undefined,
  ): Promise<Answer | undefined> {
    if (interference?.kind === 'answer') return interference.answer;
    if (interference?.kind === 'crash' && interference.when === 'before') {
      await this.endCaller(passage, interference.invocationId);
      return undefined;
    }
    const answer = await this.ask(passage);
    if (interference?.kind === 'crash') await this.endCaller(passage, interference.invocationId);
    if (interference?.kind === 'lose-answer') passage.client.destroy();
    return answer;
  }

  private async ask({ api, request, body }: Passage): Promise<Answer> {
    if (this.isAnsweredHere(api)) return this.answerHere(api, body);
    const answer = await this.serverOf(api).ask(request, body);
    if (beginsSession(api)) this.rememberSession(api, answer);
    if (isPutEvents(api)) {
      telling(api.action, () =>
        eventsPutBy(api, answer).forEach((event) => this.options.onPutEvent?.(event)),
      );
    }
    return answer;
  }

  private rememberSession({ credentials, parameters }: ApiRequest, answer: Answer): void {
    const { AccessKeyId } = textsOf(answer, ['AccessKeyId']);
    if (AccessKeyId === undefined) return;
    this.callers.sessionBegan(credentials?.accessKeyId, AccessKeyId, parameters.SourceIdentity);
  }

  private serverOf({ service }: ApiRequest): EmulatorConnection {
    return service === 'dynamodb' ? this.tables : this.emulator;
  }

  /** The emulator has neither an event history nor CloudTrail Lake, and runs no functions. */
  private isAnsweredHere(api: ApiRequest): boolean {
    const { service, action } = api;
    return (
      (service === 'cloudtrail' && action === 'LookupEvents') ||
      this.lake.answers(api) ||
      (isInvocation(api) && this.options.invokeFunction !== undefined)
    );
  }

  private async answerHere(api: ApiRequest, body: Readable): Promise<Answer> {
    const { invokeFunction } = this.options;
    if (invokeFunction && isInvocation(api)) return invocationAnswer(api, body, invokeFunction);
    body.resume();
    if (this.lake.answers(api)) return this.lake.answerTo(api);
    const caller = await this.callerOf(api);
    return caller
      ? this.history.answerTo(api, caller.account)
      : errorAnswer(api, { errorCode: 'AccessDeniedException' });
  }

  private async endCaller({ api, client }: Passage, invocationId: string): Promise<void> {
    if (!this.options.endInvocation) {
      throw new Error(
        `${api.action} shall end the process of ${invocationId}, and no one here can.`,
      );
    }
    await this.options.endInvocation(invocationId);
    client.destroy();
  }

  /**
   * Only one call at a time changes a group, so that what differs afterwards is this call's doing.
   */
  private async witness(passage: RecordedPassage): Promise<void> {
    const groupId = await attempt(passage.action, async () => this.groupOf(passage));
    if (groupId === undefined) return this.carryOut(passage, undefined);
    return this.groups.run(groupId, async () => this.carryOut(passage, groupId));
  }

  private async witnessManagement(passage: Passage): Promise<void> {
    const answer = await this.carry(passage, await this.interferenceWith(passage));
    if (!answer) return;
    const { api, request } = passage;
    const caller = await this.callerOf(api);
    await send(answer, passage.client);
    const at = Date.now();
    this.tellCall(passage, answer.status, at, caller);
    if (!caller) return;
    telling(api.action, () => {
      const call = {
        api,
        caller,
        answer,
        at: at + (this.options.clock?.offsetMs ?? 0),
        userAgent: request.headers['user-agent'] ?? '',
        sourceIpAddress: request.socket.remoteAddress ?? '127.0.0.1',
      };
      for (const event of managementEvents(call)) this.tellOf(event);
    });
  }

  private async groupOf({
    api,
    action,
    credentials,
  }: RecordedPassage): Promise<string | undefined> {
    const { GroupId: id, GroupName: name } = api.parameters;
    if (action === 'CreateSecurityGroup') return undefined;
    return id ?? (name === undefined ? undefined : this.lookUp.groupIdNamed(name, credentials));
  }

  private async carryOut(passage: RecordedPassage, groupId: string | undefined): Promise<void> {
    const interference = await this.interferenceWith(passage);
    const before = await this.look(passage, groupId);
    const answer = await this.carry(passage, interference);
    if (!answer) return;
    const after = answer.status < 400 ? await this.look(passage, groupId) : undefined;
    const caller = await this.callerOf(passage.api);
    await send(answer, passage.client);
    const at = Date.now();

    this.tellCall(passage, answer.status, at, caller);
    if (caller) {
      this.tellEvent(
        passage,
        answer,
        at + (this.options.clock?.offsetMs ?? 0),
        caller,
        ruleDifference(before, after),
      );
    }
  }

  private async look(
    { action, credentials }: RecordedPassage,
    groupId: string | undefined,
  ): Promise<KeptRule[] | undefined> {
    if (groupId === undefined || !addsOrRemovesRules(action)) return undefined;
    return attempt(action, async () => this.lookUp.rulesOf(groupId, credentials));
  }

  private async callerOf({ action, credentials }: ApiRequest): Promise<Caller | undefined> {
    return credentials && attempt(action, async () => this.callers.identify(credentials));
  }

  private tellCall(
    { api, since }: Passage,
    status: number,
    at: number,
    caller: Caller | undefined,
  ): void {
    const call: ApiCall = {
      at,
      service: api.service,
      action: api.action,
      status,
      callerArn: caller?.arn,
      durationMs: at - since,
      parameters: api.parameters,
      json: api.json,
      invocationId: api.invocationId,
    };
    telling(api.action, () => this.options.onCall?.(call));
  }

  private tellEvent(
    passage: RecordedPassage,
    answer: Answer,
    at: number,
    caller: Caller,
    difference: RuleDifference,
  ): void {
    telling(passage.action, () => {
      this.tellOf(eventAbout(passage, answer, at, caller, difference));
    });
  }

  private tellOf(event: CloudTrailEvent): void {
    this.history.add(event);
    this.lake.add(event);
    this.options.onEvent(event);
  }
}

function eventAbout(
  passage: RecordedPassage,
  answer: Answer,
  at: number,
  caller: Caller,
  difference: RuleDifference,
): CloudTrailEvent {
  const {
    api: { parameters },
    action,
    credentials: { region },
    request,
  } = passage;
  const requestId = requestIdOf(answer) ?? randomUUID();
  const call = {
    action,
    parameters,
    caller,
    region,
    requestId,
    at,
    userAgent: request.headers['user-agent'] ?? '',
    sourceIpAddress: request.socket.remoteAddress ?? '127.0.0.1',
  };
  const answered = {
    newGroupId: createdGroupIdOf(answer),
    answered: textsOf(answer, ANSWERED_FIELDS),
  };
  return eventOf(
    call,
    endOf(answer, {
      action,
      parameters,
      requestId,
      region,
      account: caller.account,
      ...answered,
      ...difference,
    }),
  );
}

function beginsSession({ service, action }: ApiRequest): boolean {
  return service === 'sts' && action === 'AssumeRole';
}

function answering(answer: Answer | undefined): Interference | undefined {
  return answer && { kind: 'answer', answer };
}

function isCarriedOut(interference: Interference): boolean {
  return (
    interference.kind === 'lose-answer' ||
    (interference.kind === 'crash' && interference.when === 'after')
  );
}

interface RuleDifference {
  readonly added?: readonly KeptRule[];
  readonly removed?: readonly KeptRule[];
}

function ruleDifference(
  before: readonly KeptRule[] | undefined,
  after: readonly KeptRule[] | undefined,
): RuleDifference {
  if (!before || !after) return {};
  return { added: without(after, before), removed: without(before, after) };
}

function without(rules: readonly KeptRule[], others: readonly KeptRule[]): KeptRule[] {
  const ids = new Set(others.map(({ id }) => id));
  return rules.filter(({ id }) => !ids.has(id));
}

function endOf(answer: Answer, call: Parameters<typeof responseElementsOf>[0]): CallEnd {
  const error = errorOf(answer);
  return error
    ? { kind: 'refused', error }
    : { kind: 'answered', responseElements: responseElementsOf(call) };
}

async function holding(held: Set<Promise<void>>, work: Promise<void>): Promise<void> {
  held.add(work);
  return work.finally(() => held.delete(work));
}

/** The tap's own troubles must not become the client's: they are told on stderr. */
async function attempt<Found>(
  action: string,
  look: () => Promise<Found>,
): Promise<Found | undefined> {
  try {
    return await look();
  } catch (error) {
    complain(action, error);
    return undefined;
  }
}

function telling(action: string, tell: () => void): void {
  try {
    tell();
  } catch (error) {
    complain(action, error);
  }
}

function complain(call: string, trouble: unknown): void {
  process.stderr.write(
    `CloudTrail tap: ${call}: ${trouble instanceof Error ? trouble.stack : String(trouble)}\n`,
  );
}
