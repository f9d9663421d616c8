// Loaded into the process of each function, before its host.
const { writeFileSync } = require('node:fs');
const { join } = require('node:path');
const v8 = require('node:v8');
const vm = require('node:vm');

v8.setFlagsFromString('--expose-gc');
const collect = vm.runInNewContext('gc');

// What is left after a collection is what the function keeps: the rest is what V8 has not tidied up.
process.on('SIGUSR2', () => {
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  const report = JSON.stringify({ keptBytes: heapUsed + external });
  writeFileSync(join(process.env.MEMORY_REPORTS, String(process.pid)), report);
});
