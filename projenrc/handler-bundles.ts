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
      'Measure what each bundle costs a cold start, how many calls a look at the access keys takes, and how quickly a click is answered',
    steps: [
      { spawn: bundle.name },
      { exec: 'tsx bench/cold-start.ts' },
      { exec: 'tsx bench/access-keys.ts' },
      { exec: 'tsx bench/receive-interaction.ts' },
    ],
  });
  project.gitignore.exclude('/bundles/');
}
