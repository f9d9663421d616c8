import type { Question, Site } from './probe';
import type { Answered } from './report';

/**
 * Asks all at once, since most of the time each waits. A question that fails costs the others
 * nothing. Gives the answers in the order of the questions.
 */
export async function askQuestions(
  site: Site,
  questions: readonly Question[],
  told: (line: string) => void,
): Promise<Answered[]> {
  return Promise.all(
    questions.map(async (question): Promise<Answered> => {
      const { title } = question;
      if ('notAsked' in question) return { title, result: { notAsked: question.notAsked } };
      try {
        const result = await question.probe.ask(site);
        told(`${title}: ${result.answer}`);
        return { title, result };
      } catch (error) {
        told(`${title}: could not be asked: ${error}`);
        return { title, result: { failed: String(error) } };
      }
    }),
  );
}

/** The most that all of them take, as they are asked at once. */
export function minutesOf(questions: readonly Question[]): number {
  return Math.max(
    ...questions.map((question) => ('probe' in question ? question.probe.minutes : 0)),
  );
}
