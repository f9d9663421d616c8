import type { Message } from '../../sandbox/slack/workspace';

const REMINDER = /^\*?(Still waits for a decision|It end(s|ed) at )/;

/**
 * What the messages say at last. Reminders are left out: whether one comes is a matter of how long
 * all of it took. So is a second copy of a message that was never changed, as the other was: the
 * function that posted it ended before word of it was kept, and only a click on it would bring it
 * up to date.
 */
export function shownTexts(messages: readonly Message[]): string[] {
  return messages
    .filter((message) => !isUnknownCopy(message, messages))
    .map(({ text }) => text)
    .filter((text) => !REMINDER.test(text));
}

function isUnknownCopy(message: Message, messages: readonly Message[]): boolean {
  if (message.versions.length > 1) return false;
  return messages.some(
    ({ channel, versions: [first, ...later] }) =>
      channel === message.channel && first?.text === message.text && later.length > 0,
  );
}
