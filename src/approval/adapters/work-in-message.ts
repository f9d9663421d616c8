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
  question: z.optional(z.catch(z.optional(z.object({ title: text })), undefined)),
});

/** What a message between a workflow, its functions and its askers is about, whatever it is. */
export function workInMessage(body: string): NamedWork {
  const { type, requestId, clickId, asker, outcome, statement, question } = read(anyMessage, body);
  const request = requestId === undefined ? {} : { requestId };
  switch (type) {
    case 'ask':
      return {
        what: `A question of ${asker ?? 'an asker without a name'}: ${question?.title ?? 'without a title'}`,
        ...request,
      };
    case 'outcome':
      return {
        what: `The outcome "${outcome ?? ''}" that ${asker ?? 'an asker'} reports`,
        ...request,
      };
    case 'click':
      return { what: `The click ${clickId ?? ''} in Slack` };
    case 'messages':
      return { what: 'The messages of a request in Slack', ...request };
    case 'decision':
      return workInDecision(statement ?? '');
    default:
      return { what: 'A message that cannot be read' };
  }
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
