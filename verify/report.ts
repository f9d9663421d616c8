import type { Finding } from './probe';

export interface Answered {
  readonly title: string;
  /** What was seen, why it could not be, or why it was not asked. */
  readonly result: Finding | { readonly failed: string } | { readonly notAsked: string };
}

export interface ReportHead {
  readonly region: string;
  /** In ISO 8601. */
  readonly date: string;
  readonly commit: string;
}

const ACCOUNT_ID = /\b\d{12}\b/g;
/** Of keys, users and sessions: what a record names them by. */
const IDENTITY_ID = /\b(AKIA|ASIA|AIDA|AROA)[A-Z0-9]{8,}\b/g;
/** In an error, who was refused: the name of a session is often someone's e-mail address. */
const IDENTITY_ARN = /arn:[\w-]+:(iam|sts)::\S+/g;
/** What EC2 says of a refusal, which those can decode who may: it names all of it once more. */
const ENCODED_MESSAGE = /(Encoded authorization failure message: )\S+/g;

/**
 * For an issue, in Markdown. Ids of keys and identities are left out, and those of accounts unless
 * someone wants them in it. Errors do not say who called.
 */
export function renderReport(
  { region, date, commit }: ReportHead,
  answers: readonly Answered[],
  showsAccountIds: boolean,
): string {
  const seen = answers.filter(({ result }) => 'answer' in result);
  const failed = answers.filter(({ result }) => 'failed' in result);
  const notAsked = answers.filter(({ result }) => 'notAsked' in result);
  const text = [
    `## Seen in ${region} on ${date.slice(0, 10)}, with ${commit}`,
    '',
    `${seen.length} questions were answered, ${failed.length} could not be, and ${notAsked.length} were not asked.`,
    '',
    ...[...seen, ...failed].flatMap(entry),
    '### Not asked',
    '',
    ...notAsked.map(
      ({ title, result }) => `- ${title}: ${'notAsked' in result && result.notAsked}`,
    ),
    '',
  ]
    .join('\n')
    .replace(IDENTITY_ID, '<id>');
  return showsAccountIds ? text : text.replace(ACCOUNT_ID, '<account>');
}

function entry({ title, result }: Answered): string[] {
  if ('failed' in result) {
    const reason = result.failed
      .replace(IDENTITY_ARN, '<identity>')
      .replace(ENCODED_MESSAGE, '$1<left out>');
    return [`### ${title}`, '', `Could not be asked: ${reason}`, ''];
  }
  if ('notAsked' in result) return [];
  const evidence = result.evidence === undefined ? [] : ['```json', result.evidence, '```', ''];
  return [`### ${title}`, '', result.answer, '', ...evidence];
}
