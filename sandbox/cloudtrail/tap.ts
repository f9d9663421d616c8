import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, IncomingMessage, Server, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { Answer, createdGroupIdOf, errorOf, requestIdOf } from './answer';
import { ApiRequest, apiRequestOf, isForm, SigningCredentials } from './api-request';
import { Caller, Callers } from './caller';
import { EmulatorLookUp } from './emulator-look-up';
import { Fault, PendingFaults } from './faults';
import { EmulatorConnection, send } from './forwarding';
import { addsOrRemovesRules, GroupAction, groupActionNamed } from './group-action';
import { GroupQueue } from './group-queue';
import { KeptRule } from './kept-rule';
import { CallEnd, CloudTrailEvent, eventOf } from './record';
import { responseElementsOf } from './response-elements';
import { SandboxClock } from '../sandbox-clock';

export type { CloudTrailEvent } from './record';
export type { Fault } from './faults';

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
}

export interface CloudTrailTapOptions {
  readonly emulatorEndpoint: string;
  /** Gives the events their time. Default: the machine's clock. */
  readonly clock?: SandboxClock;
  /** Called for each security group call, after its answer was sent. */
  onEvent(event: CloudTrailEvent): void;
  /** Called for each call, after its answer was sent. */
  onCall?(call: ApiCall): void;
}

export interface CloudTrailTap {
  readonly endpoint: string;
  /** The next calls of this action get an error; the emulator never sees them. */
  failNext(fault: Fault): void;
  stop(): Promise<void>;
}

/** Stands before the emulator as CloudTrail stands behind AWS: passes every call on, and tells of those that change security groups. */
export async function startCloudTrailTap(options: CloudTrailTapOptions): Promise<CloudTrailTap> {
  const tap = new Tap(options);
  const port = await tap.listen();
  return {
    endpoint: `http://localhost:${port}`,
    failNext: (fault) => tap.faults.add(fault),
    stop: async () => tap.stop(),
  };
}

/** A call on its way through. */
interface Passage {
  readonly api: ApiRequest;
  readonly request: IncomingMessage;
  readonly body: Readable;
  readonly client: ServerResponse;
  readonly since: number;
}

interface GroupPassage extends Passage {
  readonly action: GroupAction;
  readonly credentials: SigningCredentials;
}

/** Longer than any client of ours keeps a connection idle: the server must not hang up first. */
const KEEP_ALIVE_MS = 120_000;

class Tap {
  readonly faults = new PendingFaults();
  private readonly server: Server;
  private readonly emulator: EmulatorConnection;
  private readonly lookUp: EmulatorLookUp;
  private readonly callers: Callers;
  private readonly groups = new GroupQueue();
  private readonly inHand = new Set<Promise<void>>();
  private readonly groupCallsInHand = new Set<Promise<void>>();

  constructor(private readonly options: CloudTrailTapOptions) {
    this.emulator = new EmulatorConnection(options.emulatorEndpoint);
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
    if (address === null || typeof address === 'string') throw new Error('The CloudTrail tap listens on no port');
    return address.port;
  }

  /** Lets group calls come to their event, and cuts what only waits (long polls). */
  async stop(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    await Promise.allSettled(this.groupCallsInHand);
    this.server.closeAllConnections();
    await Promise.allSettled(this.inHand);
    this.emulator.close();
    this.lookUp.close();
    await closed;
  }

  private async receive(request: IncomingMessage, client: ServerResponse): Promise<void> {
    const call = `${request.method} ${request.url}`;
    try {
      const passage = await passageOf(request, client);
      const group = groupPassageOf(passage);
      if (group) await holding(this.groupCallsInHand, this.witness(group));
      else await this.pass(passage);
    } catch (error) {
      // A client that hung up is no failure of the tap.
      if (client.destroyed) return;
      complain(call, error);
      if (client.headersSent) client.destroy();
      else client.writeHead(502).end();
    }
  }

  private async pass(passage: Passage): Promise<void> {
    const { api, request, body, client } = passage;
    if (groupActionNamed(api.action) && !api.credentials) complain(api.action, 'the call is not signed: no event can tell who made it');
    const status = await this.failOrRelay(api, request, body, client);
    const at = Date.now();
    if (!this.options.onCall) return;
    this.tellCall(passage, status, at, await this.callerOf(api));
  }

  private async failOrRelay(api: ApiRequest, request: IncomingMessage, body: Readable, client: ServerResponse): Promise<number> {
    const fault = this.faults.answerTo(api);
    if (!fault) return this.emulator.relay(request, body, client);
    body.resume();
    await send(fault, client);
    return fault.status;
  }

