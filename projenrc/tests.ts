import { JsonFile } from 'projen';
import { CdkSentriesProject } from './project';

/** Tests of the packed package need a full build and an install: they belong to CI, not to `npm test`. */
const PACKAGE_TESTS = '/test/package/';

export function shapeTests(project: CdkSentriesProject): void {
  const jest = project.jest!;
  jest.addIgnorePattern(PACKAGE_TESTS);
  jest.addModuleNameMappers({ '^cdk-sentries$': '<rootDir>/src/index.ts' });
  Object.assign(jest.config, { collectCoverage: false, testTimeout: 60_000, maxWorkers: 2 });
  // Every synth of an aws-cdk-lib later than the floor validates the template for a second or two; one test turns it on.
  project.testTask.env('CDK_VALIDATION', 'false');

  project.tasks.removeTask('test:watch');
  const withoutLint = project.testTask.steps.findIndex((step) => step.spawn === 'eslint');
  if (withoutLint >= 0) project.testTask.removeStep(withoutLint);

  new JsonFile(project, 'jest.package.config.json', {
    obj: {
      testMatch: [`<rootDir>${PACKAGE_TESTS}**/*.test.ts`],
      transform: { '^.+\\.[t]sx?$': ['ts-jest', { tsconfig: 'tsconfig.dev.json' }] },
      testTimeout: 600_000,
    },
  });
  project.addTask('test:package', {
    description: 'Install what would be published, from npm and from pip, and use it',
    steps: [{ exec: 'jest --ci -c jest.package.config.json --runInBand', receiveArgs: true }],
  });
  project.addTask('test:replay', {
    description: 'Replay the CloudTrail records in the folder that CLOUDTRAIL_RECORDS_DIR names',
    steps: [{ exec: 'jest --ci --verbose test/adapters/security-group/recorded-events.test.ts' }],
  });
}
