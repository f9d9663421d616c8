import { JsonFile } from 'projen';
import { CdkSentriesProject } from './project';
import { MODULES, TRANSFORM } from './tests';

/** What `.ci/run --release` runs beyond what must hold before a change lands. */
export function checkReleases(project: CdkSentriesProject): void {
  new JsonFile(project, 'jest.release.config.json', {
    obj: {
      testMatch: ['<rootDir>/test/release/**/*.test.ts'],
      transform: TRANSFORM,
      moduleNameMapper: MODULES,
      testTimeout: 1_800_000,
    },
  });
  project.addTask('test:release', {
    description: 'Use the packages in each language; compare the API. Run package:languages first',
    env: { CDK_VALIDATION: 'false' },
    steps: [{ exec: 'jest --ci -c jest.release.config.json --runInBand', receiveArgs: true }],
  });
  project.addTask('new-user', {
    description:
      'Act as a new user in an empty folder for each language, or for those that are named. Run package:languages first',
    steps: [{ exec: 'tsx build/languages/new-user.ts', receiveArgs: true }],
  });
  project.addTask('licenses', {
    description: 'Write THIRD-PARTY-LICENSES again, which a test compares with the bundles',
    env: { WRITE_LICENSES: 'true' },
    steps: [{ spawn: 'bundle' }, { exec: 'jest --ci test/build/third-party-licenses.test.ts' }],
  });
  project.addTask('sbom', {
    description: 'Write the bill of materials of the bundles into dist/sbom. Bundle first',
    steps: [
      { exec: 'npm ci --prefix build/bill-of-materials --no-audit --no-fund' },
      { exec: 'tsx build/bill-of-materials/write-bill-of-materials.ts' },
    ],
  });
  compareWithLastRelease(project);
}

/** In place of projen's comparison with npm, which knows nothing of what is not published yet. */
function compareWithLastRelease(project: CdkSentriesProject): void {
  project.tasks.removeTask('compat');
  project.addTask('compat', {
    description: 'Compare the API with that of the last release, built from its tag. Compile first',
    exec: 'tsx build/compatibility/check-compatibility.ts',
  });
}
