import { JsonFile } from 'projen';
import { CdkSentriesProject } from './project';

/**
 * What needs a full build, an install, a Java machine, or thousands of users takes minutes, and so
 * do the tests of the sandbox itself: CI runs them, not `npm test`.
 */
const SLOW_TESTS = ['/test/slow/', '/test/sandbox/'];
/** What needs tools of other languages, or git: only a release is checked so. */
const RELEASE_TESTS = '/test/release/';
/** Leaves out of each synth what no test looks at: where each construct was made. */
const UNLOOKED_AT = {
  'aws:cdk:disable-creation-stack-traces': true,
  'aws:cdk:disable-logicalId-metadata': true,
};
/** And what those of `npm test` do not: which versions made it, and a copy of each bundle. */
const UNLOOKED_AT_IF_NOT_DEPLOYED = {
  ...UNLOOKED_AT,
  'aws:cdk:version-reporting': false,
  'aws:cdk:disable-asset-staging': true,
};
export const MODULES = {
  '^cdk-sentries$': '<rootDir>/src/index.ts',
  '^\\./tree-metadata$': '<rootDir>/build/no-tree-metadata.js',
};
export const TRANSFORM = { '^.+\\.ts$': '<rootDir>/build/jest-transformer.js' };

/** Fetched by those who have an account. It deploys always: what a template is, other tests say. */
const INTEG_RUNNER = [
  'npx --yes @aws-cdk/integ-runner@2.197.10 --directory test/integ --force --max-workers 1',
  '--language typescript --app "tsx --tsconfig tsconfig.dev.json {filePath}"',
].join(' ');

export function shapeTests(project: CdkSentriesProject): void {
  const jest = project.jest!;
  [...SLOW_TESTS, RELEASE_TESTS].forEach((folder) => jest.addIgnorePattern(folder));
  jest.addModuleNameMappers(MODULES);
  Object.assign(jest.config, {
    transform: TRANSFORM,
    collectCoverage: false,
    testTimeout: 60_000,
    maxWorkers: 2,
  });
  // Every synth of an aws-cdk-lib later than the floor validates the template for a second or two;
  // one test turns it on.
  project.testTask.env('CDK_VALIDATION', 'false');
  project.testTask.env('CDK_DISABLE_STACK_TRACE', '1');
  project.testTask.env('CDK_CONTEXT_JSON', JSON.stringify(UNLOOKED_AT_IF_NOT_DEPLOYED));

  project.tasks.removeTask('test:watch');
  checkTypesMeanwhile(project);
  const withoutLint = project.testTask.steps.findIndex((step) => step.spawn === 'eslint');
  if (withoutLint >= 0) project.testTask.removeStep(withoutLint);

  new JsonFile(project, 'jest.slow.config.json', {
    obj: {
      testMatch: SLOW_TESTS.map((folder) => `<rootDir>${folder}**/*.test.ts`),
      transform: TRANSFORM,
      moduleNameMapper: MODULES,
      testTimeout: 600_000,
      testSequencer: '<rootDir>/build/slow-test-sequencer.js',
    },
  });
  project.addTask('test:slow', {
    description:
      "Use what would be published, from npm and from pip; ask EventBridge's own matching engine, DynamoDB Local and cfn-lint; faults and hostile input. Build first",
    env: {
      CDK_VALIDATION: 'false',
      CDK_DISABLE_STACK_TRACE: '1',
      CDK_CONTEXT_JSON: JSON.stringify(UNLOOKED_AT),
    },
    steps: [{ exec: 'jest --ci -c jest.slow.config.json --maxWorkers=2', receiveArgs: true }],
  });
  project.addTask('test:load', {
    description:
      'A thousand requests of an approval workflow at once, in some seven minutes; test:slow takes a hundred. Build first',
    env: { CDK_VALIDATION: 'false', APPROVAL_REQUESTS: '1000' },
    steps: [{ exec: 'jest --ci -c jest.slow.config.json test/slow/slack-approval-load.test.ts' }],
  });
  project.addTask('rights', {
    description: 'Write docs/rights.md again, which a test compares with what it should say',
    env: { CDK_VALIDATION: 'false', WRITE_RIGHTS: 'true' },
    steps: [{ exec: 'jest --ci --runInBand test/house/rights.test.ts' }],
  });
  project.addTask('cost', {
    description: 'Write docs/cost.md again, which a test compares with what it should say',
    env: { CDK_VALIDATION: 'false', WRITE_COST: 'true' },
    steps: [{ exec: 'jest --ci --runInBand test/house/cost.test.ts' }],
  });
  project.addTask('deployment-rights', {
    description:
      'Write docs/deployment-rights.md again, which a test compares with what it should say',
    env: { CDK_VALIDATION: 'false', WRITE_DEPLOYMENT_RIGHTS: 'true' },
    steps: [{ exec: 'jest --ci --runInBand test/house/deployment-rights.test.ts' }],
  });
  project.addTask('links', {
    description: 'List the links of the pages to other sites, which no test follows',
    steps: [{ exec: 'tsx build/links/list-external-links.ts' }],
  });
  project.addTask('templates', {
    description:
      'Compare the templates of all examples, and of an app that uses every prop, with those of another commit; --renamed puts names aside',
    steps: [{ exec: 'tsx build/templates/compare-templates.ts', receiveArgs: true }],
  });
  project.addTask('integ', {
    description:
      'Deploy the cases of test/integ to a real account, one after another, and delete them again; or those that are named. Bundle first',
    steps: [{ exec: INTEG_RUNNER, receiveArgs: true }],
  });
  project.gitignore.exclude('/test/integ/*.snapshot/', '/cdk-integ.out.*/');
  project.addTask('test:replay', {
    description: 'Replay the CloudTrail records in the folder that CLOUDTRAIL_RECORDS_DIR names',
    steps: [{ exec: 'jest --ci --verbose test/security-group/adapters/recorded-events.test.ts' }],
  });
}

/** In one step in place of projen's two: see build/test-with-types.ts. */
function checkTypesMeanwhile({ testTask }: CdkSentriesProject): void {
  const isReplaced = (step: { readonly execArgs?: string[] }) =>
    ['tsc', 'jest'].includes(step.execArgs?.[0] ?? '');
  const places = testTask.steps.flatMap((step, index) => (isReplaced(step) ? [index] : []));
  places.reverse().forEach((index) => testTask.removeStep(index));
  testTask.exec('tsx build/test-with-types.ts', { receiveArgs: true });
}
