import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>test</groupId><artifactId>event-ruler</artifactId><version>1</version>
  <dependencies><dependency><groupId>software.amazon.event.ruler</groupId><artifactId>event-ruler</artifactId><version>2.1.0</version></dependency></dependencies>
</project>`;

export const JAVA_IS_THERE = ['java', 'mvn'].every(
  (command) => spawnSync(command, ['-version']).status === 0,
);

export interface PatternAndEvent {
  readonly pattern: string;
  readonly event: string;
}

/**
 * Whether each pattern matches its event, by EventBridge's own matching engine, from Maven Central.
 */
export function matchesOfEventRuler(pairs: readonly PatternAndEvent[]): boolean[] {
  const folder = mkdtempSync(join(tmpdir(), 'event-ruler-'));
  try {
    writeFileSync(join(folder, 'pom.xml'), POM);
    execFileSync('mvn', ['-q', 'dependency:copy-dependencies', '-DoutputDirectory=jars'], {
      cwd: folder,
    });
    const input = pairs.map(({ pattern, event }) => `${pattern}\t${event}`).join('\n');
    const output = execFileSync(
      'java',
      ['-cp', join(folder, 'jars', '*'), join(__dirname, 'MatchEvents.java')],
      { input, encoding: 'utf8' },
    );
    return output
      .trim()
      .split('\n')
      .map((line) => line === 'true');
  } finally {
    rmSync(folder, { recursive: true });
  }
}
