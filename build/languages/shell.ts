import { spawnSync } from 'node:child_process';

/** Where a command is typed, and what its environment has besides. */
export interface Place {
  readonly folder: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Types a command as a user would. What it prints is shown where it fails, and it throws. */
export function type(command: string, { folder, environment = {} }: Place): void {
  console.log(`$ ${command}`);
  const { status, stdout, stderr } = spawnSync('bash', ['-c', command], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, ...environment },
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status === 0) return;
  throw new Error(`In ${folder}, this failed: ${command}\n${stdout}${stderr}`);
}
