import type { People, Person } from './messenger';

/** Someone to whom a direct message may be sent, or why there is no one. */
export type Reachable =
  | { readonly kind: 'reachable'; readonly userId: string }
  | { readonly kind: 'not-reachable'; readonly reason: string };

/**
 * Anyone may have written the address, so no word goes to guests or out of the company. Throws
 * where the messenger does not say who it is.
 */
export async function reachablePerson(
  email: string,
  people: Pick<People, 'personWithEmail' | 'app'>,
): Promise<Reachable> {
  const [person, { teamId }] = await Promise.all([people.personWithEmail(email), people.app()]);
  if (!person) return { kind: 'not-reachable', reason: 'no one in Slack has this address' };
  const reason = whyNot(person, teamId);
  return reason === undefined
    ? { kind: 'reachable', userId: person.userId }
    : { kind: 'not-reachable', reason };
}

function whyNot(person: Person, teamId: string): string | undefined {
  if (person.isDeactivated) return 'their account in Slack is deactivated';
  if (person.isBot) return 'it is the address of a bot';
  if (person.teamId !== teamId) return 'they are of another workspace';
  return person.isGuest ? 'they are a guest in Slack' : undefined;
}
