import * as z from 'zod/mini';
import type { NamedWork } from '../../shared/domain/failure/failure';

const text = z.optional(z.catch(z.optional(z.string()), undefined));

/** Read as it is, not as it should be: that it is not as it should be may be why it fails. */
const anyMessage = z.object({
  type: text,
  requestId: text,
  clickId: text,
  asker: text,
  outcome: text,
  statement: text,
  sender: text,
  question: z.optional(z.catch(z.optional(z.object({ title: text })), undefined)),
});

/** What a message between a workflow, its functions and its askers is about, whatever it is. */
export function workInMessage(body: string): NamedWork {
  const message = read(anyMessage, body);
  const { type, requestId, clickId, statement } = message;
  const request = requestId === undefined ? {} : { requestId };
  switch (type) {
    case 'ask':
      return { what: questionIn(message), ...request };
    case 'outcome':
      return { what: outcomeIn(message), ...request };
    case 'click':
      return { what: `The click ${clickId ?? ''} in Slack` };
    case 'messages':
      return { what: 'The messages of a request in Slack', ...request };
    case 'direct-message':
      return { what: `A direct message of ${message.sender ?? 'a sentry'}` };
    case 'decision':
      return workInDecision(statement ?? '');
    default:
      return { what: 'A message that cannot be read' };
  }
}

type AnyMessage = Partial<z.infer<typeof anyMessage>>;

function questionIn({ asker, question }: AnyMessage): string {
  return `A question of ${asker ?? 'an asker without a name'}: ${question?.title ?? 'without a title'}`;
}

function outcomeIn({ asker, outcome }: AnyMessage): string {
  return `The outcome "${outcome ?? ''}" that ${asker ?? 'an asker'} reports`;
}

const anyStatement = z.object({ requestId: text, decision: text, asker: text });

function workInDecision(statement: string): NamedWork {
  const { requestId, decision, asker } = read(anyStatement, statement);
  return {
    what: `The decision "${decision ?? ''}" for ${asker ?? 'an asker'}`,
    ...(requestId !== undefined && { requestId }),
  };
}

function read<Shape extends z.ZodMiniType>(schema: Shape, json: string): Partial<z.infer<Shape>> {
  try {
    return schema.safeParse(JSON.parse(json)).data ?? {};
  } catch {
    return {};
  }
}