  /** Only one call at a time changes a group, so that what differs afterwards is this call's doing. */
  private async witness(passage: GroupPassage): Promise<void> {
    const groupId = await attempt(passage.action, async () => this.groupOf(passage));
    if (groupId === undefined) return this.carryOut(passage, undefined);
    return this.groups.run(groupId, async () => this.carryOut(passage, groupId));
  }

  private async groupOf({ api, action, credentials }: GroupPassage): Promise<string | undefined> {
    const { GroupId: id, GroupName: name } = api.parameters;
    if (action === 'CreateSecurityGroup') return undefined;
    return id ?? (name === undefined ? undefined : this.lookUp.groupIdNamed(name, credentials));
  }

  private async carryOut(passage: GroupPassage, groupId: string | undefined): Promise<void> {
    const before = await this.look(passage, groupId);
    const answer = this.faults.answerTo(passage.api) ?? await this.emulator.ask(passage.request, passage.body);
    const after = answer.status < 400 ? await this.look(passage, groupId) : undefined;
    const caller = await this.callerOf(passage.api);
    await send(answer, passage.client);
    const at = Date.now();

    this.tellCall(passage, answer.status, at, caller);
    if (caller) this.tellEvent(passage, answer, at + (this.options.clock?.offsetMs ?? 0), caller, ruleDifference(before, after));
  }

  private async look({ action, credentials }: GroupPassage, groupId: string | undefined): Promise<KeptRule[] | undefined> {
    if (groupId === undefined || !addsOrRemovesRules(action)) return undefined;
    return attempt(action, async () => this.lookUp.rulesOf(groupId, credentials));
  }

  private async callerOf({ action, credentials }: ApiRequest): Promise<Caller | undefined> {
    return credentials && attempt(action, async () => this.callers.identify(credentials));
  }

  private tellCall({ api, since }: Passage, status: number, at: number, caller: Caller | undefined): void {
    const call: ApiCall = {
      at,
      service: api.service,
      action: api.action,
      status,
      callerArn: caller?.arn,
      durationMs: at - since,
      parameters: api.parameters,
    };
    telling(api.action, () => this.options.onCall?.(call));
  }

  private tellEvent(passage: GroupPassage, answer: Answer, at: number, caller: Caller, difference: RuleDifference): void {
    const { api: { parameters }, action, credentials: { region }, request } = passage;
    const requestId = requestIdOf(answer) ?? randomUUID();
    telling(action, () => this.options.onEvent(eventOf(
      {
        action,
        parameters,
        caller,
        region,
        requestId,
        at,
        userAgent: request.headers['user-agent'] ?? '',
        sourceIpAddress: request.socket.remoteAddress ?? '127.0.0.1',
      },
      endOf(answer, { action, parameters, requestId, region, account: caller.account, newGroupId: createdGroupIdOf(answer), ...difference }),
    )));
  }
}

async function passageOf(request: IncomingMessage, client: ServerResponse): Promise<Passage> {
  const since = Date.now();
  const head = { method: request.method ?? '', url: request.url ?? '', headers: request.headers };
  if (!isForm(head)) return { api: apiRequestOf(head, ''), request, body: request, client, since };
  const form = await buffer(request);
  return { api: apiRequestOf(head, form.toString('utf8')), request, body: Readable.from([form]), client, since };
}

function groupPassageOf(passage: Passage): GroupPassage | undefined {
  const { service, action: name, credentials } = passage.api;
  const action = service === 'ec2' ? groupActionNamed(name) : undefined;
  return action && credentials && { ...passage, action, credentials };
}

interface RuleDifference { readonly added?: readonly KeptRule[]; readonly removed?: readonly KeptRule[] }

function ruleDifference(before: readonly KeptRule[] | undefined, after: readonly KeptRule[] | undefined): RuleDifference {
  if (!before || !after) return {};
  return { added: without(after, before), removed: without(before, after) };
}

function without(rules: readonly KeptRule[], others: readonly KeptRule[]): KeptRule[] {
  const ids = new Set(others.map(({ id }) => id));
  return rules.filter(({ id }) => !ids.has(id));
}

function endOf(answer: Answer, call: Parameters<typeof responseElementsOf>[0]): CallEnd {
  const error = errorOf(answer);
  return error ? { kind: 'refused', error } : { kind: 'answered', responseElements: responseElementsOf(call) };
}

async function holding(held: Set<Promise<void>>, work: Promise<void>): Promise<void> {
  held.add(work);
  return work.finally(() => held.delete(work));
}

/** The tap's own troubles must not become the client's: they are told on stderr. */
async function attempt<Found>(action: string, look: () => Promise<Found>): Promise<Found | undefined> {
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
  process.stderr.write(`CloudTrail tap: ${call}: ${trouble instanceof Error ? trouble.stack : String(trouble)}\n`);
}
