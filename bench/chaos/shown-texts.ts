import type { Message } from '../../sandbox/slack/workspace';

/**
 * What the messages say at last. A second copy of a message that was never changed, as the other
 * was, is left out: the function that posted it ended before word of it was kept, and only a click
 * on it would bring it up to date.
 */
export function shownTexts(messages: readonly Message[]): string[] {
  return messages.filter((message) => !isUnknownCopy(message, messages)).map(({ text }) => text);
}

function isUnknownCopy(message: Message, messages: readonly Message[]): boolean {
  if (message.versions.length > 1) return false;
  return messages.some(
    ({ channel, versions: [first, ...later] }) =>
      channel === message.channel && first?.text === message.text && later.length > 0,
  );
}
