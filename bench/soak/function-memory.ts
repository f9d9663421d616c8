import { readFileSync } from 'node:fs';

/** What the largest process of a function has in memory, in MB. They are children of this one. */
export function largestFunctionMegabytes(): number {
  const children = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8');
  const sizes = children
    .trim()
    .split(' ')
    .filter((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('function-host'))
    .map((pid) => /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  return Math.max(0, ...sizes.map(Number)) / 1_024;
}
