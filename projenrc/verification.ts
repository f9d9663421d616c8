import { CdkSentriesProject } from './project';

/**
 * Asks AWS what only a real account can tell. The script runs without projen in between, so that
 * Ctrl-C has one receiver.
 */
export function addVerification(project: CdkSentriesProject): void {
  project.setScript('verify-in-aws', 'tsx verify/main.ts');
  project.gitignore.exclude('/.verify-in-aws/');
}
