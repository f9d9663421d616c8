import { CdkSentriesProject } from './project';

/**
 * A positive list: what is not named here stays at home. npm adds package.json, README, LICENSE and
 * the bundled dependencies.
 */
export function shipOnlyTheLibrary(project: CdkSentriesProject): void {
  project.package.addField('files', [
    'lib/**/*.js',
    'lib/**/*.d.ts',
    'bundles.json.br',
    '.jsii',
    'API.md',
    'docs/schemas',
    'member-templates',
    'THIRD-PARTY-LICENSES',
  ]);
  // jsii does not clean up: what was deleted from src/ would still be shipped.
  project.preCompileTask.prependExec('rm -rf lib');
}
