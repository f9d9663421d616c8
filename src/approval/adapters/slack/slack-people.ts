import type { SlackWebApi } from './slack-web-api';
import type { Clock } from '../../../shared/domain/clock';
import { MessengerRefusedError, type People, type Person } from '../../domain/messenger';

/** Each click asks; who leaves the group shall not be able to approve for long. */
const MEMBERS_KEPT_FOR_MILLISECONDS = 60_000;

interface CachedMembers {
  readonly at: number;
  readonly members: Promise<readonly string[]>;
}

interface App {
  readonly teamId: string;
  readonly appId: string;
}

/** The people of a Slack workspace. */
export class SlackPeople implements People {
  private readonly groups = new Map<string, CachedMembers>();

  private knownApp?: Promise<App>;

  constructor(
    private readonly api: SlackWebApi,
    private readonly clock: Pick<Clock, 'now'>,
  ) {}

  membersOf(userGroupId: string): Promise<readonly string[]> {
    const now = this.clock.now().getTime();
    const known = this.groups.get(userGroupId);
    if (known && now < known.at + MEMBERS_KEPT_FOR_MILLISECONDS) return known.members;
    const kept = { at: now, members: this.api.userGroupMembers(userGroupId) };
    this.groups.set(userGroupId, kept);
    kept.members.catch(() => {
      if (this.groups.get(userGroupId) === kept) this.groups.delete(userGroupId);
    });
    return kept.members;
  }

  async userWithEmail(email: string): Promise<string | undefined> {
    return whereKnown(async () => this.api.lookupByEmail(email));
  }

  async personWithEmail(email: string): Promise<Person | undefined> {
    return whereKnown(async () => this.api.personByEmail(email));
  }

  app(): Promise<App> {
    if (this.knownApp) return this.knownApp;
    const asked = this.askForApp();
    this.knownApp = asked;
    asked.catch(() => {
      this.knownApp = undefined;
    });
    return asked;
  }

  private async askForApp(): Promise<App> {
    const { teamId, botId } = await this.api.authTest();
    if (!botId) {
      throw new MessengerRefusedError(
        'not_a_bot_token',
        "The Slack token is no bot's. Put the bot token, xoxb-…, into the secret.",
      );
    }
    return { teamId, appId: (await this.api.botInfo(botId)).appId };
  }
}

async function whereKnown<T>(lookUp: () => Promise<T>): Promise<T | undefined> {
  try {
    return await lookUp();
  } catch (error) {
    if (error instanceof MessengerRefusedError && error.code === 'users_not_found') {
      return undefined;
    }
    throw error;
  }
}
