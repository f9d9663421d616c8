import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { JAVA_IS_THERE, mavenJars } from '../java/maven-jars';

/** The engine is written in Java: where there is none, the title says that it is not asked. */
export function describeByEngine(title: string, tests: () => void): void {
  if (JAVA_IS_THERE) describe(title, tests);
  else describe.skip(`${title}, which is not asked: there is no java or no mvn on the PATH`, tests);
}

const EVENT_RULER = {
  groupId: 'software.amazon.event.ruler',
  artifactId: 'event-ruler',
  version: '2.1.0',
  digest: 'c3d89dd4cfc90745c3fca8dac513d8e687a32c76d30710495d846f85f65899a2',
};

export interface PatternAndEvent {
  readonly pattern: string;
  readonly event: string;
}

/**
 * Whether each pattern matches its event, by EventBridge's own matching engine, from Maven Central.
 */
export function matchesOfEventRuler(pairs: readonly PatternAndEvent[]): boolean[] {
  const jars = mavenJars(EVENT_RULER);
  try {
    const input = pairs.map(({ pattern, event }) => `${pattern}\t${event}`).join('\n');
    const output = execFileSync(
      'java',
      ['-cp', join(jars, '*'), join(__dirname, 'MatchEvents.java')],
      { input, encoding: 'utf8' },
    );
    return output
      .trim()
      .split('\n')
      .map((line) => line === 'true');
  } finally {
    rmSync(jars, { recursive: true });
  }
}
