import { awscdk, github } from 'projen';

const { JobPermission, AppPermission } = github.workflows;
const READ_ONLY = { contents: JobPermission.READ };
/** As in CONTRIBUTING.md, "Commits". */
const COMMIT_TYPES = ['feat', 'fix', 'refactor', 'docs', 'test', 'build', 'style'];
const COMMIT_SCOPES = [
  'security-group',
  'access-key',
  'approval',
  'organization',
  'dashboard',
  'shared',
  'sandbox',
];
const NODE = '24';
const EVERY_MONDAY = '23 4 * * 1';

const PULL_REQUEST = [
  '## What changes, and why',
  '',
  '## How it was seen',
  '',
  'Name the tests, or say what you saw in a real account: with the Region, the date and no account ids.',
  '',
  '---',
  '',
  '- [ ] The title is a [commit subject](https://github.com/cdk-sentries/cdk-sentries/blob/main/CONTRIBUTING.md#commits).',
  '- [ ] A test fails without the change.',
  '- [ ] What users notice is in the [changelog](https://github.com/cdk-sentries/cdk-sentries/blob/main/CHANGELOG.md), under Unreleased.',
  '- [ ] The docs are still true, and what is generated is committed.',
];

/**
 * The environment of the job that opens pull requests. Its secrets are for `main` alone: what an
 * upgrade brings along runs in the checks of its pull request, and could change them.
 */
const UPGRADE_ENVIRONMENT = 'upgrade';

/** How the repository is kept on GitHub; CdkSentriesProject takes it. */
export const ON_GITHUB = {
  github: true,
  githubOptions: {
    mergify: false,
    dependencyReview: true,
    // Checks run on pull requests of the app; on those of GITHUB_TOKEN they would not.
    projenCredentials: github.GithubCredentials.fromApp({
      environment: UPGRADE_ENVIRONMENT,
      permissions: {
        contents: AppPermission.WRITE,
        pullRequests: AppPermission.WRITE,
        workflows: AppPermission.WRITE,
      },
    }),
    pullRequestLintOptions: {
      semanticTitleOptions: { types: COMMIT_TYPES, scopes: COMMIT_SCOPES },
    },
  },
  pullRequestTemplateContents: PULL_REQUEST,
  // What is generated is committed by those who change it: nothing is pushed to their branches.
  buildWorkflowOptions: {
    mutableBuild: false,
    workflowTriggers: { pullRequest: {}, mergeGroup: {}, workflowDispatch: {} },
  },
  workflowNodeVersion: NODE,
  autoMerge: false,
  // `npx projen audit` asks the registry, which not every machine may: the workflow `upgrade` does.
  auditDeps: true,
  auditDepsOptions: { runOn: 'manual' },
} satisfies Partial<awscdk.AwsCdkConstructLibraryOptions>;

/** The workflows that projen does not have, and fewer rights for those that it has. */
export function workOnGitHub(project: awscdk.AwsCdkConstructLibrary): void {
  addChecks(project);
  addUpgrade(project);
  override(project, 'build', 'jobs.build.permissions.contents', 'read');
  // Says what it found in its log and its summary, and needs no right to comment.
  const review = 'jobs.dependency-review';
  override(project, 'dependency-review', `${review}.permissions.pull-requests`, undefined);
  override(project, 'dependency-review', `${review}.steps.1.with.comment-summary-in-pr`, 'never');
  override(project, 'pull-request-lint', 'jobs.validate.permissions.pull-requests', 'read');
}

/** Changes a workflow of projen's. */
export function override(
  project: awscdk.AwsCdkConstructLibrary,
  workflow: string,
  path: string,
  value: unknown,
): void {
  project.github!.tryFindWorkflow(workflow)!.file!.addOverride(path, value);
}

