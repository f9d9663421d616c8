import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import * as z from 'zod/mini';
import { JAVA_IS_THERE, javaVersion, mavenJars } from '../java/maven-jars';
import type { TableServer } from '../tables/table-server';

/** Its licence allows use for development and tests; nothing of it is shipped. */
const DYNAMODB_LOCAL = {
  groupId: 'com.amazonaws',
  artifactId: 'DynamoDBLocal',
  version: '2.6.1',
  digest: 'fc65f12e5db3d214e4f0dcf0466fe38e11f8b91224a71af28be76c00387e616e',
};
const OLDEST_JAVA = 17;
const KEPT_ERROR_LINES = 15;

const Announcement = z.object({ port: z.number() });

/** Why it cannot run here; undefined where it can. */
export function lackedByDynamoDbLocal(): string | undefined {
  if (!JAVA_IS_THERE) return 'there is no java or no mvn on the PATH';
  if (javaVersion() < OLDEST_JAVA) return `java is older than ${OLDEST_JAVA}`;
  // Its SQLite comes for these alone.
  return process.platform === 'linux' && process.arch === 'x64'
    ? undefined
    : 'it comes for Linux on x64';
}

export function dynamoDbLocalJars(): string {
  return mavenJars(DYNAMODB_LOCAL);
}

export async function startDynamoDbLocal(jars: string): Promise<TableServer> {
  const child = spawn('java', [
    `-Dsqlite4java.library.path=${jars}`,
    '-cp',
    join(jars, '*'),
    join(__dirname, 'DynamoDbOnLoopback.java'),
  ]);
  const closed = once(child, 'close');
  const errors: string[] = [];
  createInterface(child.stderr).on('line', (line) => {
    errors.push(line);
    if (errors.length > KEPT_ERROR_LINES) errors.shift();
  });
  const announced = once(createInterface(child.stdout), 'line');
  const [line] = await Promise.race([announced, closed]);
  if (typeof line !== 'string') {
    throw new Error(`DynamoDB Local ended at once:\n${errors.join('\n')}`);
  }
  return {
    endpoint: `http://127.0.0.1:${Announcement.parse(JSON.parse(line)).port}`,
    stop: async () => {
      child.stdin.end();
      await closed;
    },
  };
}
