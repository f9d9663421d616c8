import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import * as z from 'zod';

/** In the order in which they are deleted: what holds others comes first. */
export const KINDS = ['stack', 'rule', 'topic', 'queue', 'user', 'role', 'network'] as const;
export type Kind = (typeof KINDS)[number];

const List = z.object({
  run: z.string(),
  account: z.string(),
  region: z.string(),
  things: z.array(z.object({ kind: z.enum(KINDS), name: z.string() })),
});
export type MadeList = z.infer<typeof List>;
export type MadeThing = MadeList['things'][number];

/**
 * All that a run makes, on disk: a thing is written down before it is made, so a run that is killed
 * leaves nothing that is not on the list. What may not be there is deleted all the same.
 */
export class MadeThings {
  /** The list that an earlier run has left behind, if there is one. */
  static leftBehind(file: string): MadeList | undefined {
    return existsSync(file) ? List.parse(JSON.parse(readFileSync(file, 'utf8'))) : undefined;
  }

  private readonly things: MadeThing[];
  private isClosed = false;

  constructor(
    private readonly file: string,
    private readonly of: Omit<MadeList, 'things'>,
    things: readonly MadeThing[] = [],
  ) {
    this.things = [...things];
    this.write();
  }

  /** Before the thing is made. Gives its name; throws once nothing more may be made. */
  note(kind: Kind, name: string): string {
    if (this.isClosed) throw new Error('the run was stopped');
    this.things.push({ kind, name });
    this.write();
    return name;
  }

  close(): void {
    this.isClosed = true;
  }

  /** What was made last comes first among things of a kind. */
  inOrderOfDeletion(): MadeThing[] {
    return KINDS.flatMap((kind) => this.things.filter((thing) => thing.kind === kind).reverse());
  }

  /** After the thing is deleted. */
  forget({ kind, name }: MadeThing): void {
    const index = this.things.findIndex((thing) => thing.kind === kind && thing.name === name);
    if (index >= 0) this.things.splice(index, 1);
    this.write();
  }

  /** Takes the list away, where nothing is on it. */
  end(): void {
    if (this.things.length === 0) rmSync(this.file, { force: true });
  }

  private write(): void {
    mkdirSync(dirname(this.file), { recursive: true });
    // Whole at any time: a run may be killed while it writes.
    const next = `${this.file}.next`;
    writeFileSync(next, JSON.stringify({ ...this.of, things: this.things }, null, 2));
    renameSync(next, this.file);
  }
}
