import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const EVERY_PROP_APP = 'build/templates/every-prop-app.ts';

/** All TypeScript examples of a checkout, and the app that uses every prop. */
export function appsIn(checkout: string): string[] {
  const examples = globSync('examples/**/cdk.json', { cwd: checkout })
    .filter(
      (file) =>
        !file.includes('node_modules') &&
        readFileSync(join(checkout, file), 'utf8').includes('tsx'),
    )
    .map((file) => join(dirname(file), 'app.ts'));
  return [...examples, EVERY_PROP_APP];
}
