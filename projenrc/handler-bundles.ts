import { CdkSentriesProject } from './project';

/**
 * Every `<verb-noun>.lambda.ts` becomes `bundles/<verb-noun>/index.js`, before compile and before
 * test.
 */
export function bundleHandlers(project: CdkSentriesProject): void {
  const bundle = project.addTask('bundle', {
    description: 'Bundle the Lambda handlers into bundles/',
    exec: 'tsx build/bundle-handlers.ts',
  });
  project.preCompileTask.spawn(bundle);
  project.testTask.prependSpawn(bundle);
  project.addTask('bench', {
    description:
      'Write docs/benchmarks.md and its plots again; the parts of all benches, or of those that are named',
    steps: [{ spawn: bundle.name }, { exec: 'tsx bench/run.ts', receiveArgs: true }],
  });
  project.gitignore.exclude('/bundles/', '/bundles.json.br', '/.bundled-packages.json');
}
