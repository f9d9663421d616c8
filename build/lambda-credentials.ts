import { dirname } from 'node:path';
import type { Plugin } from 'esbuild';

const NAMESPACE = 'lambda-credentials';

/**
 * Lambda hands a function its credentials in the environment. The SDK's default chain would bring
 * single sign-on, profile files and instance metadata along: about a seventh of the bundle, never
 * used there.
 */
export const lambdaCredentials: Plugin = {
  name: NAMESPACE,
  setup(build) {
    build.onResolve({ filter: /^@aws-sdk\/credential-provider-node$/ }, ({ importer }) => ({
      path: 'environment',
      namespace: NAMESPACE,
      pluginData: dirname(importer),
    }));
    build.onLoad({ filter: /.*/, namespace: NAMESPACE }, ({ pluginData }) => ({
      contents: "export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';",
      resolveDir: require
        .resolve('@aws-sdk/credential-provider-node', { paths: [String(pluginData)] })
        .replace(/[^\\/]+$/, ''),
    }));
  },
};
