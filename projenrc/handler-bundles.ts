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
      'Measure cold starts, calls of a look at the access keys, how quickly a click is answered, and how a hub grows with its accounts; all, or those that are named',
    steps: [{ spawn: bundle.name }, { exec: 'tsx bench/run.ts', receiveArgs: true }],
  });
  project.gitignore.exclude('/bundles/', '/bundles.json.br', '/.bundled-packages.json');
}
