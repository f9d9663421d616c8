import { globSync } from 'node:fs';
import { dirname, normalize } from 'node:path';
import { SAMPLE } from './sample';

/** What is measured in one go. */
export interface Part {
  readonly title: string;
  /** As in `src/<subject>/domain`; parts of one are measured in one go. */
  readonly subject: string;
  readonly files: readonly string[];
  /** Where the part is all files of one folder: it has a row on the page. */
  readonly folder?: string;
}

const DECISIONS = 'src/*/domain/**/*.ts';

/**
 * Of what is asked for: nothing is all folders. A folder stands for those in it, too, and each is
 * a part of its own.
 * @throws if a name is neither a file nor a folder of domain/.
 */
export function partsOf(project: string, names: readonly string[]): Part[] {
  if (names.length === 1 && names[0] === '--sample') {
    return [{ title: 'the sample', subject: 'all subjects', files: Object.keys(SAMPLE) }];
  }
  const files = globSync(DECISIONS, { cwd: project }).sort();
  if (names.length === 0) return byFolder(files);
  return names
    .map((name) => normalize(name).replace(/\/$/, ''))
    .flatMap((name) => {
      if (files.includes(name)) return [{ title: name, subject: subjectOf(name), files: [name] }];
      const within = files.filter((file) => file.startsWith(`${name}/`));
      if (within.length > 0) return byFolder(within);
      throw new Error(`${name} is no file and no folder of ${DECISIONS}.`);
    });
}

export function bySubject(parts: readonly Part[]): Part[][] {
  const groups = new Map<string, Part[]>();
  for (const part of parts) {
    groups.set(part.subject, [...(groups.get(part.subject) ?? []), part]);
  }
  return [...groups.values()];
}

function byFolder(files: readonly string[]): Part[] {
  const folders = [...new Set(files.map((file) => dirname(file)))].sort();
  return folders.map((folder) => ({
    title: folder,
    subject: subjectOf(folder),
    files: files.filter((file) => dirname(file) === folder),
    folder,
  }));
}

function subjectOf(path: string): string {
  return path.split('/')[1]!;
}
