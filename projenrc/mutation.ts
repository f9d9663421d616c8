import { JsonFile } from 'projen';
import type { CdkSentriesProject } from './project';
import { TRANSFORM } from './tests';

/** Stryker has packages of its own, which only those who run it install. */
export function measureTests(project: CdkSentriesProject): void {
  new JsonFile(project, 'mutation/jest.config.json', {
    obj: {
      rootDir: '..',
      // jest looks through them again for each mutant.
      roots: ['<rootDir>/src', '<rootDir>/test'],
      watchman: false,
      testMatch: ['<rootDir>/test/*/domain/**/*.test.ts'],
      transform: TRANSFORM,
      runner: '<rootDir>/mutation/first-failure-runner.js',
      testEnvironment: './mutation/first-failure-environment.js',
    },
  });
  project.addTask('mutation', {
    description:
      'Change the code of domain/ bit by bit, see whether a test fails, and write docs/mutation.md again; of all folders, of those or the files that are named, or of a --sample',
    steps: [
      { exec: 'npm ci --prefix mutation --no-audit --no-fund' },
      { exec: 'tsx mutation/run.ts', receiveArgs: true },
    ],
  });
}
