import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { type DeployedResource, deployedApps } from '../support/deployment-rights/deployed-apps';

/** What docs/operations.md says of alarms and of what stays, held against the templates. */

const PAGE = readFileSync(join(__dirname, '..', '..', 'docs', 'operations.md'), 'utf8');

/** Goes with its bucket, and is kept so that the bucket stays closed. */
const POLICY_OF_BUCKET = 'AWS::S3::BucketPolicy';

const WarmUp = z.object({
  WarmUpConfiguration: z.object({ WarmUpPeriodDurationInMinutes: z.number() }),
});
const MINUTES = { minutes: 1, hours: 60, days: 24 * 60 } as const;

let resources: readonly (readonly [id: string, resource: DeployedResource])[];

beforeAll(() => {
  resources = deployedApps()
    .flatMap(({ templates }) => templates)
    .flatMap((template) => Object.entries(template.Resources));
});

test('each alarm about silence has a row of the first day, with when it begins to look', () => {
  const begins = resources.flatMap(([id, { Properties }]) => {
    const warmUp = WarmUp.safeParse(Properties);
    const [, name = ''] = /([A-Z]\w+Alarm)[0-9A-F]{8}$/.exec(id) ?? [];
    return warmUp.success
      ? [`${name}: ${warmUp.data.WarmUpConfiguration.WarmUpPeriodDurationInMinutes}`]
      : [];
  });

  expect(begins.length).toBeGreaterThan(5);
  expect([...new Set(begins)].filter((begin) => !isTold(begin))).toEqual([]);
});

test('all that stays when a stack goes is named, and found by the command', () => {
  const kept = resources
    .filter(([, { DeletionPolicy }]) => DeletionPolicy === 'Retain')
    .map(([, { Type }]) => Type)
    .filter((type) => type !== POLICY_OF_BUCKET);
  const [, command = ''] = /list-stack-resources[^]*?--query "([^"]+)"/.exec(PAGE) ?? [];

  expect([...new Set(kept)].sort()).toEqual(
    [...command.matchAll(/ResourceType=='([\w:]+)'/g)].map(([, type]) => type).sort(),
  );
});

/** Rows name the alarm by its link, and the construct's id stands before its name in a template. */
function isTold(begin: string): boolean {
  const [name = '', minutes = ''] = begin.split(': ');
  return rowsOfTheFirstDay().some(
    (row) => row.minutes === Number(minutes) && row.alarms.some((alarm) => name.endsWith(alarm)),
  );
}

function rowsOfTheFirstDay(): { minutes: number; alarms: string[] }[] {
  return [...PAGE.matchAll(/^\| from (\d+) (minutes|hours|days) on \|([^|]+)\|/gm)].map(
    ([, count, unit, text = '']) => ({
      minutes: Number(count) * MINUTES[unit as keyof typeof MINUTES],
      alarms: [...text.matchAll(/\[(\w+Alarm)\]/g)].map(([, alarm = '']) => alarm),
    }),
  );
}