/** `.ci/run` on every change; with `--release` once a week, and before a release. */
function addChecks(project: awscdk.AwsCdkConstructLibrary): void {
  const checks = new github.GithubWorkflow(project.github!, 'checks', {
    limitConcurrency: true,
    concurrencyOptions: {
      group: '${{ github.workflow }}-${{ github.ref }}',
      cancelInProgress: false,
    },
  });
  checks.on({
    pullRequest: {},
    mergeGroup: {},
    push: { branches: ['main'] },
    schedule: [{ cron: EVERY_MONDAY }],
    workflowCall: {},
    workflowDispatch: {},
  });
  checks.addJob('checks', {
    name: 'All that must hold',
    runsOn: ['ubuntu-latest'],
    permissions: READ_ONLY,
    timeoutMinutes: 120,
    steps: [
      checkoutWithHistory(),
      setUpNode(),
      {
        uses: github.ActionRefs.ACTIONS_SETUP_PYTHON,
        with: { 'python-version': '3.12' },
      },
      {
        uses: github.ActionRefs.ACTIONS_SETUP_JAVA,
        with: { distribution: 'temurin', 'java-version': '21' },
      },
      {
        uses: github.ActionRefs.ACTIONS_SETUP_GO,
        with: { 'go-version': '1.26', cache: false },
      },
      {
        name: 'All that must hold',
        // A release, and a Monday, look at more than a change does.
        env: {
          MORE: '${{ contains(fromJSON(\'["pull_request", "merge_group", "push"]\'), github.event_name) && \' \' || \'--release\' }}',
        },
        run: '.ci/run $MORE',
      },
    ],
  });
}

/** Newer versions of what is pinned, once a week, as a pull request. */
function addUpgrade(project: awscdk.AwsCdkConstructLibrary): void {
  const task = project.addTask('upgrade', {
    description:
      'Pin newer versions of the dependencies, of which each has been public for a week; majors are left to you',
    steps: [{ exec: 'tsx build/upgrades/upgrade-pins.ts' }, { exec: 'npx projen' }],
  });
  const upgrade = project.github!.addWorkflow('upgrade');
  upgrade.on({ schedule: [{ cron: EVERY_MONDAY }], workflowDispatch: {} });
  const install = [checkout(), setUpNode(), { name: 'Install', run: 'npm ci' }];
  const patch = { stepId: 'create_patch', outputName: 'patch_created' };
  upgrade.addJobs({
    audit: {
      name: 'Known vulnerabilities',
      runsOn: ['ubuntu-latest'],
      permissions: READ_ONLY,
      steps: [...install, { name: 'Audit', run: 'npx projen audit' }],
    },
    upgrade: {
      name: 'Upgrade',
      runsOn: ['ubuntu-latest'],
      permissions: READ_ONLY,
      outputs: { [patch.outputName]: patch },
      steps: [
        ...install,
        { name: 'Upgrade', run: `npx projen ${task.name}` },
        ...github.WorkflowActions.uploadGitPatch(patch),
      ],
    },
    pr: github.WorkflowJobs.pullRequestFromPatch({
      patch: { jobId: 'upgrade', outputName: patch.outputName },
      workflowName: 'upgrade',
      credentials: project.github!.projenCredentials,
      pullRequestTitle: 'build: newer versions of dependencies',
      pullRequestDescription:
        'Each of these versions has been public for a week. Read what they change before you merge.',
    }),
  });
}

function checkout(): github.workflows.JobStep {
  return { uses: github.ActionRefs.ACTIONS_CHECKOUT, with: { 'persist-credentials': false } };
}

/** With all commits and tags: the API, and the version, follow on those of the last tag. */
export function checkoutWithHistory(): github.workflows.JobStep {
  const { uses, with: inputs } = checkout();
  return { uses, with: { ...inputs, 'fetch-depth': 0 } };
}

export function setUpNode(): github.workflows.JobStep {
  return {
    uses: github.ActionRefs.ACTIONS_SETUP_NODE,
    with: { 'node-version': NODE, 'package-manager-cache': false },
  };
}
