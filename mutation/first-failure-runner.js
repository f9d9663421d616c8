const { readFileSync, statSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { default: TestRunner } = require('jest-runner');

/** Stryker's: which change is in the code. Not set while it runs all tests on the code as it is. */
const CHANGE = '__STRYKER_ACTIVE_MUTANT__';

/**
 * Stryker cannot have jest stop at the first failure, nor pass over test files that have none of
 * the tests that it names: both are most of its time.
 * @see https://github.com/jestjs/jest/issues/11766
 */
module.exports = class FirstFailureRunner extends TestRunner {
  async runTests(tests, watcher, options) {
    const [{ context }] = tests;
    const namesFile = join(context.config.rootDir, 'names-of-tests.json');
    if (process.env[CHANGE] === undefined) return this.runAll(tests, watcher, options, namesFile);
    const names = JSON.parse(readFileSync(namesFile, 'utf8'));
    const wanted = new RegExp(this._globalConfig.testNamePattern ?? '', 'i');
    const wantedTests = tests.filter(({ path }) => names[path]?.some((name) => wanted.test(name)));
    await this.runUntilFailure(wantedTests.sort(byCost), watcher, options);
  }

  /** And keeps the names of the tests of each file. Both processes of Stryker read them. */
  async runAll(tests, watcher, options, namesFile) {
    const names = {};
    this.on('test-file-success', ([{ path }, { testResults }]) => {
      names[path] = testResults.map(({ fullName }) => fullName);
    });
    await super.runTests(tests, watcher, options);
    writeFileSync(namesFile, JSON.stringify(names));
  }

  async runUntilFailure(tests, watcher, options) {
    let hasFailed = false;
    this.on('test-file-failure', () => (hasFailed = true));
    this.on('test-file-success', ([, { numFailingTests, testExecError }]) => {
      hasFailed ||= numFailingTests > 0 || testExecError !== undefined;
    });
    for (const test of tests) {
      if (hasFailed) return;
      await super.runTests([test], watcher, options);
    }
  }
};

/** Random input last, and short files first. */
function byCost(one, other) {
  return cost(one) - cost(other);
}

function cost({ path }) {
  return statSync(path).size + (path.endsWith('.property.test.ts') ? 1_000_000 : 0);
}
