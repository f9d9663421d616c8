import { CdkSentriesProject } from './project';

/**
 * The npm package `node` brings a Node 24 binary into node_modules/.bin, so that every task runs on
 * the version of the Lambda runtime, whatever the machine has. esbuild and node fetch their
 * binaries in an install script.
 */
export function runOnLambdaNode(project: CdkSentriesProject): void {
  project.package.addAllowedScripts('esbuild', 'node');
  project.package.addEngine('node', '>= 20.0.0');
}
