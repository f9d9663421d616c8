// Loaded into the process of each function, before its host.
const { writeFileSync } = require('node:fs');
const { join } = require('node:path');
const v8 = require('node:v8');
const vm = require('node:vm');

v8.setFlagsFromString('--expose-gc');
const collect = vm.runInNewContext('gc');
const { MEMORY_REPORTS, MEMORY_COLLECTS } = process.env;

process.on('SIGUSR2', () => {
  if (MEMORY_COLLECTS === 'true') {
    collect();
    collect();
  }
  const { total_physical_size: heapBytes } = v8.getHeapStatistics();
  const { heapUsed, external } = process.memoryUsage();
  const report = JSON.stringify({ heapBytes, usedBytes: heapUsed + external });
  writeFileSync(join(MEMORY_REPORTS, String(process.pid)), report);
});
