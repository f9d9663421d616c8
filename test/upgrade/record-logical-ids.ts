import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { write } from './recorded-parts';
import { statefulResourcesIn } from './stateful-resources';

/** Records the resources that hold something, of synthesized apps in a folder. */
function main([folder = '']: string[]): void {
  const files = globSync(join(folder, '*', '*.template.json'));
  const resources = files.map((file) => [
    basename(file, '.template.json'),
    statefulResourcesIn(readFileSync(file, 'utf8')),
  ]);
  write('logical-ids', Object.fromEntries(resources.sort()));
}

main(process.argv.slice(2));
