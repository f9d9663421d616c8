import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod/mini';

const LOCK_TIMEOUT_MS = 10 * 60_000;
const LOCK_POLL_MS = 100;

const Owner = z.object({ pid: z.number(), token: z.string() });
const SystemError = z.object({ code: z.string() });

/**
 * Does the work while no other process does. A lock is a folder that holds its owner, made
 * elsewhere and renamed into place: renaming onto a folder that is not empty fails, so there is
 * never a lock without an owner, and never two.
 */
export async function withFolderLock<T>(
  lock: string,
  log: (line: string) => void,
  work: () => Promise<T>,
): Promise<T> {
  await acquireLock(lock, log);
  try {
    return await work();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

async function acquireLock(lock: string, log: (line: string) => void): Promise<void> {
  const mine = { pid: process.pid, token: randomUUID() };
  const prepared = `${lock}-${mine.token}`;
  mkdirSync(prepared);
  writeFileSync(path.join(prepared, 'owner.json'), JSON.stringify(mine));
  const deadline = Date.now() + LOCK_TIMEOUT_MS;
  let announced = false;
  while (!renamed(prepared, lock)) {
    const owner = readOwner(lock);
    if (owner && !isAlive(owner.pid)) {
      // The name holds the dead owner's token and the folder stays: anyone who comes second cannot
      // move the next owner's lock there.
      renamed(lock, `${lock}-stale-${owner.token}`);
      continue;
    }
    if (owner && !announced) log(`Waiting for process ${owner.pid}, which holds ${lock} ...`);
    announced = true;
    if (Date.now() > deadline) {
      rmSync(prepared, { recursive: true });
      throw new Error(
        `Process ${owner?.pid} has held ${lock} for ten minutes. If it is not at work there, delete that folder.`,
      );
    }
    await sleep(LOCK_POLL_MS);
  }
}

function renamed(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    if (['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(codeOf(error) ?? '')) return false;
    throw error;
  }
}

/** Undefined where the lock was released in the meantime. */
function readOwner(lock: string): z.infer<typeof Owner> | undefined {
  const file = path.join(lock, 'owner.json');
  try {
    return Owner.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    if (!existsSync(file)) return undefined;
    throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, and belongs to someone else.
    return codeOf(error) === 'EPERM';
  }
}

function codeOf(error: unknown): string | undefined {
  const parsed = SystemError.safeParse(error);
  return parsed.success ? parsed.data.code : undefined;
}
