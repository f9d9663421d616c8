import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Where V8 keeps what it has compiled, of whatever runs often. */
const COMPILED = /^(code|trusted)_/;

/** Bytes in use, after everything that is not in use was collected. */
export function heapInUse(): number {
  collect();
  return process.memoryUsage().heapUsed;
}

/** The same, without compiled code. */
export function dataInUse(): number {
  collect();
  return getHeapSpaceStatistics()
    .filter(({ space_name: name }) => !COMPILED.test(name))
    .reduce((sum, { space_used_size: bytes }) => sum + bytes, 0);
}

function collect(): void {
  setFlagsFromString('--expose-gc');
  const gc: () => void = runInNewContext('gc');
  gc();
}
