import { CdkSentriesProject } from './project';

/**
 * A local AWS to try the library on. The script runs without projen in between, so that Ctrl-C has
 * one receiver.
 */
export function addSandbox(project: CdkSentriesProject): void {
  project.setScript('sandbox', 'projen bundle && tsx sandbox/main.ts');
  project.gitignore.exclude('/.sandbox/', 'cdk.out/', '__pycache__/');
}
