import { execFileSync } from 'node:child_process';
import { preparePythonEnvironment } from '../../sandbox/emulator/python-environment';
import { patternsOf, tamperCases, watchedSentry } from '../shared/samples/tamper-cases';

const sentry = watchedSentry();
const cases = tamperCases(sentry);
const patterns = Object.entries(patternsOf(sentry));

/** Reads patterns and events, and writes a line of matches for each pattern. */
const MATCH_EVENTS = `
import json, sys
from moto.events.models import EventPattern
patterns, events = json.load(sys.stdin)
print(json.dumps([[EventPattern.load(pattern).matches_event(json.loads(event)) for event in events] for pattern in patterns]))
`;

describe('tampering, by the matcher of the emulator', () => {
  let matched: boolean[][];

  beforeAll(async () => {
    const { python } = await preparePythonEnvironment(() => undefined);
    const input = JSON.stringify([
      patterns.map(([, pattern]) => pattern),
      cases.map(({ event }) => event),
    ]);
    matched = JSON.parse(execFileSync(python, ['-c', MATCH_EVENTS], { input, encoding: 'utf8' }));
  }, 120_000);

  test.each(cases.map(({ name, toldBy }, index) => [name, toldBy, index] as const))(
    '%s is told by %j',
    (_, toldBy, index) => {
      expect(patterns.map(([rule]) => rule).filter((__, rule) => matched[rule]![index])).toEqual(
        toldBy,
      );
    },
  );
});
