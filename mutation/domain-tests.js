const { globSync, statSync } = require('node:fs');
const { join } = require('node:path');
require('tsx/cjs');
const { expect } = require('expect');
const fastCheck = require('fast-check');
const { bind } = require('jest-each');
const { spyOn } = require('jest-mock');

const PROJECT = join(__dirname, '..');

/**
 * The tests of domain/ as mocha runs them. Jest loads all files again for each change; mocha loads
 * them once. What they use of jest is given to them here.
 */
const { after, afterEach, before, describe, it } = globalThis;

const test = Object.assign(withoutTimeout(it), { each: bind(withoutTimeout(it)) });
Object.assign(globalThis, {
  afterAll: after,
  beforeAll: before,
  describe: Object.assign(describe, { each: bind(describe) }),
  expect,
  it: test,
  jest: { spyOn },
  test,
});

/** Stryker has its own. */
function withoutTimeout(method) {
  return (title, run) => method(title, run);
}

// The same input for each change: none is noticed by chance.
fastCheck.configureGlobal({ seed: 1 });

/** Random input last, and short files first: the first failure ends it. */
function byCost(one, other) {
  return cost(one) - cost(other);
}

function cost(file) {
  return statSync(file).size + (hasRandomInput(file) ? 1_000_000 : 0);
}

function hasRandomInput(file) {
  return file.endsWith('.property.test.ts');
}

const files = globSync('test/*/domain/**/*.test.ts', { cwd: PROJECT }).sort(byCost);
const suites = files.map((file, index) =>
  // Stryker looks for tests by one long expression of titles, which is quick if they begin unlike.
  describe(`${index} ${file}`, () => require(join(PROJECT, file))),
);

// Stryker would load all files again for a change that is reached while they are loaded, too.
after(() => {
  const { static: whileLoading = {}, perTest = {} } = globalThis.__stryker__?.mutantCoverage ?? {};
  const byTests = new Set(Object.values(perTest).flatMap((hits) => Object.keys(hits)));
  for (const id of Object.keys(whileLoading)) if (byTests.has(id)) delete whileLoading[id];
});

/** What has noticed one change is likely to notice the next, which is beside it. */
let noticing;

before(() => {
  if (!noticing) return;
  const root = noticing.parent;
  root.suites = [noticing, ...root.suites.filter((suite) => suite !== noticing)];
  noticing = undefined;
});

afterEach(function () {
  if (this.currentTest.state !== 'failed') return;
  const title = this.currentTest.titlePath()[0];
  const suite = suites.find((one) => one.title === title);
  if (!hasRandomInput(title)) noticing = suite;
});
