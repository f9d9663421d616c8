import type { LocalAws } from '../../local-aws';
import { type AccessKeyStage, OWNER, OWNER_TAGS } from '../../scenes/access-keys';
import { MAX_KEY_AGE_DAYS } from '../../scenes/apps/access-keys/max-key-age';
import { lookAtClock } from '../clock-look';
import { lookAtKeys } from '../key-look';
import type { Move } from '../moves';
import type { PageScene, SandboxPage } from '../sandbox-page';
import { SlackDesk } from '../slack-desk';

const DAY_MS = 86_400_000;
const OLD_DAYS = MAX_KEY_AGE_DAYS + 40;

/** The scene of old access keys, as the page shows it. */
export function accessKeyScene(page: SandboxPage, stage: AccessKeyStage): PageScene {
  const { localAws, stack } = stage;
  const slack = new SlackDesk(stage, (what, text, at) => page.tell(what, text, at));
  const days = async (count: number) => {
    for (let day = 0; day < count; day += 1) {
      await localAws.setClock(new Date(localAws.now().getTime() + DAY_MS));
      tellDay(page, localAws);
      await localAws.fire(stack, 'KeySentrySchedule');
      await slack.settled();
    }
  };
  return {
    title: 'Old access keys',
    about:
      'A key that is too old is reported, its step is announced, and once the grace is over the key is deactivated, and later deleted. The sentry runs once a day: it tells of its steps at once, and of all that it has found on Mondays. Who owns a key hears of it in Slack, in a direct message.',
    moves: [
      oldKeyMove(page, localAws),
      {
        id: 'day',
        label: 'A day passes',
        hint: 'The clock of the sandbox is moved by a day, and the sentry runs.',
        do: async () => days(1),
      },
      {
        id: 'week',
        label: 'A week passes',
        hint: 'The clock of the sandbox is moved by seven days, and the sentry runs on each.',
        do: async () => days(7),
      },
    ],
    looks: [
      async () => lookAtClock(localAws),
      async () => lookAtKeys(localAws, MAX_KEY_AGE_DAYS),
      async () => slack.look(),
    ],
    slack,
    people: [{ id: OWNER.id, name: OWNER.name, role: 'owns the keys of robots' }],
  };
}

/** With its weekday, since reports are weekly. */
export function tellDay(page: SandboxPage, localAws: LocalAws): void {
  const day = localAws.now();
  const weekday = day.toLocaleDateString('en', { weekday: 'long', timeZone: 'UTC' });
  page.tell('clock', `it is ${weekday}, ${day.toISOString().slice(0, 10)}: the sentry runs`);
}

function oldKeyMove(page: SandboxPage, localAws: LocalAws): Move {
  let count = 0;
  return {
    id: 'old-key',
    label: 'Find an old key',
    hint: `One more user turns up, with a key of ${OLD_DAYS} days. Its tag names ${OWNER.name} as the owner.`,
    do: async () => {
      count += 1;
      const name = `robot-${count}`;
      const createdAt = new Date(localAws.now().getTime() - OLD_DAYS * DAY_MS);
      await localAws.addUsers([
        { name, createdAt, tags: OWNER_TAGS, keys: [{ status: 'Active', createdAt }] },
      ]);
      page.tell('clock', `${name} is found, with a key of ${OLD_DAYS} days`);
    },
  };
}
