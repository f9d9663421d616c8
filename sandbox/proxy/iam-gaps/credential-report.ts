import { textOf, withText } from './answers';
import type { RootKey, RootUser } from './iam-gaps';
import { ACCOUNT_ID } from '../../emulator/emulator-access';
import type { Answer } from '../answer';

const KEYS_IN_REPORT = 2;

export function withState(answer: Answer, state: string): Answer {
  return withText(answer, textOf(answer).replace(/<State>\w+<\/State>/, `<State>${state}</State>`));
}

export function withGeneratedTime(answer: Answer, generatedAt: Date): Answer {
  return withText(
    answer,
    textOf(answer).replace(
      /<GeneratedTime>[^<]+</,
      `<GeneratedTime>${withoutMilliseconds(generatedAt, 'Z')}<`,
    ),
  );
}

/** Below the header, where AWS has it. */
export function withRootUser(answer: Answer, rootUser: RootUser): Answer {
  return withText(
    answer,
    textOf(answer).replace(/(?<=<Content>)[^<]+/, (content) => {
      const [header = '', ...rows] = Buffer.from(content, 'base64').toString('utf8').split('\n');
      return Buffer.from([header, rootRow(rootUser), ...rows].join('\n')).toString('base64');
    }),
  );
}

/**
 * user, arn, its creation, four columns on its password, MFA, five columns for each key, two for
 * each certificate.
 */
function rootRow({ createdAt, keys }: RootUser): string {
  if (keys.length > KEYS_IN_REPORT) {
    throw new Error(
      `The credential report has columns for ${KEYS_IN_REPORT} keys; the root user was given ${keys.length}`,
    );
  }
  return [
    '<root_account>',
    `arn:aws:iam::${ACCOUNT_ID}:root`,
    reportDate(createdAt),
    'not_supported',
    'no_information',
    'not_supported',
    'not_supported',
    'true',
    ...Array.from({ length: KEYS_IN_REPORT }, (_, index) => keyColumns(keys[index])).flat(),
    'false',
    'N/A',
    'false',
    'N/A',
  ].join(',');
}

function keyColumns(key: RootKey | undefined): string[] {
  if (!key) return ['false', 'N/A', 'N/A', 'N/A', 'N/A'];
  const { lastUsed } = key;
  return [
    String(key.isActive),
    reportDate(key.lastRotatedAt),
    ...(lastUsed
      ? [reportDate(lastUsed.at), lastUsed.region, lastUsed.service]
      : ['N/A', 'N/A', 'N/A']),
  ];
}

function reportDate(date: Date): string {
  return withoutMilliseconds(date, '+00:00');
}

function withoutMilliseconds(date: Date, zone: string): string {
  return date.toISOString().replace(/\.\d{3}Z$/, zone);
}
