import { randomBytes } from 'node:crypto';
import * as z from 'zod/mini';
import { SlackError } from './slack-error';
import { contentOf, type Workspace } from './workspace';

const MOST_USES = 5;
const GOOD_FOR_MS = 30 * 60 * 1000;

/** The click that an address answers to. */
export interface AnsweredClick {
  readonly channel: string;
  readonly ts: string;
  readonly userId: string;
}

interface IssuedUrl extends AnsweredClick {
  readonly issuedAt: number;
  uses: number;
}

const Response = z.object({
  text: z.optional(z.string()),
  blocks: z.optional(z.unknown()),
  response_type: z.optional(z.enum(['ephemeral', 'in_channel'])),
  replace_original: z.optional(z.boolean()),
  delete_original: z.optional(z.boolean()),
});

/** The `response_url`s of clicks: each is good for five answers in half an hour. */
export class ResponseUrls {
  private readonly issued = new Map<string, IssuedUrl>();

  constructor(
    private readonly workspace: Workspace,
    private readonly now: () => Date,
  ) {}

  /** A path under the stand-in's address. */
  issueFor(click: AnsweredClick): string {
    const path = `/actions/${this.workspace.installation.teamId}/${this.issued.size + 1}/${randomBytes(12).toString('hex')}`;
    this.issued.set(path, { ...click, issuedAt: this.now().getTime(), uses: 0 });
    return path;
  }

  /** Does what the answer to a click asks for. Throws SlackError where Slack would refuse. */
  answer(path: string, body: unknown): void {
    const url = this.issued.get(path);
    if (!url || this.now().getTime() - url.issuedAt > GOOD_FOR_MS) {
      throw new SlackError('expired_url');
    }
    if (url.uses >= MOST_USES) throw new SlackError('used_url');
    const response = Response.safeParse(body);
    if (!response.success) throw new SlackError('invalid_payload');
    url.uses += 1;
    this.apply(url, response.data);
  }

  private apply(
    { channel, ts, userId }: IssuedUrl,
    { text, blocks, ...response }: z.infer<typeof Response>,
  ): void {
    const original = this.workspace.messageAt(channel, ts);
    if (response.delete_original) {
      if (original) original.deleted = true;
      return;
    }
    const content = contentOf(text, blocks);
    if (response.replace_original && original) {
      this.workspace.update(original, content);
    } else if (response.response_type === 'in_channel') {
      this.workspace.post({ channel, postedBy: 'webhook', ...content });
    } else {
      this.workspace.show(channel, userId, content);
    }
  }
}
