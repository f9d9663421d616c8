import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const PROJECT = join(__dirname, '..', '..', '..');
const ADDRESS = /In a browser: (http:\S+)/;

/** `npm run sandbox`, as someone without a terminal would start it. */
export class PlayedScene {
  /** Gives it back once its page is served. */
  static async start(...scene: string[]): Promise<PlayedScene> {
    const child = spawn(process.execPath, ['--import', 'tsx', 'sandbox/main.ts', ...scene], {
      cwd: PROJECT,
      env: { ...process.env, CDK_VALIDATION: 'false' },
    });
    child.stdin.end();
    child.stderr.pipe(process.stderr);
    return new PlayedScene(child, await addressOf(child));
  }

  private constructor(
    private readonly child: ChildProcessWithoutNullStreams,
    readonly url: string,
  ) {}

  async end(): Promise<void> {
    if (this.child.exitCode !== null) return;
    const closed = once(this.child, 'close');
    this.child.kill('SIGTERM');
    await closed;
  }
}

async function addressOf(child: ChildProcessWithoutNullStreams): Promise<string> {
  const lines: string[] = [];
  for await (const line of createInterface(child.stdout)) {
    lines.push(line);
    const [, url] = ADDRESS.exec(line) ?? [];
    if (url === undefined) continue;
    child.stdout.resume();
    return url;
  }
  throw new Error(`The sandbox has served no page. It said:\n${lines.join('\n')}`);
}
