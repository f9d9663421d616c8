/**
 * A hand-written stand-in, and no part of the emulator: what IAM does in AWS, and the emulator's
 * IAM does not, as far as tests need it. It rewrites the emulator's answers on their way: lists
 * come in pages, the credential report has a row for the root user, takes several calls to be made,
 * or is stale; and calls about single users and keys fail. What it shows is what AWS's
 * documentation says; no one else has checked it. Everything else passes unchanged.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { errorAnswer } from './answers';
import { withGeneratedTime, withRootUser, withState } from './credential-report';
import type { IamGaps } from './iam-gaps';
import { isPaged, Pages } from './pages';
import type { Answer } from '../answer';
import { type ApiRequest, apiRequestOf, isForm } from '../api-request';
import { EmulatorConnection, send } from '../forwarding';

export interface IamStandIn {
  readonly endpoint: string;
  stop(): Promise<void>;
}

type Ask = () => Promise<Answer>;

const KEEP_ALIVE_MS = 120_000;

/** Between anyone who calls and the emulator. */
export async function startIamStandIn(
  emulatorEndpoint: string,
  gaps: IamGaps,
): Promise<IamStandIn> {
  const emulator = new EmulatorConnection(emulatorEndpoint);
  const pages = new Pages();
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, client) => {
    pass(request, client, emulator, async (api, ask) => answerTo(api, gaps, pages, ask)).catch(
      (error: unknown) => giveUp(client, error),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://localhost:${portOf(server)}`,
    stop: async () => stop(server, emulator),
  };
}

async function pass(
  request: IncomingMessage,
  client: ServerResponse,
  emulator: EmulatorConnection,
  answer: (api: ApiRequest, ask: Ask) => Promise<Answer>,
): Promise<void> {
  const head = { method: request.method ?? '', url: request.url ?? '', headers: request.headers };
  if (!isForm(head)) {
    await emulator.relay(request, request, client);
    return;
  }
  const form = await buffer(request);
  const body = () => Readable.from([form]);
  const api = apiRequestOf(head, form.toString('utf8'));
  if (api.service === 'iam') {
    await send(await answer(api, async () => emulator.ask(request, body())), client);
  } else {
    await emulator.relay(request, body(), client);
  }
}

async function answerTo(
  { action, parameters }: ApiRequest,
  gaps: IamGaps,
  pages: Pages,
  ask: Ask,
): Promise<Answer> {
  const errorCode = gaps.errorCodeFor(action, parameters);
  if (errorCode !== undefined) return errorAnswer(errorCode);
  if (action === 'GenerateCredentialReport') return generateReport(gaps, ask);
  if (action === 'GetCredentialReport') return getReport(gaps, ask);
  if (gaps.pageSize !== undefined && isPaged(action)) {
    return pages.answerTo({ action, parameters }, gaps.pageSize, ask);
  }
  return ask();
}

/**
 * The emulator makes its report at the first call already, and says COMPLETE from the second on.
 */
async function generateReport({ unfinishedStates }: IamGaps, ask: Ask): Promise<Answer> {
  const state = unfinishedStates.shift();
  const answer = await ask();
  return state === undefined || answer.status >= 400 ? answer : withState(answer, state);
}

async function getReport(gaps: IamGaps, ask: Ask): Promise<Answer> {
  const error = gaps.reportErrors.shift();
  if (error !== undefined) return errorAnswer(error);
  if (gaps.unfinishedStates.length > 0) return errorAnswer('ReportInProgress');
  const answer = await ask();
  if (answer.status >= 400) return answer;
  const dated = gaps.reportGeneratedAt ? withGeneratedTime(answer, gaps.reportGeneratedAt) : answer;
  return gaps.rootUser ? withRootUser(dated, gaps.rootUser) : dated;
}

function giveUp(client: ServerResponse, error: unknown): void {
  // A client that hung up is no failure of the stand-in.
  if (client.destroyed) return;
  process.stderr.write(`IAM stand-in: ${error instanceof Error ? error.stack : String(error)}\n`);
  if (client.headersSent) client.destroy();
  else client.writeHead(502).end();
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') {
    throw new Error('The IAM stand-in listens on no port');
  }
  return address.port;
}

async function stop(server: Server, emulator: EmulatorConnection): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  emulator.close();
  await closed;
}
