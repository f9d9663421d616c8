/** A client of the SDK, as far as its answers can be taken from it. */
interface Client<Request> {
  readonly config: {
    readonly requestHandler: {
      handle(request: Request, ...rest: never[]): Promise<unknown>;
    };
  };
}

interface SentRequest {
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * From now on every call is carried out at its first attempt, and the answer to that is lost: what
 * the caller hears is said to the second.
 */
export function loseFirstAnswers<Request extends SentRequest>({ config }: Client<Request>): void {
  const { requestHandler } = config;
  const handle = requestHandler.handle.bind(requestHandler);
  requestHandler.handle = async (request, ...rest) => {
    const answer = await handle(request, ...rest);
    if (request.headers['amz-sdk-request']?.startsWith('attempt=1;')) {
      throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
    }
    return answer;
  };
}
