import { availableParallelism, cpus, release, type, totalmem } from 'node:os';

const GIB = 2 ** 30;

/** Where and when the figures came about, in words. */
export function machine(): string {
  const [cpu] = cpus();
  const memory = Math.round(totalmem() / GIB);
  const day = new Date().toISOString().slice(0, 10);
  return `${day}, on ${availableParallelism()} cores (${cpu?.model ?? 'unknown'}), ${memory} GiB, ${type()} ${release()}, Node ${process.version}`;
}
