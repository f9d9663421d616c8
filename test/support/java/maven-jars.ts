import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One of Maven Central, in one version. */
export interface MavenArtifact {
  readonly groupId: string;
  readonly artifactId: string;
  readonly version: string;
  /** Of the names and contents of all jars that come with it: see `digestOf`. */
  readonly digest: string;
}

export const JAVA_IS_THERE = ['java', 'mvn'].every(
  (command) => spawnSync(command, ['-version']).status === 0,
);

/** As in 17; 0 where there is none. */
export function javaVersion(): number {
  return Number(/version "(\d+)/.exec(String(spawnSync('java', ['-version']).stderr))?.[1] ?? 0);
}

/** An artifact and all that it depends on, in a folder that is the caller's to remove. */
export function mavenJars({ groupId, artifactId, version, digest }: MavenArtifact): string {
  const folder = mkdtempSync(join(tmpdir(), `${artifactId}-`));
  try {
    writeFileSync(
      join(folder, 'pom.xml'),
      `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>test</groupId><artifactId>jars</artifactId><version>1</version>
  <dependencies><dependency><groupId>${groupId}</groupId><artifactId>${artifactId}</artifactId><version>${version}</version></dependency></dependencies>
</project>`,
    );
    execFileSync('mvn', ['-q', 'dependency:copy-dependencies', '-DoutputDirectory=.'], {
      cwd: folder,
    });
    const found = digestOf(folder);
    if (found === digest) return folder;
    throw new Error(
      `The jars of ${groupId}:${artifactId}:${version} are not those that were pinned: their digest is ${found}.`,
    );
  } catch (error) {
    rmSync(folder, { recursive: true });
    throw error;
  }
}

function digestOf(folder: string): string {
  const digest = createHash('sha256');
  for (const file of readdirSync(folder).sort()) {
    if (file === 'pom.xml') continue;
    digest.update(
      `${file} ${createHash('sha256')
        .update(readFileSync(join(folder, file)))
        .digest('hex')}\n`,
    );
  }
  return digest.digest('hex');
}
