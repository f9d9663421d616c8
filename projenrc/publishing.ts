import { awscdk, release, ReleasableCommits } from 'projen';
import { checkoutWithHistory, override, setUpNode } from './github';

/**
 * The environment of GitHub in which every job that publishes runs. Its reviewers let a release
 * through, and each registry trusts it alone. See CONTRIBUTING.md, "Releases".
 */
const RELEASE_ENVIRONMENT = 'release';
const PUBLISHING_JOBS = ['github', 'npm', 'maven', 'pypi', 'nuget', 'golang'];

/** What is released, when, and to which registries; CdkSentriesProject takes it. */
export const RELEASES = {
  release: true,
  // A maintainer starts it, once the changelog has a heading for the version.
  releaseTrigger: release.ReleaseTrigger.workflowDispatch(),
  releaseEnvironment: RELEASE_ENVIRONMENT,
  // While it is 0, a change that breaks the API raises the second number.
  majorVersion: 0,
  releasableCommits: ReleasableCommits.featuresAndFixes(),
  releaseFailureIssue: true,
  bumpPackage: 'commit-and-tag-version@12.7.3',
  // publib carries the packages to the registries, with their secrets beside it.
  jsiiReleaseVersion: '0.2.1061',

  npmTrustedPublishing: true,
  npmProvenance: true,
  publishToPypi: {
    distName: 'cdk-sentries',
    module: 'cdk_sentries',
    trustedPublishing: true,
  },
  // Maven Central has no trusted publishing: a token, and a key that signs.
  publishToMaven: {
    javaPackage: 'io.github.cdksentries',
    mavenGroupId: 'io.github.cdk-sentries',
    mavenArtifactId: 'cdk-sentries',
    mavenServerId: 'central-ossrh',
  },
  publishToNuget: {
    dotNetNamespace: 'CdkSentries',
    packageId: 'CdkSentries',
    trustedPublishing: true,
  },
  // A deploy key opens the one repository of the Go module, where a token would open more.
  publishToGo: {
    moduleName: 'github.com/cdk-sentries/cdk-sentries-go',
    githubUseSsh: true,
    gitUserName: 'github-actions[bot]',
    gitUserEmail: '41898282+github-actions[bot]@users.noreply.github.com',
  },
} satisfies Partial<awscdk.AwsCdkConstructLibraryOptions>;

/**
 * No version without its words in CHANGELOG.md, which is seen to first, as it takes a minute; and
 * nothing to a registry before all that must hold was seen to.
 */
export function releaseWhatIsWritten(project: awscdk.AwsCdkConstructLibrary): void {
  const bump = project.tasks.tryFind('bump')!;
  // By hand, and in a job of its own, it works out the same version as within the release.
  bump.env('MAJOR', `${RELEASES.majorVersion}`);
  bump.exec('tsx build/releases/write-release-notes.ts');
  attachBillOfMaterials(project);
  override(project, 'release', 'jobs.version', {
    name: 'The version, and its words in the changelog',
    'runs-on': 'ubuntu-latest',
    permissions: { contents: 'read' },
    steps: [
      checkoutWithHistory(),
      setUpNode(),
      { name: 'Install', run: 'npm ci' },
      { name: 'Version and changelog', run: `npx projen ${bump.name}` },
    ],
  });
  override(project, 'release', 'jobs.checks', {
    needs: ['version'],
    uses: './.github/workflows/checks.yml',
    permissions: { contents: 'read' },
  });
  override(project, 'release', 'jobs.release.needs', ['checks']);
  override(project, 'release', 'jobs.release.permissions.contents', 'read');
  for (const registry of PUBLISHING_JOBS) {
    // What opens an issue where it fails has no clone by which to know the repository.
    override(project, 'release', `jobs.release_${registry}.env`, {
      GH_REPO: '${{ github.repository }}',
    });
  }
}

/**
 * Made of the bundles that are released, while package.json has their version. A release that no
 * one can change takes no files later on, so it is made with them.
 */
function attachBillOfMaterials(project: awscdk.AwsCdkConstructLibrary): void {
  const task = project.tasks.tryFind('release')!;
  const unbump = task.steps.findIndex(({ spawn }) => spawn === 'unbump');
  task.insertStep(unbump, { spawn: 'sbom' });
  override(
    project,
    'release',
    'jobs.release_github.steps.3.run',
    [
      'tag=$(cat "$RELEASE_TAG_FILE") &&',
      'gh release view "$tag" -R "$GITHUB_REPOSITORY" 2>/dev/null ||',
      'gh release create "$tag" -R "$GITHUB_REPOSITORY" -F "$CHANGELOG_FILE" -t "$tag" --target "$GITHUB_SHA" dist/sbom/cdk-sentries.cdx.json',
    ].join('\n'),
  );
}
