import { globSync } from 'node:fs';
import { dirname, normalize } from 'node:path';
import { SAMPLE } from './sample';

/** What is measured in one go. */
export interface Part {
  readonly title: string;
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
    return [{ title: 'the sample', files: Object.keys(SAMPLE) }];
  }
  const files = globSync(DECISIONS, { cwd: project }).sort();
  if (names.length === 0) return byFolder(files);
  return names
    .map((name) => normalize(name).replace(/\/$/, ''))
    .flatMap((name) => {
      if (files.includes(name)) return [{ title: name, files: [name] }];
      const within = files.filter((file) => file.startsWith(`${name}/`));
      if (within.length > 0) return byFolder(within);
      throw new Error(`${name} is no file and no folder of ${DECISIONS}.`);
    });
}

/** As in `src/<subject>/domain`. */
export function bySubject(parts: readonly Part[]): Part[][] {
  const groups = new Map<string, Part[]>();
  for (const part of parts) {
    const subject = part.title.split('/')[1] ?? part.title;
    groups.set(subject, [...(groups.get(subject) ?? []), part]);
  }
  return [...groups.values()];
}

function byFolder(files: readonly string[]): Part[] {
  const folders = [...new Set(files.map((file) => dirname(file)))].sort();
  return folders.map((folder) => ({
    title: folder,
    files: files.filter((file) => dirname(file) === folder),
    folder,
  }));
}
