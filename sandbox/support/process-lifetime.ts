import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

const POLL_MS = 300;
/**
 * What stands between `npm run` and this process: npm, npx, projen, tsx, and the shells that they
 * call.
 */
const LAUNCHER =
  /^npm |^npx |^npm$|\/(npm|npx|npm-cli\.js|npx-cli\.js|projen|tsx)( |$)|\/tsx\/|^(\S*\/)?(sh|bash|dash) -c /;

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
const EXIT_CODE_ORPHANED = 1;

/**
 * Ends this process, `stop` first, on a signal and when a part of the npm invocation that started
 * it is gone: a SIGKILL for npm reaches no one else.
 */
export function endWithParent(stop: () => Promise<void>): void {
  let ending = false;
  const end = (exitCode: number) => {
    if (ending) return;
    ending = true;
    stop().then(
      () => process.exit(exitCode),
      (error: unknown) => {
        console.error(error);
        process.exit(exitCode);
      },
    );
  };
  process.on('SIGINT', () => end(EXIT_CODES.SIGINT));
  process.on('SIGTERM', () => end(EXIT_CODES.SIGTERM));
  process.on('SIGHUP', () => end(EXIT_CODES.SIGHUP));

  // A process that loses its parent gets another one at once: no need to look whether the parent
  // itself still lives.
  const launched = launchChain();
  setInterval(() => {
    if (launched.some(({ pid, parentPid }) => readProcess(pid)?.parentPid !== parentPid)) {
      end(EXIT_CODE_ORPHANED);
    }
  }, POLL_MS).unref();
}

interface RunningProcess {
  readonly pid: number;
  readonly parentPid: number;
  readonly command: string;
}

/** This process, and those above it up to the one that the outermost launcher started. */
function launchChain(): RunningProcess[] {
  const chain: RunningProcess[] = [];
  for (let each = readProcess(process.pid); each;) {
    const parent = readProcess(each.parentPid);
    if (!parent || !LAUNCHER.test(parent.command)) return chain;
    chain.push(each);
    each = parent;
  }
  return chain;
}

function readProcess(pid: number): RunningProcess | undefined {
  try {
    return existsSync('/proc/self/stat') ? fromProcFolder(pid) : fromPs(pid);
  } catch {
    // It is gone.
    return undefined;
  }
}

/** Linux; a look there costs nothing, and small containers have no ps. */
function fromProcFolder(pid: number): RunningProcess {
  const status = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // pid (name, which may hold anything) state parent ...
  const parentPid = Number(status.slice(status.lastIndexOf(')') + 2).split(' ')[1]);
  return {
    pid,
    parentPid,
    command: readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim(),
  };
}

function fromPs(pid: number): RunningProcess {
  const [, parentPid = '', command = ''] =
    /^\s*(\d+)\s+(.*)$/m.exec(
      execFileSync('ps', ['-o', 'ppid=,args=', '-p', String(pid)], { encoding: 'utf8' }),
    ) ?? [];
  return { pid, parentPid: Number(parentPid), command };
}
