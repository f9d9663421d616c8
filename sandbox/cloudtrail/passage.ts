import { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { RecordedAction, recordedActionNamed } from './recorded-action';
import { ApiRequest, apiRequestOf, isForm, isJson, SigningCredentials } from '../proxy/api-request';

/** A call on its way through. */
export interface Passage {
  readonly api: ApiRequest;
  readonly request: IncomingMessage;
  readonly body: Readable;
  readonly client: ServerResponse;
  readonly since: number;
}

export interface RecordedPassage extends Passage {
  readonly action: RecordedAction;
  readonly credentials: SigningCredentials;
}

export async function passageOf(
  request: IncomingMessage,
  client: ServerResponse,
): Promise<Passage> {
  const since = Date.now();
  const head = { method: request.method ?? '', url: request.url ?? '', headers: request.headers };
  if (!isForm(head) && !isJson(head)) {
    return { api: apiRequestOf(head, ''), request, body: request, client, since };
  }
  const body = await buffer(request);
  return {
    api: apiRequestOf(head, body.toString('utf8')),
    request,
    body: Readable.from([body]),
    client,
    since,
  };
}

export function recordedPassageOf(passage: Passage): RecordedPassage | undefined {
  const { service, action: name, credentials } = passage.api;
  const action = service === 'ec2' ? recordedActionNamed(name) : undefined;
  return action && credentials && { ...passage, action, credentials };
}
