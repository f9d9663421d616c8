const HEADING = /^## \[([^\]]+)\](.*)$/gm;
const DAY = /^ - \d{4}-\d{2}-\d{2}$/;

/**
 * What CHANGELOG.md says of a version, which becomes the notes of its release. Throws where it says
 * nothing, where the version has no day, where something is still under Unreleased, or where the
 * version has its tag already.
 */
export function releaseNotes(changelog: string, version: string, tags: readonly string[]): string {
  if (tags.includes(`v${version}`)) {
    throw new Error(
      `${version} is released already, and no commit since its tag is a feat or a fix: there is nothing to release.`,
    );
  }
  const sections = sectionsOf(changelog);
  const unreleased = sections.find(({ name }) => name === 'Unreleased');
  if (!unreleased) throw new Error('CHANGELOG.md has no heading "## [Unreleased]". Add it.');
  if (hasEntries(unreleased.text)) {
    throw new Error(
      `CHANGELOG.md still has entries under Unreleased, and ${version} is about to be released. Move them under "## [${version}] - <day>".`,
    );
  }
  const section = sections.find(({ name }) => name === version);
  if (!section) {
    throw new Error(
      `CHANGELOG.md has no heading for ${version}, which the commits since the last tag ask for. Write "## [${version}] - <day>" under Unreleased.`,
    );
  }
  if (!DAY.test(section.rest)) {
    throw new Error(
      `The heading of ${version} in CHANGELOG.md ends in "${section.rest}". Write the day: "## [${version}] - 2027-01-31".`,
    );
  }
  if (!hasEntries(section.text)) {
    throw new Error(`CHANGELOG.md says nothing of ${version}. Write what users notice.`);
  }
  return `${section.text.trim()}\n`;
}

function sectionsOf(changelog: string) {
  const headings = [...changelog.matchAll(HEADING)];
  return headings.map((heading, index) => ({
    name: heading[1]!,
    rest: heading[2]!,
    text: changelog.slice(heading.index + heading[0].length, headings[index + 1]?.index),
  }));
}

function hasEntries(text: string): boolean {
  return /^- /m.test(text);
}
