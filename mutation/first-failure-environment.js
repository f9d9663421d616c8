const { TestEnvironment } = require('jest-environment-node');

/** One test that fails is enough to notice a change: those after it in the file are passed over. */
module.exports = class FirstFailureEnvironment extends TestEnvironment {
  hasFailed = false;

  async handleTestEvent({ name, test }) {
    if (name === 'test_done' && test.errors.length > 0) this.hasFailed = true;
    if (name === 'test_start' && this.hasFailed) test.mode = 'skip';
  }
};
